"""Which deadline is spoken of when, and to whom: times worked out by hand.

小王 works 17:00–24:00, 店长 09:00–17:30, 小李 has no shift (spoken to 08:00–22:00); the group is quiet
22:00–08:00. All in Shanghai (UTC+8) unless a test says otherwise.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.hours import Hours, Window, awake
from bot.aftersales.roster import Reader, Roster
from bot.aftersales.watch import Decision, Fact, decide, urgent

ZONE = ZoneInfo("Asia/Shanghai")
EARLY, LATE, DAY = Window("09:00", "17:30"), Window("17:00", "24:00"), awake("22:00-08:00")


def on(window: Window, zone: ZoneInfo = ZONE) -> Hours:
    return Hours((window,), zone)


WANG = Reader("m1", 1, "staff", on(LATE), 11, shift="late")
BOSS = Reader("m2", 2, "manager", on(EARLY), 12, shift="early")
LI = Reader("m3", 3, "staff", on(DAY), 13)
GROUP = Reader("b1", 1, "", on(DAY), 91, stores=frozenset({7}))
TEAM = Roster(ZONE, (WANG, BOSS, LI), (GROUP,))


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """By the clock of Shanghai, in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def card(due: datetime | None, who: int | None = 1, stage: str = "doing", **more: Any) -> Fact:
    opened = more.pop("opened_at", at(9, day=22))
    return Fact(123, stage, opened, 7, who, due, **more)


def said(decision: Decision) -> list[tuple[str, str]]:
    return [(c.reader.key, w.rule) for c in decision.calls for w in urgent(c.warnings)]


NIGHT = at(3, 12, day=24)


@pytest.mark.parametrize(
    ("fact", "now", "expected"),
    [
        # due at 03:12, 小王 goes at midnight: told at 22:00, and not woken at 01:12
        (card(NIGHT), at(21, 40), []),
        (card(NIGHT), at(22), [("m1", "shift")]),
        (card(NIGHT, said=frozenset({("shift", NIGHT, "m1")})), at(1, 12, 24), []),
        # due at 20:00, within the shift: two hours before is enough
        (card(at(20)), at(17, 10), []),
        (card(at(20)), at(18), [("m1", "near")]),
        # due at 00:30: two hours before is still in the shift, so no second word
        (card(at(0, 30, 24)), at(22), []),
        (card(at(0, 30, 24)), at(22, 30), [("m1", "near")]),
        # nobody has begun: the manager hears of it too, where on shift
        (card(at(17), who=3, stage="assigned"), at(15), [("m3", "near"), ("m2", "near")]),
        (card(at(20), stage="assigned"), at(18), [("m1", "near")]),
        # due at 08:50: the morning leaves less than an hour, so the evening before
        (card(at(8, 50, 24), who=3), at(19), []),
        (card(at(8, 50, 24), who=3), at(20), [("m3", "shift")]),
        # due at 09:40: two hours before is quiet, and the morning leaves time
        (card(at(9, 40, 24), who=3), at(20), []),
        (card(at(9, 40), who=3), at(7, 59), []),
        (card(at(9, 40), who=3), at(8), [("m3", "near")]),
        # unassigned: whoever leads, before they go at 17:30; else the group before its quiet hours
        (card(NIGHT, who=None), at(15, 30), [("m2", "shift")]),
        (card(at(19), who=None), at(17), [("m2", "near")]),
        (card(at(21), who=None), at(19), [("b1", "near")]),
        # somebody who left or never spoke to us is not in the roster
        (card(NIGHT, who=9), at(15, 30), [("m2", "shift")]),
        # it has passed: all three, and the manager in the morning
        (card(at(16), who=1), at(16), [("m1", "missed"), ("b1", "missed"), ("m2", "missed")]),
        (card(NIGHT), NIGHT, [("m1", "missed"), ("b1", "missed")]),
        (
            card(NIGHT, missed_at=NIGHT,
                 said=frozenset({("missed", NIGHT, "m1"), ("missed", NIGHT, "b1")})),
            at(9, 0, 24), [("m2", "missed")],
        ),
        (card(NIGHT), at(15, 13, 24), []),  # twelve hours later it is only noted
        # waiting for somebody stops no platform's clock
        (card(at(20), stage="waiting"), at(18), [("m1", "near")]),
    ],
)  # fmt: skip
def test_a_deadline_is_spoken_of(
    fact: Fact, now: datetime, expected: list[tuple[str, str]]
) -> None:
    assert said(decide([fact], TEAM, now)) == expected


@pytest.mark.parametrize(
    ("now", "roster", "expected"),
    [
        # the bot was down from before 22:00: at 00:30 小王 has gone, and the group hears of it in time
        (at(0, 30, 24), TEAM, []),
        (at(1, 12, 24), TEAM, [("b1", "near")]),
        # without a group, whoever has it, in the night
        (at(1, 12, 24), replace(TEAM, groups=()), [("m1", "near")]),
        # with a manager on the night shift, that one
        (at(1, 12, 24), replace(TEAM, people=(WANG, replace(BOSS, hours=on(Window("22:00", "06:00"))))),
         [("m2", "near")]),
        (at(3, 11, 24), TEAM, [("b1", "near")]),
    ],
)  # fmt: skip
def test_after_a_stop_what_still_helps_is_said(
    now: datetime, roster: Roster, expected: list[tuple[str, str]]
) -> None:
    assert said(decide([card(NIGHT)], roster, now)) == expected


