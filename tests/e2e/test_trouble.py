"""The database refuses for a moment: nothing that was said or sent is forgotten over it."""

import asyncio
import json

from conftest import NOW, Shop
from sqlalchemy import text
from sqlmodel import select
from wire import Wire, running

from bot.clock import Clock
from bot.db import Database
from bot.db.wire import InboxRow, OutboxRow
from bot.health import Limits
from bot.sandbox.world import Person, World

_REFUSE = """CREATE FUNCTION refuse() RETURNS trigger AS
    'BEGIN RAISE EXCEPTION ''no''; END' LANGUAGE plpgsql"""


def refuse(db: Database, table: str, event: str) -> None:
    with db.write() as s:
        if db.is_sqlite:
            body = "BEGIN SELECT RAISE(ABORT, 'no'); END"
        else:
            s.connection().execute(text(_REFUSE))
            body = "FOR EACH ROW EXECUTE FUNCTION refuse()"
        s.connection().execute(text(f"CREATE TRIGGER no BEFORE {event} ON {table} {body}"))


def allow(db: Database, table: str) -> None:
    with db.write() as s:
        s.connection().execute(text("DROP TRIGGER no" + ("" if db.is_sqlite else f" ON {table}")))


async def test_a_question_waits_until_its_answer_can_be_written(
    wire: Wire, shop: Shop, db: Database
) -> None:
    refuse(db, "outbox", "INSERT")
    await wire.say(shop.owner, "/help")
    await asyncio.sleep(0.5)
    allow(db, "outbox")
    assert "/today" in (await wire.reply())["text"]


async def test_a_message_whose_end_could_not_be_written_does_not_silence_its_chat(
    wire: Wire, shop: Shop, db: Database
) -> None:
    refuse(db, "outbox", "UPDATE OF settled_at")
    await wire.say(shop.owner, "/help")
    await wire.sent(1)
    await asyncio.sleep(0.2)
    allow(db, "outbox")
    await wire.say(shop.owner, "/help")
    assert len(await wire.replies()) == 2
    with db.read() as s:
        assert set(s.exec(select(OutboxRow.state))) == {"sent"}


TALKING = World(people=(Person(1001, "林老板", started=True), Person(3001, "路人", started=True)))


def cut_off(db: Database, person: int, times: int) -> None:
    """`/help` lies in the inbox since `times` processes died at their try of it."""
    update = {
        "update_id": 9000,
        "message": {
            "message_id": 1, "date": int(NOW.timestamp()), "text": "/help",
            "chat": {"id": person, "type": "private", "first_name": "P"},
            "from": {"id": person, "is_bot": False, "first_name": "P", "language_code": "en"},
        },
    }  # fmt: skip
    with db.write() as s:
        s.add(
            InboxRow(
                bot_id=7000000001, update_id=9000, raw=json.dumps(update), received_at=NOW,
                owner="1", attempts=times,
            )
        )  # fmt: skip


async def test_what_kept_being_cut_off_is_not_tried_again_and_its_sender_is_told(
    db_url: str, db: Database, shop: Shop, clock: Clock
) -> None:
    cut_off(db, shop.owner, times=3)
    async with running(db_url, clock, TALKING, Limits(calm=0)) as wire:
        told = (await wire.reply())["text"]
    assert told == (
        "This was cut off each time I tried, so it was not done. "
        "Put it another way; if it persists, ask whoever runs the bot."
    )
    with db.read() as s:
        assert s.exec(select(InboxRow.raw)).one() == ""


async def test_what_was_cut_off_twice_is_answered_once_the_bot_has_been_up_a_while(
    db_url: str, db: Database, shop: Shop, clock: Clock
) -> None:
    cut_off(db, shop.owner, times=2)
    async with running(db_url, clock, TALKING, Limits(calm=0.5)) as wire:
        assert "/today" in (await wire.reply())["text"]


async def test_a_stranger_is_not_told_what_was_cut_off(
    db_url: str, db: Database, shop: Shop, clock: Clock
) -> None:
    cut_off(db, shop.stranger, times=3)
    async with running(db_url, clock, TALKING, Limits(calm=0)) as wire:
        assert await wire.replies() == []
