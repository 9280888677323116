"""Storebot: a Telegram assistant for store teams."""

import os

# python-telegram-bot: durations as timedelta, its coming default, instead of a warning each time
os.environ.setdefault("PTB_TIMEDELTA", "1")