def test_one_message_lists_all_that_is_due_and_what_follows_soon() -> None:
    facts = [replace(card(NIGHT + timedelta(minutes=i)), id=i) for i in range(1, 5)]
    facts.append(replace(card(at(0, 12, 24)), id=5))  # its two hours begin at 22:12
    (call,) = decide(facts, TEAM, at(22)).calls
    assert [(w.issue_id, w.rule) for w in urgent(call.warnings)] == [
        (5, "near"), (1, "shift"), (2, "shift"), (3, "shift"), (4, "shift"),
    ]  # fmt: skip
    assert not call.silent


def test_no_more_than_four_messages_an_hour() -> None:
    fact = card(at(20))
    assert said(decide([fact], TEAM, at(18), {"m1": 3})) == [("m1", "near")]
    assert said(decide([fact], TEAM, at(18), {"m1": 4})) == []


def test_a_passed_deadline_makes_no_sound_at_night() -> None:
    found = decide([card(NIGHT)], TEAM, NIGHT)
    assert [c.silent for c in found.calls] == [True, True]
    assert found.missed == (123,)
    assert decide([card(NIGHT, missed_at=NIGHT)], TEAM, NIGHT).missed == ()


def test_who_is_held_to_another_store_is_not_relied_on() -> None:
    elsewhere = replace(TEAM, people=(replace(WANG, stores=frozenset({8})), BOSS))
    assert said(decide([card(at(19))], elsewhere, at(17))) == [("m2", "near")]
    other_group = replace(elsewhere, groups=(replace(GROUP, stores=frozenset({8})),))
    assert said(decide([card(at(21))], other_group, at(19))) == []


def test_owners_lead_where_there_is_no_manager() -> None:
    owner = replace(BOSS, role="owner")
    both = replace(TEAM, people=(WANG, BOSS, replace(owner, key="m4", id=4)))
    assert said(decide([card(at(19), who=None)], both, at(17))) == [("m2", "near")]
    alone = replace(TEAM, people=(WANG, owner))
    assert said(decide([card(at(19), who=None)], alone, at(17))) == [("m2", "near")]


OPENED = at(17, 5)


@pytest.mark.parametrize(
    ("who", "now", "before", "expected"),
    [
        (1, at(17, 34), (), []),
        (1, at(17, 35), (), [("m1", "answer")]),
        (1, at(17, 35), ("m1",), []),
        (3, at(17, 35), (), [("m3", "answer")]),
        (None, at(17, 35), (), [("m1", "answer"), ("m3", "answer")]),  # the desk on shift
        (None, at(18, 5), ("m1", "m3"), []),  # the manager left at 17:30
        (1, at(21, 36), (), []),  # four hours later it helps nobody
    ],
)
def test_the_teams_own_half_hour(
    who: int | None, now: datetime, before: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    told = frozenset(("answer", at(17, 35), reader) for reader in before)
    fact = card(None, who, "new", opened_at=OPENED, unanswered=True, said=told)
    assert said(decide([fact], TEAM, now)) == expected


def test_the_manager_hears_of_it_after_another_half_hour() -> None:
    told = frozenset({("answer", at(10, 30), "m3")})
    fact = card(None, 3, "new", opened_at=at(10), unanswered=True, said=told)
    assert said(decide([fact], TEAM, at(10, 59))) == []
    assert said(decide([fact], TEAM, at(11))) == [("m2", "answer")]


def test_a_half_hour_over_night_is_one_of_work() -> None:
    """Opened at 23:45; work goes on at 09:00, so it is over at 09:15."""
    shifts = replace(TEAM, people=(WANG, BOSS))
    fact = card(None, None, "new", opened_at=at(23, 45), unanswered=True)
    assert said(decide([fact], shifts, at(9, 14, 24))) == []
    assert said(decide([fact], shifts, at(9, 15, 24))) == [("m2", "answer")]


def test_the_night_the_clocks_change_in_new_york() -> None:
    """1 November 2026: 22:00 EDT is 02:00 UTC; the shift ends at 06:00 EST, 11:00 UTC."""
    zone = ZoneInfo("America/New_York")
    ann = replace(WANG, hours=on(Window("22:00", "06:00"), zone))
    team = Roster(zone, (ann,))
    due = datetime(2026, 11, 1, 15, tzinfo=UTC)  # 10:00 EST
    ten = datetime(2026, 11, 1, 9, tzinfo=UTC)  # 04:00 EST, two hours before she goes
    assert said(decide([card(due)], team, ten - timedelta(minutes=16))) == []
    assert said(decide([card(due)], team, ten)) == [("m1", "shift")]


def test_what_was_due_before_a_restore_may_have_been_said() -> None:
    fact = card(at(20))
    assert said(decide([fact], TEAM, at(18, 30), since=at(18, 20))) == []
    assert said(decide([fact], TEAM, at(18, 30), since=at(17, 50))) == [("m1", "near")]
    found = decide([fact], TEAM, at(20, 10), since=at(20, 5))
    assert (said(found), found.missed) == ([], (123,))


def test_who_was_told_and_then_blocked_us_may_not_have_heard_it() -> None:
    due = at(21)
    fact = card(due, who=9, said=frozenset({("near", due, "m9")}))
    assert said(decide([fact], TEAM, at(19, 1))) == [("b1", "near")]
    heard = card(due, who=1, said=frozenset({("near", due, "m1")}))
    assert said(decide([heard], TEAM, at(19, 1))) == []
