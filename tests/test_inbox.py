"""Updates stored, settled once, taken over from the dead, and their order per chat."""

import asyncio
from datetime import timedelta

import pytest
from conftest import NOW
from sqlmodel import select

from bot import inbox
from bot.db import Database
from bot.db.wire import InboxRow
from bot.inbox import Lanes, Stored, Trials

BOT = 7000000001


def update(n: int, chat: int = 1) -> dict[str, object]:
    return {"update_id": n, "message": {"message_id": n, "chat": {"id": chat}, "text": f"t{n}"}}


def store(db: Database, *ids: int, owner: str = "1", bot: int = BOT) -> list[int]:
    with db.write() as s:
        batch = [update(n) for n in ids]
        return [x.update_id for x in inbox.store(s, bot, batch, owner, NOW)]


def test_an_update_is_new_once(db: Database) -> None:
    assert store(db, 1, 2) == [1, 2]
    assert store(db, 2, 3) == [3]


def test_another_bot_counts_its_updates_for_itself(db: Database) -> None:
    store(db, 1)
    assert store(db, 1, bot=BOT + 1) == [1]


def test_settling_wipes_the_text(db: Database) -> None:
    store(db, 1)
    with db.write() as s:
        inbox.settle(s, BOT, 1, NOW)
    with db.read() as s:
        row = s.exec(select(InboxRow)).one()
    assert (row.raw, row.done_at) == ("", NOW)


def test_an_update_is_settled_once(db: Database) -> None:
    store(db, 1)
    with db.write() as s:
        inbox.settle(s, BOT, 1, NOW)
    with pytest.raises(inbox.AlreadyHandled), db.write() as s:
        inbox.settle(s, BOT, 1, NOW)


def test_what_the_dead_left_is_taken_over_in_order(db: Database) -> None:
    store(db, 5, 3, 4, owner="dead")
    store(db, 6, owner="alive")
    with db.write() as s:
        inbox.settle(s, BOT, 4, NOW)
        taken = inbox.take_over(s, BOT, {"dead"}, "me", NOW)
    assert [x.update_id for x in taken] == [3, 5]
    with db.write() as s:
        assert inbox.take_over(s, BOT, {"dead"}, "me", NOW) == []


def test_a_process_that_hangs_loses_its_updates_unless_it_renews_them(db: Database) -> None:
    later = NOW + timedelta(seconds=61)
    store(db, 1, owner="hung")
    store(db, 2, owner="alive")
    with db.write() as s:
        inbox.renew(s, "alive", later)
        assert [x.update_id for x in inbox.take_over(s, BOT, set(), "me", later)] == [1]


def test_an_update_that_killed_four_processes_is_hopeless_and_after_the_fifth_set_aside(
    db: Database,
) -> None:
    store(db, 1, owner="a")
    tries = []
    for dead, heir in (("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")):
        with db.write() as s:
            (orphan,) = inbox.take_over(s, BOT, {dead}, heir, NOW)
            inbox.begin(s, BOT, orphan.update_id)
        tries.append((orphan.attempts, orphan.hopeless))
    assert tries == [(0, False), (1, False), (2, False), (3, True)]
    with db.write() as s:
        assert inbox.take_over(s, BOT, {"e"}, "f", NOW) == []
    with db.read() as s:
        assert s.exec(select(InboxRow.error)).one() == "gave up: the process died on it"


def test_an_update_that_only_waited_is_never_set_aside(db: Database) -> None:
    store(db, 1, owner="0")
    for n in range(9):
        with db.write() as s:
            assert len(inbox.take_over(s, BOT, {str(n)}, str(n + 1), NOW)) == 1


async def begun(trials: Trials, *orphans: Stored) -> list[tuple[int, bool]]:
    """Which of them are at work 0.05 s later, and whether it was their turn; none ever ends."""
    seen: list[tuple[int, bool]] = []

    async def work(stored: Stored) -> None:
        async with trials.turn(stored) as its_turn:
            seen.append((stored.update_id, its_turn))
            if its_turn:
                await asyncio.sleep(60)

    tasks = [asyncio.create_task(work(x)) for x in orphans]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seen


def orphans(*attempts: int) -> list[Stored]:
    return [Stored(n, "{}", orphan=True, attempts=a) for n, a in enumerate(attempts, 1)]


async def test_what_one_death_cut_off_is_tried_again_at_once() -> None:
    trials = Trials(calm=60)
    trials.start()
    assert await begun(trials, *orphans(0, 0)) == [(1, True), (2, True)]


async def test_what_two_deaths_cut_off_waits_until_the_process_has_lived_a_while() -> None:
    trials = Trials(calm=60)
    trials.start()
    assert await begun(trials, *orphans(1)) == []


async def test_then_one_of_them_is_at_work_at_a_time() -> None:
    trials = Trials(calm=0)
    trials.start()
    assert await begun(trials, *orphans(2, 1, 0)) == [(3, True), (1, True)]


async def test_an_end_does_not_wait_for_those_whose_turn_has_not_come() -> None:
    trials = Trials(calm=60)
    trials.start()
    trials.end()
    assert await begun(trials, *orphans(1, 1)) == [(1, False), (2, False)]


def test_updates_of_another_bot_have_no_owners_here(db: Database) -> None:
    store(db, 1, owner="a")
    store(db, 1, owner="b", bot=BOT + 1)
    with db.read() as s:
        assert inbox.owners(s, BOT) == {"a"}


def test_half_a_surrogate_pair_does_not_stop_a_batch(db: Database) -> None:
    data = {"update_id": 1, "message": {"chat": {"id": 1}, "text": "\ud83d"}}
    with db.write() as s:
        (stored,) = inbox.store(s, BOT, [data], "1", NOW)
    assert stored.data == data


async def test_a_chat_is_handled_in_order_and_chats_side_by_side() -> None:
    seen: list[int] = []
    gate = asyncio.Event()

    async def handle(stored: Stored) -> None:
        if stored.update_id == 1:
            await gate.wait()
        seen.append(stored.update_id)

    lanes = Lanes(handle)
    for n, chat in ((1, 10), (2, 10), (3, 20)):
        lanes.put(Stored.of(update(n, chat)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert seen == [3]
    gate.set()
    await lanes.drain(1)
    assert seen[:2] == [3, 1]


@pytest.mark.parametrize(
    ("data", "lane"),
    [
        ({"update_id": 1, "message": {"chat": {"id": -5}, "from": {"id": 7}}}, -5),
        (
            {"update_id": 1, "callback_query": {"from": {"id": 7}, "message": {"chat": {"id": 9}}}},
            9,
        ),
        ({"update_id": 1, "callback_query": {"from": {"id": 7}}}, 7),
        ({"update_id": 1, "something_new": {"n": 1}}, 0),
    ],
)
def test_an_update_goes_into_the_lane_of_its_chat(data: dict[str, object], lane: int) -> None:
    assert inbox.lane(data) == lane
