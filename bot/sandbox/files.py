"""Uploaded files, photo sizes and file ids."""

from __future__ import annotations

import mimetypes
import struct
from dataclasses import dataclass
from typing import Any

from bot.sandbox.params import Upload
from bot.sandbox.refusal import Refused, bad_request

MAX_UPLOAD = 50 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
_LONGEST_SIDES = (90, 320, 800, 1280)  # Telegram's sizes s, m, x, y


@dataclass(frozen=True)
class File:
    """One stored file; `shown` is its Document object or its list of PhotoSize objects."""

    id: str
    unique_id: str
    kind: str  # "document" | "photo"
    path: str
    mime: str
    content: bytes
    shown: Any

    def as_file(self) -> dict[str, Any]:
        """The Bot API File object. Raises Refused above 20 MB."""
        if len(self.content) > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
            "file_path": self.path,
        }


class FileStore:
    """Every file of the sandbox by id and by path.

    All sizes of a photo serve the bytes that were sent: nothing is scaled here.
    """

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}
        self._count = 0

    def get(self, file_id: str) -> File | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> File | None:
        return self._by_path.get(path)

    def document(self, upload: Upload) -> File:
        mime = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
        number = self._next()
        suffix = upload.name.rpartition(".")[2] if "." in upload.name else "bin"
        file_id, unique = f"BQACAgUAAx{number:08d}document", f"AgAD{number:08d}"
        shown = {
            "file_name": upload.name,
            "mime_type": mime,
            "file_id": file_id,
            "file_unique_id": unique,
            "file_size": len(upload.content),
        }
        path = f"documents/file_{number}.{suffix}"
        return self._keep(File(file_id, unique, "document", path, mime, upload.content, shown))

    def photo(self, upload: Upload) -> File:
        """Raises Refused where the bytes are no picture or one Telegram does not take."""
        mime, width, height = checked_photo(upload.content)
        number = self._next()
        size = len(upload.content)
        sizes = [
            {
                "file_id": f"AgACAgUAAx{number:08d}{letter}",
                "file_unique_id": f"AQAD{number:08d}{letter}",
                "width": w,
                "height": h,
                "file_size": size,
            }
            for letter, (w, h) in zip("smxy", _scaled(width, height), strict=False)
        ]
        for entry in sizes:
            name, unique = str(entry["file_id"]), str(entry["file_unique_id"])
            path = f"photos/file_{number}{name[-1]}.{mime.rpartition('/')[2]}"
            kept = self._keep(File(name, unique, "photo", path, mime, upload.content, sizes))
        return kept

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _keep(self, file: File) -> File:
        self._by_id[file.id] = file
        self._by_path[file.path] = file
        return file


def _scaled(width: int, height: int) -> list[tuple[int, int]]:
    """The sizes made of a picture: none larger than itself, the last as large as allowed."""
    longest = max(width, height)
    sides = [side for side in _LONGEST_SIDES if side < longest]
    if longest <= _LONGEST_SIDES[-1]:
        sides.append(longest)
    return [
        (max(1, round(width * side / longest)), max(1, round(height * side / longest)))
        for side in sides
    ]


def checked_photo(content: bytes) -> tuple[str, int, int]:
    """(mime, width, height) in pixels, or Refused: ≤ 10 MB, w + h ≤ 10,000, ratio ≤ 20."""
    if len(content) > MAX_PHOTO:
        raise bad_request(
            f"File of size {len(content)} bytes is too big for a photo;"
            f" the maximum size is {MAX_PHOTO} bytes"
        )
    found = image_size(content)
    if found is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    _, width, height = found
    if not width or not height or width + height > 10_000:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    if max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return found


def image_size(content: bytes) -> tuple[str, int, int] | None:
    """(mime, width, height) from the header of a PNG, JPEG or WebP, None for what is no picture."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return "image/png", width, height
    if content[:2] == b"\xff\xd8":
        return _jpeg_size(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp_size(content)
    return None


def _webp_size(content: bytes) -> tuple[str, int, int] | None:
    """By the first chunk: VP8X (extended), VP8L (lossless) or VP8 (lossy)."""
    if content[12:16] == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
    elif content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", content[26:30]))
    return "image/webp", width, height


def _jpeg_size(content: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        # a start-of-frame holds the size; C4, C8 and CC are tables
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def checked_upload(upload: Upload) -> Upload:
    """Raises Refused (413) for what is over 50 MB, 400 for what is empty."""
    if len(upload.content) > MAX_UPLOAD:
        raise Refused(413, "Request Entity Too Large")
    if not upload.content:
        raise bad_request("file must be non-empty")
    return upload
