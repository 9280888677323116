"""Whose rows are orphans: a name lives exactly as long as its process."""

import pytest

from bot.db import Database
from bot.db.instance import Instance
from bot.errors import ConfigError


def test_a_process_that_ended_is_dead_and_this_one_is_not(db: Database) -> None:
    first = Instance(db)
    first.close()
    second = Instance(db)
    assert second.dead([first.owner, second.owner, ""]) == {first.owner}
    second.close()


def test_two_processes_share_a_postgresql_but_not_a_sqlite_file(db: Database) -> None:
    first = Instance(db)
    if db.is_sqlite:
        with pytest.raises(ConfigError, match="another storebot is running"):
            Instance(db)
    else:
        second = Instance(db)
        assert second.dead([first.owner]) == set()
        second.close()
    first.close()


def test_one_process_polls_for_a_bot(db: Database) -> None:
    first = Instance(db)
    assert first.may_poll(7)
    second = None if db.is_sqlite else Instance(db)
    if second:
        assert not second.may_poll(7)
    first.close()
    if second:
        assert second.may_poll(7)
        second.close()


def test_a_lock_that_the_server_dropped_is_taken_again(db: Database) -> None:
    instance = Instance(db)
    instance.still_there()
    if instance._connection is not None:
        instance._connection.invalidate()
        instance.still_there()
    other = None if db.is_sqlite else Instance(db)
    if other:
        assert other.dead([instance.owner]) == set()
        other.close()
    instance.close()


def test_a_server_that_was_away_for_long_is_found_again(db: Database) -> None:
    instance = Instance(db)
    if instance._connection is not None:
        instance._connection.invalidate()
        instance._connection.close()  # as after a cure that found no server
    instance.still_there()
    assert instance.dead(["1"]) == {"1"}
    instance.close()
