"""CSV order lines → facts and rollups, beside `pandas.read_csv` + `to_sql`, with somebody writing.

`python tests/bench/bench_import.py [--lines N] [--stores N] [--database URL]`
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlmodel import SQLModel

from bot import ingest
from bot.db import Database
from bot.db.people import Secret, Store, Team
from bot.ingest import spawn
from bot.ingest.check import check

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PEER = """
import resource, sqlite3, sys, time
import pandas as pd
began = time.monotonic()
for path in sys.argv[2:]:
    with sqlite3.connect(sys.argv[1]) as c:
        pd.read_csv(path, dtype={"订单编号": str}).to_sql("lines", c, if_exists="append", index=False)
print(time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


class Writer(threading.Thread):
    """Somebody who writes a row every 50 ms, as the inbox does."""

    def __init__(self, db: Database) -> None:
        super().__init__(daemon=True)
        self._db, self.times, self.stop = db, [], False

    def run(self) -> None:
        n = 0
        while not self.stop:
            n += 1
            began = time.monotonic()
            with self._db.write() as s:
                s.add(Secret(name=f"bench{n}", value="x"))
            self.times.append(time.monotonic() - began)
            time.sleep(0.050)


def child_memory(path: Path, folder: Path) -> int:
    """Peak of one child alone, in MB: the generator and the peer are our children too."""
    job = {
        "path": str(path), "file_name": path.name, "scratch": str(folder / "peak.db"),
        "key": "00" * 32, "currency": "CNY", "timezone": "Asia/Shanghai", "memory": 2**32, "cpu": 600,
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-m", "bot.ingest.child"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=spawn.environment(),
    )  # fmt: skip
    assert child.stdin
    child.stdin.write(json.dumps(job).encode())
    child.stdin.close()
    return os.wait4(child.pid, 0)[2].ru_maxrss // 1024


def measure(folder: Path, lines: int, stores: int, url: str) -> None:
    here = Path(__file__).parent
    subprocess.run(
        [sys.executable, here / "sales.py", folder / "csv", str(lines), str(stores)], check=True
    )
    paths = sorted((folder / "csv").glob("*.csv"))
    db = Database(url or f"sqlite:///{folder / 'bench.db'}")
    with db.engine.begin() as c:
        SQLModel.metadata.create_all(c)
    with db.write() as s:
        team = Team(name="bench", created_at=NOW)
        s.add(team)
        s.flush()
        places = [
            Store(
                team_id=team.id, key=p.stem, name=p.stem, currency="CNY",
                timezone="Asia/Shanghai", created_at=NOW,
            )
            for p in paths
        ]  # fmt: skip
        s.add_all(places)
    writer = Writer(db)
    writer.start()
    for name in ("new", "again"):
        parsing, began, writer.times, cpu = 0.0, time.monotonic(), [], time.process_time()
        for place, path in zip(places, paths, strict=True):
            read = [time.monotonic(), time.monotonic()]

            def progress(step: ingest.Progress, read: list[float] = read) -> None:
                if step.stage == "reading":
                    read[1] = time.monotonic()

            ingest.take(db, place, path, NOW, progress)
            parsing += read[1] - read[0]
        took = time.monotonic() - began
        waits = sorted(writer.times)
        own = (time.process_time() - cpu) / lines * 1e6
        print(
            f"{name:6} {lines / took:9,.0f} lines/s  {took:6.1f} s (reading {parsing:.1f} s; {own:.0f} µs of our CPU a line)"
            f"  other writes p50 {waits[len(waits) // 2] * 1e3:.1f}"
            f" p95 {waits[int(len(waits) * 0.95)] * 1e3:.1f} max {waits[-1] * 1e3:.1f} ms"
        )
    writer.stop = True
    writer.join()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory parent {own} MB, child {child_memory(paths[0], folder)} MB")
    with db.read() as s:
        tables = ("order_lines", "sales_rollups", "buyer_rollups", "buyers")
        for name in tables:
            print(
                name, f"{s.connection().execute(text(f'SELECT COUNT(*) FROM {name}')).scalar():,}"
            )
        if lines <= 200_000:
            print("rollups equal facts:", not check(s))
    db.close()
    peer = subprocess.run(
        [sys.executable, "-c", PEER, folder / "peer.db", *paths],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, memory = map(float, peer.stdout.split())
    print(f"read_csv + to_sql {lines / seconds:,.0f} lines/s, {memory:.0f} MB, no keys, no rollups")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--stores", type=int, default=20)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), args.lines, args.stores, args.database)


if __name__ == "__main__":
    main()
