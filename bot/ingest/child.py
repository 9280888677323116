"""`python -m bot.ingest.child`: parse one file under limits. Job on stdin, lines of JSON on stdout.

The limits are set before anything heavy is imported: a bomb aborts this process and nothing else.
The bot has its children from a `nursery`, which has imported everything and read nothing.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    work(json.load(sys.stdin))


def work(job: dict[str, Any]) -> None:
    """Set the limits for good, and parse."""
    _limit(int(job.pop("memory")), int(job.pop("cpu")))
    from bot.errors import Unrecognised, UserError

    try:
        if job.pop("look", False):
            from bot.ingest.sorting import platforms

            room = Path(job["room"])
            _say({"head": {"platforms": platforms(Path(job["path"]), job["file_name"], room)}})
            return
        from bot.ingest import scratch
        from bot.ingest.parse import Job

        head = scratch.make(Job(**job), Path(job["scratch"]).parent, _progress)
        _say({"head": head})
    except Unrecognised as e:
        _say({"error": e.key, "params": e.params, "header": e.header})
    except UserError as e:
        _say({"error": e.key, "params": e.params})
    except MemoryError:
        _say({"error": "import.too_heavy", "params": {}})
    except Exception as e:  # no message: it could quote a customer
        frames = traceback.extract_tb(e.__traceback__)
        where = " ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames)
        _say({"error": "import.broken", "params": {}, "crash": f"{type(e).__name__} at {where}"})


def _limit(memory: int, cpu: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each thread would reserve memory we just limited


def _progress(rows: int) -> None:
    _say({"rows": rows})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
