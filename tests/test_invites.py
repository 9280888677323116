"""Invites as a feature: one opener of many, and nobody gives more than they have."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from conftest import NOW, Shop
from sqlmodel import Session

from bot import invites, teams
from bot.db import Database
from bot.db.people import Member
from bot.errors import UserError
from bot.invites import Offer


def me(s: Session, person: int) -> Member:
    return teams.memberships(s, person)[0]


def made(db: Database, by: int, offer: Offer) -> str:
    with db.write() as s:
        return invites.make(s, me(s, by), offer, NOW)[1]


def opened(db: Database, payload: str, person: int, minutes: int = 0) -> str:
    """The role that it gave, or the refusal."""
    try:
        with db.write() as s:
            now = NOW + timedelta(minutes=minutes)
            return invites.accept(s, payload, person, "X", "en", now)[1].role
    except UserError as e:
        return e.key


def test_of_two_who_open_at_once_one_is_in(db: Database, shop: Shop) -> None:
    payload = made(db, shop.owner, Offer("staff"))
    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            invites.accept(s, payload, 3001, "A", "en", NOW)
            second = pool.submit(opened, db, payload, 3002)
            sleep(0.2)  # until it waits, for the lock or for the row
        assert second.result() == "invite.invalid"
    with db.read() as s:
        assert [len(teams.memberships(s, x)) for x in (3001, 3002)] == [1, 0]


def test_a_revoked_one_stays_revoked_when_the_clock_goes_back(db: Database, shop: Shop) -> None:
    with db.write() as s:
        invite, payload = invites.make(s, me(s, shop.owner), Offer("staff"), NOW)
        invites.revoke(s, me(s, shop.owner), invite.id or 0, NOW + timedelta(minutes=5))
    assert opened(db, payload, 3001, minutes=-5) == "invite.invalid"


def test_the_last_minute_counts_and_the_next_does_not(db: Database, shop: Shop) -> None:
    offer = Offer("viewer", span="1h")
    assert opened(db, made(db, shop.owner, offer), 3001, minutes=59) == "viewer"
    assert opened(db, made(db, shop.owner, offer), 3002, minutes=60) == "invite.invalid"


@pytest.mark.parametrize(
    ("by", "offer", "refusal"),
    [
        ("manager", Offer("manager"), "not_allowed"),
        ("staff", Offer("viewer"), "not_allowed"),
        ("leader", Offer("leader", point_id=1), "not_allowed"),
        ("owner", Offer("leader"), "invite.point"),
        ("owner", Offer("leader", point_id=99), "invite.gone"),
        ("owner", Offer("staff", store_id=3), "store.gone"),
        ("owner", Offer("staff", span="100y"), "not_allowed"),
    ],
)
def test_what_cannot_be_given(
    db: Database, shop: Shop, by: str, offer: Offer, refusal: str
) -> None:
    with pytest.raises(UserError) as e:
        made(db, getattr(shop, by), offer)
    assert e.value.key == refusal


def test_an_invite_gives_no_more_than_its_maker_still_has(db: Database, shop: Shop) -> None:
    payload = made(db, shop.manager, Offer("staff"))
    with db.write() as s:
        teams.hold_to(s, me(s, shop.manager), [shop.tmall])
    assert opened(db, payload, 3001) == "invite.invalid"


def test_a_member_of_another_team_comes_into_both(db: Database, shop: Shop) -> None:
    assert opened(db, made(db, shop.owner, Offer("viewer")), shop.outsider) == "viewer"
    with db.read() as s:
        places = teams.memberships(s, shop.outsider)
    assert [(m.team_id, m.role) for m in places] == [
        (shop.team, "viewer"),
        (shop.other_team, "owner"),
    ]


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        ("员工 天猫 7d", Offer("staff", store_id=1, span="7d")),
        ("7天 hk viewer", Offer("viewer", store_id=2, span="7d")),
        ("店長", Offer("manager", span="1d")),
        ("团长 朝阳里 北门 1小时", Offer("leader", point_id=1, span="1h")),
    ],
)
def test_words_are_read_in_any_order(db: Database, shop: Shop, words: str, offer: Offer) -> None:
    with db.write() as s:
        assert invites.read(s, words.split(), me(s, shop.owner), NOW) == offer
