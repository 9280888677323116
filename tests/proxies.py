"""A forward proxy and a SOCKS5 proxy, as small as they can be, that count who came through."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """`kind` is http or socks5; `passed` counts connections."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.passed = 0
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"{self.kind}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.passed += 1
        opened = self._http if self.kind == "http" else self._socks
        ends = [writer]
        try:
            there = await opened(reader, writer)
            ends.append(there[1])
            await asyncio.gather(_pipe(reader, there[1]), _pipe(there[0], writer))
        except (OSError, EOFError):
            pass
        finally:
            for end in ends:
                end.close()
            self._tasks.discard(task)

    async def _http(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> Pair:
        """One request a connection, in absolute form."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, _, rest = head.partition("\r\n")
        verb, url, version = line.split()
        parts = urlsplit(url)
        there = await asyncio.open_connection(parts.hostname, parts.port)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        rest = "\r\n".join(x for x in rest.split("\r\n") if not x.lower().startswith("connection:"))
        there[1].write(f"{verb} {path} {version}\r\nConnection: close\r\n{rest}".encode())
        return there

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Pair:
        """RFC 1928 without authentication."""
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        *_, kind = await reader.readexactly(4)
        length = 4 if kind == 1 else (await reader.readexactly(1))[0]
        address = await reader.readexactly(length)
        port = int.from_bytes(await reader.readexactly(2), "big")
        host = ".".join(map(str, address)) if kind == 1 else address.decode()
        there = await asyncio.open_connection(host, port)
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        return there


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
