"""Rows of people and chats that two doors may want at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

from bot import teams
from bot.db import Database


def test_two_doors_may_make_the_same_chat_at_once(db: Database) -> None:
    def make() -> int | None:
        with db.write() as s:
            return teams.chat(s, 1001, "private").id

    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            first = teams.chat(s, 1001, "private").id
            second = pool.submit(make)
            sleep(0.2)  # until it waits, for the lock or for the row
        assert second.result() == first
