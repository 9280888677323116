"""A group becomes a supergroup: it keeps everything, and nothing is said twice."""

import pytest
from conftest import NOW, Shop
from sky import link, push, shown, state
from sqlmodel import col, func, select
from wire import Wire
from world import SMALL

from bot import links, outbox, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.facts import Import
from bot.db.moves import move_chat
from bot.db.people import Binding, Chat, PushRun, PushSetting
from bot.db.wire import OutboxRow
from bot.message import Message
from bot.outbox import Address, Outcome

NEW = -1_000_000_004_001


@pytest.mark.parametrize("order", ["old first", "new first", "unheard"])
async def test_pushes_go_on_in_the_supergroup(
    wire: Wire, shop: Shop, db: Database, order: str
) -> None:
    link(db, shop, SMALL)
    await wire.act("migrate", chat=SMALL, order=order)
    assert await wire.replies() == []
    await wire.act("clock", by=10)
    assert await wire.replies() == []  # neither a greeting nor a farewell
    for key in ("a", "b", "c"):
        push(wire, key, NEW if order != "unheard" else SMALL)
    assert shown(await wire.replies()) == [(NEW, 0, "a"), (NEW, 0, "b"), (NEW, 0, "c")]
    assert wire.server.sandbox.state.chats[NEW].bot == "member"


@pytest.mark.parametrize("order", ["old first", "new first"])
async def test_a_group_nobody_linked_is_not_left_for_moving(
    wire: Wire, shop: Shop, order: str
) -> None:
    await wire.say(shop.owner, "/yesterday", chat=SMALL)
    await wire.replies()
    await wire.act("migrate", chat=SMALL, order=order)
    await wire.replies()
    await wire.act("clock", by=10)
    assert await wire.replies() == []
    assert wire.server.sandbox.state.chats[NEW].bot == "member"


async def test_a_command_in_the_supergroup_finds_the_link(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, SMALL)
    await wire.act("migrate", chat=SMALL, order="new first")
    await wire.say(shop.staff, "/help", chat=NEW)
    (reply,) = await wire.replies()
    assert "/yesterday" in reply["text"]
    with db.read() as s:
        assert s.exec(select(func.count(col(Chat.id))).where(Chat.kind != "private")).one() == 1


async def test_what_was_to_be_edited_is_said_anew(wire: Wire, shop: Shop, db: Database) -> None:
    """Message 1 of the old group is another message in the new one."""
    row = link(db, shop, SMALL)
    push(wire, "first", SMALL)
    await wire.replies()
    await wire.act("migrate", chat=SMALL)
    await wire.replies()
    with db.write() as s:
        outbox.enqueue(
            s, "e", Address(row), Message("new"), NOW, kind="digest", method="edit", target="first"
        )
    assert shown(await wire.replies()) == [(NEW, 0, "new")]


def moved(db: Database, shop: Shop) -> tuple[int, int]:
    """Row ids of a linked group and of the supergroup it became, heard of first."""
    old = link(db, shop, SMALL)
    with db.write() as s:
        return old, teams.chat(s, NEW, "supergroup").id or 0


def test_a_send_under_way_while_the_group_moves_loses_nothing(db: Database, shop: Shop) -> None:
    chat = link(db, shop, SMALL)
    with db.write() as s:
        outbox.enqueue(s, "a", Address(chat), Message("a"), NOW)
        (sending,) = outbox.claim(s, "me", NOW).sendings
    with db.write() as s:
        move_chat(s, SMALL, NEW)
    with db.write() as s:
        outbox.settle(s, sending, "me", Outcome("moved", moved_to=NEW), NOW)
    with db.write() as s:
        (again,) = outbox.claim(s, "me", NOW).sendings
        assert (again.telegram_id, again.message.text) == (NEW, "a")
        assert len(s.exec(select(Binding)).all()) == 1


