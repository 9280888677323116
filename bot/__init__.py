"""Storebot: a Telegram assistant for store teams."""

import os
import sys
from importlib.util import find_spec

# python-telegram-bot: durations as timedelta, its coming default, instead of a warning each time
os.environ.setdefault("PTB_TIMEDELTA", "1")
# httpx loads its own command line, with rich and pygments (4 MB), wherever those are installed
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None: not to be had
# httpcore asks for it several times a call; not found, each time on every path of the disk anew
if find_spec("sniffio") is None:
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
