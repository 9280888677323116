"""`python -m bot.ingest.nursery`: bears a child (`bot.ingest.child`) for each file.

A child would import its libraries ten times longer than it reads a usual file; here it finds them
imported. This process sees no file and no job: its newest child waits for the next one, works under
limits of its own, and ends with it.
"""

from __future__ import annotations

import gc
import json
import os
import sys

from bot.ingest import child, scratch, sorting  # noqa: F401  # what a child needs

NO_JOB = 70  # exit status of a child whose parents' parent has ended


def main() -> None:
    """Until the input ends, which the bot's own end brings too."""
    gc.collect()
    gc.freeze()  # a child's collector would touch, and so copy, all that is shared
    while True:
        pid = os.fork()
        if pid == 0:
            _live()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code == NO_JOB:
            return
        sys.stdout.write(json.dumps({"ended": code}) + "\n")
        sys.stdout.flush()


def _live() -> None:
    """A child's life; never returns."""
    code = 1
    try:
        job = sys.stdin.readline()
        if job:
            child.work(json.loads(job))
        code = 0 if job else NO_JOB
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
