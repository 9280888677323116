"""When a chat's digest is due, and that each date is taken once."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import NOW, Shop
from sqlmodel import Session, select

from bot import pushes, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.facts import ImportedDay
from bot.db.people import Binding, PushRun, StoreKind
from bot.digests import due, whole
from bot.digests.due import Morning, Wish
from bot.digests.whole import Piece, StoreState

BEFORE = NOW - timedelta(days=400)
DAY = date(2026, 11, 22)  # a Sunday; its digest comes on Monday the 23rd
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Africa/Cairo")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def wish(zone: str = "Asia/Shanghai", at: str = "09:00", made: datetime = BEFORE) -> Wish:
    binding = Binding(id=1, team_id=1, chat_id=1, language="en", timezone=zone, created_at=made)
    return Wish(binding, "on", at)


def morning(w: Wish, *lacking: str, ready: str = "", taken: tuple[str, ...] = ()) -> Morning:
    kinds = ("orders", "shop_days", "ads")
    pieces = tuple(Piece(kind, kind not in lacking) for kind in kinds)
    stores = (StoreState(1, "天猫旗舰店", "taobao", DAY, pieces),)
    at = utc(ready) if ready else None
    return Morning(w, due.times(w, DAY), stores, at, frozenset(taken))


def says(m: Morning, now: str) -> str:
    d = due.decide(m, utc(now))
    return " ".join([d.action, *["late"] * d.late, *["waited"] * d.waited])


@pytest.mark.parametrize(
    ("now", "action"),
    [
        ("2026-11-23T00:59", "wait"),
        ("2026-11-23T01:00", "send"),  # 09:00 in Shanghai
        ("2026-11-23T01:14", "send"),
        ("2026-11-23T01:15", "send late"),
        ("2026-11-23T03:59", "send late"),
        ("2026-11-23T04:00", "expire"),  # noon: news no more
    ],
)
def test_a_whole_day_goes_at_nine(now: str, action: str) -> None:
    assert says(morning(wish()), now) == action


@pytest.mark.parametrize(
    ("now", "action"),
    [
        ("2026-11-23T00:39", "wait"),
        ("2026-11-23T00:40", "nudge"),  # 08:40
        ("2026-11-23T02:59", "nudge"),
        ("2026-11-23T03:00", "partial"),  # 11:00
        ("2026-11-23T03:15", "partial late"),
        ("2026-11-23T04:00", "expire"),
    ],
)
def test_an_incomplete_day_is_asked_for_and_goes_at_the_cut_off(now: str, action: str) -> None:
    assert says(morning(wish(), "ads"), now) == action


def test_a_nudge_comes_once_and_then_the_cut_off_is_waited_for() -> None:
    assert says(morning(wish(), "ads", taken=("nudge",)), "2026-11-23T01:30") == "wait"


def test_the_last_piece_sends_it_at_once_and_that_is_not_late() -> None:
    m = morning(wish(), ready="2026-11-23T01:52")
    assert says(m, "2026-11-23T01:52") == "send waited"
    assert says(m, "2026-11-23T02:08") == "send late waited"  # a stop came between


def test_what_was_sent_is_not_sent_again() -> None:
    for now in ("2026-11-23T01:00", "2026-11-23T03:00", "2026-11-23T05:00"):
        assert says(morning(wish(), taken=("digest",)), now) == "wait"


def test_a_chat_linked_after_nine_waits_for_tomorrow() -> None:
    linked = wish(made=utc("2026-11-23T01:30"))
    assert says(morning(linked, "ads"), "2026-11-23T03:30") == "wait"


def test_no_nudge_where_the_chat_wants_none() -> None:
    silent = Wish(wish().binding, "on", "09:00", "off", "08:40")
    assert says(morning(silent, "ads"), "2026-11-23T02:00") == "wait"


@pytest.mark.parametrize(
    ("at", "cut_off", "until"),
    [
        ("07:00", "2026-11-23T03:00", "2026-11-23T04:00"),  # 11:00 and noon
        ("10:30", "2026-11-23T04:30", "2026-11-23T05:30"),  # two hours after its time
        ("18:00", "2026-11-23T12:00", "2026-11-23T13:00"),
        ("23:30", "2026-11-23T17:30", "2026-11-23T18:30"),  # past midnight
    ],
)
def test_the_cut_off_moves_with_a_later_time(at: str, cut_off: str, until: str) -> None:
    t = due.times(wish(at=at), DAY)
    assert (t.cut_off_at, t.useful_until) == (utc(cut_off), utc(until))


@pytest.mark.parametrize(
    ("zone", "day", "planned"),
    [
        ("Europe/Berlin", "2026-03-28", "2026-03-29T01:30"),  # in the gap: just after it
        ("Europe/Berlin", "2026-10-24", "2026-10-25T00:30"),  # the first 02:30 of two
        ("America/New_York", "2026-03-07", "2026-03-08T07:30"),
        ("Africa/Cairo", "2026-04-23", "2026-04-23T23:30"),
    ],
)
def test_the_night_the_clocks_change_has_its_digest(zone: str, day: str, planned: str) -> None:
    assert due.times(wish(zone, "02:30"), date.fromisoformat(day)).planned_at == utc(planned)


@pytest.mark.parametrize("zone", ZONES)
def test_each_date_of_a_year_has_one_planned_moment(zone: str) -> None:
    w, now, moments = wish(zone), utc("2026-01-01T00:00"), []
    while now < utc("2027-01-01T00:00"):
        now = due.next_at(w, now)
        moments.append(now.astimezone(ZoneInfo(zone)).date())
    assert len(moments) == len(set(moments)) == 366


def test_a_store_far_west_reports_the_day_that_has_ended_there() -> None:
    nine = utc("2026-11-23T01:00")  # in Shanghai; still Sunday evening in New York
    assert due.reported(nine, ["Asia/Shanghai"]) == date(2026, 11, 22)
    assert due.reported(nine, ["Asia/Shanghai", "America/New_York"]) == date(2026, 11, 21)


# rows ---------------------------------------------------------------------------------------


def linked(s: Session, shop: Shop, chat: int = -100, **settings: str) -> Binding:
    row = teams.chat(s, chat, "group")
    stores = teams.stores(s, shop.team)[:1]
    return teams.link(s, row, 0, stores, "en", Defaults(**settings), BEFORE)  # type: ignore[arg-type]


def imported(s: Session, store: int, kind: str, day: date = DAY, *, whole: bool = True) -> None:
    s.add(ImportedDay(store_id=store, kind=kind, day=day, exported_at=NOW, whole=whole))
    s.flush()


def test_a_date_is_taken_once(db: Database, shop: Shop) -> None:
    with db.write() as s:
        linked(s, shop)
    nine, taken = utc("2026-11-23T01:00"), []
    with db.read() as s:
        (m,) = due.mornings(s, nine)
    for _ in range(2):
        with db.write() as s:
            taken.append(due.claim(s, m, "digest", "sent", NOW))
    assert taken == [True, False]
    with db.read() as s:
        assert due.mornings(s, nine) == []


def test_a_time_or_zone_changed_at_noon_gives_no_second_one(db: Database, shop: Shop) -> None:
    with db.write() as s:
        binding = linked(s, shop)
        (m,) = due.mornings(s, utc("2026-11-23T01:00"))
        due.claim(s, m, "digest", "sent", NOW)
        pushes.change(s, binding.id or 0, "digest", at="14:00")
    with db.read() as s:
        assert due.mornings(s, utc("2026-11-23T06:00")) == []
    with db.write() as s:
        binding.timezone = "Europe/Berlin"
        s.add(binding)
    with db.read() as s:
        assert due.mornings(s, utc("2026-11-23T13:00")) == []


def test_a_chat_that_is_gone_or_wants_none_is_left_out(db: Database, shop: Shop) -> None:
    with db.write() as s:
        for n, gone in enumerate((None, NOW, None)):
            row = linked(s, shop, -100 - n)
            teams.chat(s, -100 - n, "group").gone_at = gone
            pushes.change(s, row.id or 0, "digest", mode="off" if n == 2 else "on")
    with db.read() as s:
        assert [w.binding.id for w in due.wishes(s)] == [1]


def test_a_date_swallowed_by_a_stop_is_looked_at_again(db: Database, shop: Shop) -> None:
    with db.write() as s:
        linked(s, shop)
        (m,) = due.mornings(s, utc("2026-11-22T01:00"))
        due.claim(s, m, "digest", "sent", NOW)
    with db.read() as s:  # nothing ran on Monday: Tuesday
        before, today = due.mornings(s, utc("2026-11-24T01:00"))
    assert [before.times.date, today.times.date] == [DAY, date(2026, 11, 23)]
    assert due.decide(before, utc("2026-11-24T01:00")).action == "expire"
    assert (before.missed, today.missed) == (False, True)


def test_a_store_needs_what_it_has_been_sending_of_late(db: Database, shop: Shop) -> None:
    with db.write() as s:
        imported(s, shop.tmall, "ads", date(2026, 11, 10))
        imported(s, shop.tmall, "scores", date(2026, 10, 1))  # once, long ago
        state = whole.states(s, [(shop.tmall, DAY)])[shop.tmall, DAY]
    assert [p.kind for p in state.pieces] == ["orders", "ads"]
    assert not state.whole


def test_what_was_set_counts_and_names_who_brings_it(db: Database, shop: Shop) -> None:
    with db.write() as s:
        chen = next(m for m in teams.members(s, shop.team) if m.name == "小陈")
        s.add(StoreKind(store_id=shop.tmall, kind="shop_days", member_id=chen.id))
        imported(s, shop.tmall, "ads")
        state = whole.states(s, [(shop.tmall, DAY)])[shop.tmall, DAY]
    assert [(p.kind, p.who, p.whole) for p in state.pieces] == [("shop_days", "小陈", False)]


def test_a_day_exported_before_it_ended_is_not_whole(db: Database, shop: Shop) -> None:
    with db.write() as s:
        imported(s, shop.tmall, "orders", whole=False)
        state = whole.states(s, [(shop.tmall, DAY)])[shop.tmall, DAY]
    assert (state.whole, state.sold, state.as_of) == (False, False, NOW)


def test_the_runs_of_a_chat_are_rows(db: Database, shop: Shop) -> None:
    with db.write() as s:
        linked(s, shop)
        (m,) = due.mornings(s, utc("2026-11-23T01:00"))
        due.claim(s, m, "nudge", "sent", NOW)
    with db.read() as s:
        (run,) = s.exec(select(PushRun)).all()
        (again,) = due.mornings(s, utc("2026-11-23T01:00"))
    assert (run.kind, run.business_date, run.planned_at) == ("nudge", DAY, utc("2026-11-23T01:00"))
    assert again.taken == {"nudge"}
