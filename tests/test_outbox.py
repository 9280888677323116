"""Rows of the outbox through claim and settle, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from conftest import NOW
from sqlmodel import Session, select

from bot import outbox, pacing, teams
from bot.db import Database
from bot.db.people import Chat
from bot.db.wire import ChatPace, OutboxRow
from bot.message import Message
from bot.outbox import Address, Outcome, Sending

ME, OTHER = "1", "2"


@pytest.fixture
def chat(db: Database) -> int:
    with db.write() as s:
        return teams.chat(s, -100, "group").id or 0


def say(db: Database, key: str, to: Address, **more: object) -> bool:
    with db.write() as s:
        return outbox.enqueue(s, key, to, Message(key), NOW, **more)  # type: ignore[arg-type]


def claim(db: Database, seconds: float = 0, owner: str = ME) -> list[Sending]:
    with db.write() as s:
        return outbox.claim(s, owner, NOW + timedelta(seconds=seconds)).sendings


def settle(db: Database, sending: Sending, outcome: Outcome, seconds: float = 0) -> bool:
    with db.write() as s:
        return outbox.settle(s, sending, ME, outcome, NOW + timedelta(seconds=seconds))


def row(db: Database, key: str) -> OutboxRow:
    with db.read() as s:
        return s.exec(select(OutboxRow).where(OutboxRow.key == key)).one()


def said(sendings: list[Sending]) -> list[str]:
    return [x.message.text for x in sendings]


def test_a_key_is_said_once(db: Database, chat: int) -> None:
    assert say(db, "a", Address(chat)) is True
    assert say(db, "a", Address(chat)) is False
    assert said(claim(db)) == ["a"]


def test_a_rolled_back_cause_says_nothing(db: Database, chat: int) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as s:
        outbox.enqueue(s, "a", Address(chat), Message("a"), NOW)
        raise ZeroDivisionError
    assert claim(db) == []


def test_a_chat_has_one_message_in_flight(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    say(db, "b", Address(chat))
    (first,) = claim(db)
    assert claim(db) == []
    settle(db, first, Outcome("sent", message_id=7))
    assert said(claim(db)) == ["b"]


def test_replies_go_before_pushes(db: Database, chat: int) -> None:
    say(db, "push", Address(chat), kind="digest")
    say(db, "reply", Address(chat))
    assert said(claim(db)) == ["reply"]


def test_a_group_hears_three_at_once_and_then_one_in_three_seconds(db: Database, chat: int) -> None:
    for key in "abcd":
        say(db, key, Address(chat))
    for key in "abc":
        (sending,) = claim(db)
        assert sending.message.text == key
        settle(db, sending, Outcome("sent"))
    assert claim(db, seconds=2.9) == []
    assert said(claim(db, seconds=3)) == ["d"]


def test_a_429_silences_only_its_chat(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    (sending,) = claim(db)
    settle(db, sending, Outcome("wait", wait=40))
    say(db, "b", Address(telegram_id=77))
    assert said(claim(db, seconds=39)) == ["b"]
    assert said(claim(db, seconds=40)) == ["a"]


def test_what_was_surely_not_sent_goes_again_after_a_pause(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    (sending,) = claim(db)
    settle(db, sending, Outcome("retry", error="refused"))
    assert claim(db, seconds=1.9) == []
    assert said(claim(db, seconds=2)) == ["a"]


def test_a_reply_whose_outcome_is_hidden_is_never_resent(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    (sending,) = claim(db)
    settle(db, sending, Outcome("unknown"))
    assert row(db, "a").state == "uncertain"
    assert claim(db, seconds=3600) == []


def test_a_push_whose_outcome_is_hidden_repeats_once_and_is_marked(db: Database, chat: int) -> None:
    say(db, "a", Address(chat), kind="digest", repeatable=True)
    (first,) = claim(db)
    settle(db, first, Outcome("unknown"))
    assert claim(db, seconds=59) == []
    (second,) = claim(db, seconds=60)
    assert (first.repeat, second.repeat) == (False, True)
    settle(db, second, Outcome("unknown"), seconds=60)
    assert row(db, "a").state == "uncertain"


def test_a_moved_chat_gets_its_message_at_the_new_address(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    (sending,) = claim(db)
    settle(db, sending, Outcome("moved", moved_to=-200))
    (again,) = claim(db)
    assert (sending.telegram_id, again.telegram_id) == (-100, -200)


def test_a_lost_chat_is_not_spoken_to_again(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    say(db, "b", Address(chat))
    (sending,) = claim(db)
    settle(db, sending, Outcome("gone", error="kicked"))
    assert (row(db, "a").state, row(db, "b").state) == ("failed", "cancelled")


def test_an_expired_row_is_not_sent(db: Database, chat: int) -> None:
    say(db, "a", Address(chat), expires_at=NOW + timedelta(hours=3))
    assert claim(db, seconds=3 * 3600) == []
    assert row(db, "a").state == "expired"


def test_an_edit_waits_for_the_message_it_changes(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    (first,) = claim(db)
    say(db, "b", Address(chat), method="edit", target="a")
    assert claim(db) == []
    settle(db, first, Outcome("sent", message_id=42))
    (edit,) = claim(db)
    assert (edit.method, edit.target) == ("edit", "42")


def test_rows_of_a_dead_process_are_in_doubt(db: Database, chat: int) -> None:
    say(db, "reply", Address(chat))
    say(db, "push", Address(telegram_id=5), kind="digest", repeatable=True)
    assert len(claim(db, owner=OTHER)) == 2
    with db.write() as s:
        assert outbox.recover(s, ME, {OTHER}, NOW) == 2
    assert row(db, "reply").state == "uncertain"
    assert said(claim(db, seconds=60)) == ["push"]


def test_a_process_taken_for_dead_cannot_settle_any_more(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    (sending,) = claim(db)
    with db.write() as s:
        outbox.recover(s, OTHER, {ME}, NOW)
    assert settle(db, sending, Outcome("sent", message_id=7)) is False


def test_of_a_stranger_no_address_is_kept(db: Database) -> None:
    say(db, "a", Address(telegram_id=3001))
    (sending,) = claim(db)
    settle(db, sending, Outcome("sent", message_id=7))
    assert row(db, "a").address is None


def test_two_claims_at_once_never_take_the_same_row(db: Database, chat: int) -> None:
    for n in range(20):
        say(db, f"k{n}", Address(telegram_id=n + 1))
    with db.write() as s:
        first = outbox.claim(s, ME, NOW, limit=10).sendings
    second = claim(db, owner=OTHER)
    assert len({x.id for x in first} & {x.id for x in second}) == 0
    assert len(first) + len(second) == 20


def test_backlog_names_the_oldest_due_row(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    with db.read() as s:
        assert backlog_of(s) == ({"pending": 1}, NOW)


def backlog_of(s: Session) -> tuple[dict[str, int], object]:
    found = outbox.backlog(s, NOW + timedelta(minutes=5))
    return found.states, found.oldest_due


def test_what_must_go_again_keeps_its_place(db: Database, chat: int) -> None:
    """A progress line that had to wait must not overwrite the report that came after it."""
    for key in ("progress", "report"):
        say(db, key, Address(chat), kind="import")
    (first,) = claim(db)
    settle(db, first, Outcome("retry"))
    assert claim(db, seconds=1) == []
    assert said(claim(db, seconds=2)) == ["progress"]


def test_a_push_in_doubt_holds_up_nobody(db: Database, chat: int) -> None:
    for key in ("first", "second"):
        say(db, key, Address(chat), kind="digest", repeatable=True)
    (first,) = claim(db)
    settle(db, first, Outcome("unknown"))
    assert said(claim(db, seconds=1)) == ["second"]


def test_chats_that_must_wait_do_not_starve_the_others(db: Database) -> None:
    with db.write() as s:
        for n in range(1, 6):
            to = Address(teams.chat(s, -n, "group").id)
            for part in "ab":
                outbox.enqueue(s, f"{n}{part}", to, Message(f"{n}{part}"), NOW)
        blocked, *_ = outbox.claim(s, ME, NOW, limit=2).sendings
    settle(db, blocked, Outcome("wait", wait=60))
    with db.write() as s:
        found = outbox.claim(s, ME, NOW, limit=2).sendings
    assert said(found) == ["3a", "4a"]


def test_a_clock_set_back_silences_nobody(db: Database, chat: int) -> None:
    for key in "abc":
        say(db, key, Address(chat))
        (sending,) = claim(db, seconds=3 * 86400)
        settle(db, sending, Outcome("sent"))
    say(db, "d", Address(chat))
    assert said(claim(db)) == ["d"]


def test_of_a_stranger_no_pace_is_kept(db: Database) -> None:
    say(db, "a", Address(telegram_id=3001))
    (sending,) = claim(db)
    settle(db, sending, Outcome("wait", wait=40))
    assert claim(db, seconds=39) == []
    (sending,) = claim(db, seconds=40)
    with db.read() as s:
        assert list(s.exec(select(ChatPace.address))) == [pacing.EVERYWHERE]


def test_two_first_claims_at_once_share_the_pace(db: Database) -> None:
    with db.write() as s:
        chats = [teams.chat(s, n, "private").id for n in (1, 2)]
    for n in chats:
        say(db, str(n), Address(n))
    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            first = outbox.claim(s, ME, NOW, limit=1).sendings
            s.flush()
            second = pool.submit(claim, db, 0, OTHER)
            sleep(0.2)  # until it waits, for the lock or for the row
        assert said(first + second.result()) == [str(n) for n in chats]


def test_an_edit_said_anew_is_what_the_next_edit_changes(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    settle(db, claim(db)[0], Outcome("sent", message_id=42))
    say(db, "b", Address(chat), method="edit", target="a")
    settle(db, claim(db)[0], Outcome("sent", message_id=43))  # 42 had been deleted
    say(db, "c", Address(chat), method="edit", target="a")
    assert claim(db)[0].target == "43"


def test_a_moved_chat_whose_new_address_was_heard_of_first_stays_one(
    db: Database, chat: int
) -> None:
    with db.write() as s:
        other = teams.chat(s, -200, "supergroup").id
    say(db, "a", Address(chat))
    say(db, "b", Address(other))
    first, _ = claim(db)
    settle(db, first, Outcome("moved", moved_to=-200))
    with db.read() as s:
        assert [(x.id, x.telegram_id) for x in s.exec(select(Chat))] == [(chat, -200)]
    assert row(db, "b").chat_id == chat


SECRET = Message("https://t.me/x?start=inv_1", secret=True)


def test_what_is_secret_is_wiped_once_it_was_said(db: Database, chat: int) -> None:
    with db.write() as s:
        outbox.enqueue(s, "a", Address(chat), SECRET, NOW)
    (sending,) = claim(db)
    settle(db, sending, Outcome("retry"))
    assert "inv_1" in row(db, "a").payload
    (sending,) = claim(db, 60)
    settle(db, sending, Outcome("sent", message_id=7), 60)
    assert row(db, "a").payload == Message("").dump()


def test_what_is_secret_is_wiped_where_it_will_never_be_said(db: Database, chat: int) -> None:
    with db.write() as s:
        outbox.enqueue(s, "a", Address(chat), SECRET, NOW)
        outbox.enqueue(s, "b", Address(chat), Message('"secret":true'), NOW)
        outbox.silence(s, chat, NOW, "out")
    assert row(db, "a").payload == Message("").dump()
    assert "secret" in Message.load(row(db, "b").payload).text


def test_what_waits_is_said_in_its_newest_words(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    with db.write() as s:
        assert outbox.replace(s, "a", Message("a2")) is True
    sendings = claim(db)
    assert said(sendings) == ["a2"]
    settle(db, sendings[0], Outcome("sent", message_id=7))
    with db.write() as s:
        assert outbox.replace(s, "a", Message("a3")) is False  # it was said
    say(db, "edit", Address(chat), method="edit", target="a")
    with db.write() as s:
        assert outbox.replace(s, "a", Message("a4")) is True
    assert said(claim(db, 5)) == ["a4"]


def test_a_later_change_of_the_same_message_is_not_overtaken(db: Database, chat: int) -> None:
    say(db, "a", Address(chat))
    settle(db, claim(db)[0], Outcome("sent", message_id=7))
    say(db, "edit", Address(chat), method="edit", target="a")
    say(db, "menu", Address(chat), method="edit", target="7")
    with db.write() as s:
        assert outbox.replace(s, "a", Message("a2")) is False
    say(db, "other", Address(chat), method="edit", target="8")  # another message is no matter
    say(db, "newest", Address(chat), method="edit", target="a")
    with db.write() as s:
        assert outbox.replace(s, "a", Message("a3")) is True
    assert Message.load(row(db, "newest").payload).text == "a3"
