"""The limited child: bombs, limits, and what it is not told."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.errors import UserError


def far_corner() -> bytes:
    """A workbook of 5 kB whose only cells are A1 and the last one there can be."""
    book = openpyxl.Workbook()
    book.active["A1"] = "订单号"
    buffer = io.BytesIO()
    book.save(buffer)
    bomb = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                end = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", end)
                assert end in content
            new.writestr(item.filename, content)
    return bomb.getvalue()


def zeros(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a.csv", b"\0" * size)
    return buffer.getvalue()


@pytest.mark.parametrize("make", [far_corner, lambda: zeros(40 * 2**20)], ids=["cells", "zip"])
def test_a_bomb_gets_a_polite_line_and_changes_nothing(desk: Any, make: Any) -> None:
    with pytest.raises(UserError) as e:
        desk.take(desk.file(make(), "bomb.xlsx"))
    assert e.value.key == "import.too_heavy"
    assert not any(desk.snapshot())
    assert desk.value("SELECT state FROM imports") == "failed"


def test_a_zip_in_a_zip_is_not_followed(desk: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("inner.zip", zeros(1_000))
    with pytest.raises(UserError, match="not_a_table"):
        desk.take(desk.file(buffer.getvalue()))


def run_child(path: Path, scratch: Path, memory: int) -> subprocess.CompletedProcess[str]:
    job = {
        "path": str(path), "file_name": path.name, "scratch": str(scratch), "key": "00" * 32,
        "currency": "CNY", "timezone": "Asia/Shanghai", "memory": memory, "cpu": 30,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "bot.ingest.child"], input=json.dumps(job), text=True,
        capture_output=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )  # fmt: skip


def test_the_memory_limit_holds_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("订单号,下单时间,实付金额\nA1,2026-11-20,1\n")
    starved = run_child(path, tmp_path / "s.db", 40 * 2**20)
    assert '"head"' not in starved.stdout
    assert '"head"' in run_child(path, tmp_path / "t.db", 2**30).stdout


def test_limits_are_the_child_s_own(desk: Any) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    desk.rows("A1,2026-11-20,1", head="订单号,下单时间,实付金额")
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_the_child_does_not_import_the_database(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, bot.ingest.scratch; print('sqlalchemy' in sys.modules)"],
        text=True, capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert found.stdout.strip() == "False"
