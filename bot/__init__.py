"""Storebot: a Telegram assistant for store teams."""

import os
import sys

# python-telegram-bot: durations as timedelta, its coming default, instead of a warning each time
os.environ.setdefault("PTB_TIMEDELTA", "1")
# httpx loads its own command line, with rich and pygments (4 MB), wherever those are installed
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None: not to be had