def test_no_row_keeps_a_message_number_of_the_old_chat(db: Database, shop: Shop) -> None:
    chat = link(db, shop, SMALL)
    with db.write() as s:
        for key, method in (("e", "edit"), ("d", "delete")):
            outbox.enqueue(s, key, Address(chat), Message(key), NOW, method=method, target="7")
        outbox.enqueue(s, "r", Address(chat), Message("r"), NOW, reply_to=7)
        move_chat(s, SMALL, NEW)
        rows = {r.key: (r.method, r.target, r.reply_to, r.state) for r in s.exec(select(OutboxRow))}
    assert rows["e"] == ("send", "", 0, "pending")
    assert rows["d"] == ("delete", "7", 0, "cancelled")
    assert rows["r"] == ("send", "", 0, "pending")


def test_all_that_points_at_either_chat_is_kept(db: Database, shop: Shop) -> None:
    old, new = moved(db, shop)
    with db.write() as s:
        first = s.exec(select(Binding)).one()
        s.add(PushRun(binding_id=first.id or 0, kind="digest", business_date=NOW.date(),
                      planned_at=NOW, decided_at=NOW, state="sent"))  # fmt: skip
        for chat in (old, new):
            s.add(Import(team_id=shop.team, chat_id=chat, created_at=NOW))
            outbox.enqueue(s, f"x{chat}", Address(chat), Message("x"), NOW)
    with db.write() as s:
        move_chat(s, SMALL, NEW)
        move_chat(s, SMALL, NEW)  # told twice
    with db.read() as s:
        assert s.exec(select(Chat.telegram_id).where(Chat.id == old)).one() == NEW
        assert set(s.exec(select(Import.chat_id))) == {old}
        assert set(s.exec(select(OutboxRow.chat_id))) == {old}
        assert s.exec(select(Binding.chat_id)).all() == [old]
        assert len(s.exec(select(PushRun)).all()) == len(s.exec(select(PushSetting)).all()) == 1


def test_no_message_of_the_new_chat_is_taken_for_an_old_one(db: Database, shop: Shop) -> None:
    chat, _ = moved(db, shop)
    with db.write() as s:
        s.exec(select(Binding)).one().hearing = "12"
    with db.write() as s:
        move_chat(s, SMALL, NEW)
    with db.write() as s:
        (binding,) = links.deaf(s, NEW)
        edit = {"method": "edit", "target": binding.hearing}
        outbox.enqueue(s, "heard", Address(chat), Message("x"), NOW, **edit)
        (sending,) = outbox.claim(s, "me", NOW).sendings
    assert (sending.method, sending.telegram_id) == ("send", NEW)


def test_of_two_links_the_first_is_kept(db: Database, shop: Shop) -> None:
    moved(db, shop)
    with db.write() as s:
        chat = teams.chat(s, NEW, "supergroup")
        other = teams.stores(s, shop.team)[1:]
        teams.link(s, chat, 0, other, "en", Defaults(), NOW)
        move_chat(s, SMALL, NEW)
    with db.read() as s:
        (binding,) = s.exec(select(Binding)).all()
        assert [x.key for x in teams.bound_stores(s, binding)] == ["tmall"]


async def test_a_group_of_strangers_moves_unnoticed(wire: Wire, db: Database) -> None:
    await wire.act("migrate", chat=SMALL, order="unheard")
    await wire.say(3001, "/yesterday", chat=NEW)
    assert await wire.replies() == []
    with db.read() as s:
        assert s.exec(select(Chat)).all() == []


async def test_a_push_waiting_for_its_time_moves_along(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, SMALL)
    await wire.fault("sendMessage", "429", chat=SMALL, retry_after=60)
    push(wire, "late", SMALL)
    await wire.tried(1)  # from then on the minute counts
    await wire.act("migrate", chat=SMALL, order="unheard")
    await wire.act("clock", by=61)
    assert shown(await wire.replies()) == [(NEW, 0, "late")]
    assert state(db, "late") == "sent"
