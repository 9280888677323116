"""The database refuses for a moment: nothing that was said or sent is forgotten over it."""

import asyncio

from conftest import Shop
from sqlalchemy import text
from sqlmodel import select
from wire import Wire

from bot.db import Database
from bot.db.wire import OutboxRow

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
