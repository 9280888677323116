"""Cards in chats: edited where they stand, in each chat's language, and only for who may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from conftest import NOW, Shop
from sqlmodel import Session, col, select

from bot import desk as cards
from bot import outbox, teams
from bot.aftersales import drafts, issues, listing, twins
from bot.aftersales.drafts import Form
from bot.aftersales.issues import New
from bot.aftersales.listing import Filter
from bot.clock import Clock
from bot.config import Config, DatabaseSettings, Defaults, Telegram
from bot.context import Event, House, Quoted, Turn
from bot.db import Database
from bot.db.desk import ChecklistItem, Draft, Issue, IssueCard, IssueEvent, IssueLink
from bot.db.moves import move_chat
from bot.db.people import Chat
from bot.db.wire import OutboxRow
from bot.errors import UserError
from bot.message import Message
from bot.outbox import Outcome
from handlers import issue_cards, kin
from handlers import issues as doors
from tests.aftersales.desk import Desk, member

GROUP = -1001
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Office:
    """The desk with a linked group (Simplified Chinese) where cards are said."""

    house: House
    desk: Desk
    shop: Shop
    n: list[int]

    def turn(self, s: Session, person: int, chat: int = GROUP, kind: str = "supergroup") -> Turn:
        self.n[0] += 1
        event = Event(
            update_id=self.n[0], person=person, name="", language_code="zh-hans", chat=chat,
            chat_kind=kind, message_id=500 + self.n[0], text="",
        )  # fmt: skip
        return Turn(self.house, s, event, NOW)

    def card(self, s: Session, issue: Issue, person: int, **where: object) -> str:
        turn = self.turn(s, person, **where)  # type: ignore[arg-type]
        key = cards.card_here(turn, issue)
        for write in turn._said:  # the update itself stands in no inbox here
            write(s)
        s.flush()
        return key

    def changed(self, s: Session, issue: Issue) -> int:
        return cards.changed(s, self.house, issue, NOW)


@pytest.fixture
def office(db: Database, shop: Shop) -> Office:
    config = Config(telegram=Telegram(token="1:A"), database=DatabaseSettings(db.url))
    house = House(config, db, Clock(NOW), "me", None, bot_id=7)  # type: ignore[arg-type]
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)[:1]
        teams.link(s, chat, 0, stores, "zh-hans", Defaults(), NOW)
        member(s, shop.manager).language = "en"
    return Office(house, Desk(db, shop), shop, [0])


def rows(s: Session) -> list[OutboxRow]:
    return list(s.exec(select(OutboxRow).order_by(col(OutboxRow.id))))


def deliver(s: Session, first_id: int = 100) -> list[str]:
    """Everything that waits leaves; which methods were called."""
    done: list[str] = []
    for i in range(20):
        now = NOW + timedelta(seconds=4 * i)
        for sending in outbox.claim(s, "me", now).sendings:
            done.append(sending.method)
            said = int(sending.target) if sending.target else first_id + len(done)
            outbox.settle(s, sending, "me", Outcome("sent", message_id=said), now)
    return done


def text(row: OutboxRow) -> str:
    return Message.load(row.payload).text


def test_a_change_edits_every_card_in_its_language(
    db: Database, office: Office, shop: Shop
) -> None:
    with db.write() as s:
        issue = office.desk.open(s)
        office.card(s, issue, shop.staff)
        office.card(s, issue, shop.manager, chat=shop.manager, kind="private")
        assert deliver(s) == ["send", "send"]
        issues.act(s, issue, "take", member(s, shop.staff), NOW)
        assert office.changed(s, issue) == 2
        group, private = rows(s)[2:]
        assert (group.method, private.method) == ("edit", "edit")
        assert "处理中" in text(group)
        assert "In progress" in text(private)


def test_what_is_shown_already_is_not_edited(db: Database, office: Office, shop: Shop) -> None:
    with db.write() as s:
        issue = office.desk.open(s)
        office.card(s, issue, shop.staff)
        assert office.changed(s, issue) == 0
        assert len(rows(s)) == 1


def test_a_burst_of_changes_is_one_message(db: Database, office: Office, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = office.desk.open(s), member(s, shop.staff)
        office.card(s, issue, shop.staff)
        deliver(s)
        for action, value in (
            ("take", ""),
            ("wait", "buyer"),
            ("resume", ""),
            ("resolve", "resent"),
        ):
            issues.act(s, issue, action, staff, NOW, value)
            assert office.changed(s, issue) == 1
        assert [(r.method, r.state) for r in rows(s)] == [("send", "sent"), ("edit", "pending")]
        assert "已补发" in text(rows(s)[1])
        deliver(s)
        issues.act(s, issue, "reopen", staff, NOW)
        office.changed(s, issue)
        assert [r.key for r in rows(s)][1:] == ["reply:7:1:1:1", "reply:7:1:1:2"]


def test_a_second_card_in_a_chat_points_at_the_first(
    db: Database, office: Office, shop: Shop
) -> None:
    with db.write() as s:
        issue = office.desk.open(s)
        first = office.card(s, issue, shop.staff)
        deliver(s)
        assert office.card(s, issue, shop.manager) == first
        edit, pointer = rows(s)[1:]
        assert (edit.method, pointer.method, pointer.reply_to) == ("edit", "send", 101)
        assert text(pointer) == "#1 的卡片在这条消息引用的位置。"
        assert len(s.exec(select(IssueCard)).all()) == 1


def test_a_message_is_found_to_speak_of_an_issue(db: Database, office: Office, shop: Shop) -> None:
    with db.write() as s:
        issue, other = office.desk.open(s), office.desk.open(s)
        office.card(s, issue, shop.staff)
        deliver(s)
        chat = s.exec(select(Chat).where(Chat.telegram_id == GROUP)).one()
        cards.link(s, chat.id or 0, [7, 8], other)
        cards.link(s, chat.id or 0, [8], issue)
        found = [cards.issue_of(s, GROUP, n) for n in (101, 7, 8, 9, 0)]
        assert [x and x.no for x in found] == [1, 2, 1, None, None]
        assert cards.issue_of(s, -999, 7) is None


def test_who_may_no_longer_see_it_is_told_nothing_more(
    db: Database, office: Office, shop: Shop
) -> None:
    with db.write() as s:
        issue, other = office.desk.open(s), office.desk.open(s, New(store_id=shop.shopify))
        for person in (shop.manager, shop.staff):
            office.card(s, issue, person, chat=person, kind="private")
        office.card(s, issue, shop.staff)
        office.card(s, other, shop.staff)  # the group shows the other store only
        deliver(s)
        member(s, shop.manager).left_at = NOW
        staff = member(s, shop.staff)
        issue.reporter_id = member(s, shop.owner).id
        teams.hold_to(s, staff, [shop.shopify])
        issues.act(s, issue, "take", member(s, shop.owner), NOW)
        issues.act(s, other, "take", member(s, shop.owner), NOW)
        assert (office.changed(s, issue), office.changed(s, other)) == (1, 0)
        assert rows(s)[-1].chat_id == s.exec(select(Chat.id).where(Chat.telegram_id == GROUP)).one()


def test_the_cards_of_a_group_move_with_it(db: Database, office: Office, shop: Shop) -> None:
    with db.write() as s:
        issue = office.desk.open(s)
        office.card(s, issue, shop.staff)
        deliver(s)
        chat = s.exec(select(Chat).where(Chat.telegram_id == GROUP)).one()
        cards.link(s, chat.id or 0, [7], issue)
        move_chat(s, GROUP, -1002)
        assert cards.issue_of(s, -1002, 7) is None  # the new chat counts its messages anew
        issues.act(s, issue, "take", member(s, shop.staff), NOW)
        assert office.changed(s, issue) == 1
        assert deliver(s, first_id=900) == ["send"]  # once, since the old one is out of reach
        found = cards.issue_of(s, -1002, 901)
        assert found
        issues.act(s, issue, "resolve", member(s, shop.staff), NOW, "explained")
        office.changed(s, issue)
        assert deliver(s) == ["edit"]


def test_of_two_cards_the_one_in_the_new_chat_stays(
    db: Database, office: Office, shop: Shop
) -> None:
    with db.write() as s:
        issue = office.desk.open(s)
        office.card(s, issue, shop.staff)
        newcomer = teams.chat(s, -1002, "supergroup")
        s.add(IssueCard(issue_id=issue.id or 0, chat_id=newcomer.id or 0, key="new"))
        s.add(IssueLink(chat_id=newcomer.id or 0, message_id=7, issue_id=issue.id or 0))
        move_chat(s, GROUP, -1002)
        assert [x.key for x in s.exec(select(IssueCard))] == ["new"]
        assert cards.issue_of(s, -1002, 7) is issue
        assert s.exec(select(Draft)).all() == []


def test_an_edit_in_doubt_is_said_again_before_later_ones(
    db: Database, office: Office, shop: Shop
) -> None:
    with db.write() as s:
        issue, staff = office.desk.open(s), member(s, shop.staff)
        office.card(s, issue, shop.staff)
        deliver(s)
        issues.act(s, issue, "take", staff, NOW)
        office.changed(s, issue)
        (sending,) = outbox.claim(s, "me", NOW + 5 * MINUTE).sendings
        issues.act(s, issue, "resolve", staff, NOW, "resent")
        office.changed(s, issue)
        outbox.settle(s, sending, "me", Outcome("unknown"), NOW + 5 * MINUTE)
        assert deliver_texts(s) == ["处理中", "已解决"]


def deliver_texts(s: Session) -> list[str]:
    """The stage that each edit shows, in the order they leave."""
    found = []
    for i in range(1, 20):
        now = NOW + 5 * MINUTE + timedelta(seconds=5 * i)
        for sending in outbox.claim(s, "me", now).sendings:
            found.append(sending.message.text.splitlines()[0].split("｜")[-1].strip("</b>"))
            outbox.settle(s, sending, "me", Outcome("sent", message_id=101), now)
    return found


# what a chat and a person may reach ----------------------------------------------------------

MINE = {"order_no": "2611220093", "type": "exchange", "tail": "0093"}


def pressing(office: Office, s: Session, data: str, chat: int = GROUP) -> Turn:
    turn = office.turn(s, office.shop.staff, chat=chat)
    turn.event = replace(turn.event, data=data)
    return turn


def replying(office: Office, s: Session, person: int, to: int, words: str) -> Turn:
    turn = office.turn(s, person)
    turn.event = replace(turn.event, text=words, quoted=Quoted(to, ours=True))
    return turn


def test_in_a_group_ones_own_issues_of_other_stores_are_not_listed(
    db: Database,
    office: Office,
    shop: Shop,
) -> None:
    with db.write() as s:
        here = office.desk.open(s, New(**MINE))  # type: ignore[arg-type]
        other = office.desk.open(s, New(**MINE, store_id=shop.shopify))  # type: ignore[arg-type]
        staff, group = member(s, shop.staff), frozenset({shop.tmall})
        listed = listing.page(s, shop.team, Filter("mine"), group, NOW, member=staff)
        private = listing.page(s, shop.team, Filter("mine"), None, NOW, member=staff)
        assert [x.no for x in listed.rows] == [here.no]
        assert [x.no for x in private.rows] == [here.no, other.no]
        assert twins.of(s, here, staff, group) == []
        assert twins.of(s, here, staff) == [other]


def test_in_a_group_that_is_not_linked_a_button_does_nothing(
    db: Database,
    office: Office,
    shop: Shop,
) -> None:
    with db.write() as s:
        new = New(reporter_id=member(s, shop.staff).id)
        issue = issues.open(s, shop.team, new, NOW, None)
        with pytest.raises(UserError, match=r"link\.not_linked"):
            issue_cards.press(pressing(office, s, f"{issue.id}:1:take", chat=-2002))
        assert issue.stage == "new"


def test_the_undo_of_a_card_is_of_its_own_issue(
    db: Database,
    office: Office,
    shop: Shop,
) -> None:
    with db.write() as s:
        issue, other = office.desk.open(s), office.desk.open(s, New(store_id=shop.shopify))
        event = s.exec(select(IssueEvent).where(IssueEvent.issue_id == other.id)).one()
        with pytest.raises(UserError, match="stale"):
            issue_cards.press(pressing(office, s, f"{issue.id}:1:undo:{event.id}"))
        assert other.stage == "new"


def test_a_leader_answers_no_draft_of_somebody_else(
    db: Database,
    office: Office,
    shop: Shop,
) -> None:
    with db.write() as s:
        turn = office.turn(s, shop.staff)
        row = Draft(
            id=drafts.new_id(), team_id=shop.team, chat_id=teams.chat(s, GROUP, "supergroup").id,
            member_id=member(s, shop.staff).id, key="reply:7:1:1", fields=Form().dump(),
            created_at=NOW, expires_at=NOW + drafts.GOOD_FOR,
        )  # fmt: skip
        s.add(row)
        s.flush()
        assert doors._own(turn, row.id) is row
        with pytest.raises(UserError, match="not_allowed"):
            doors._own(office.turn(s, shop.leader), row.id)


def test_who_may_not_see_the_store_is_not_given_what_is_merged(
    db: Database,
    office: Office,
    shop: Shop,
) -> None:
    with db.write() as s:
        issue, staff, owner = office.desk.open(s), member(s, shop.staff), member(s, shop.owner)
        teams.hold_to(s, staff, [shop.shopify])
        issues.attach(s, issue, New(assignee_id=staff.id, tail="0093"), owner.id, NOW)
        assert (issue.assignee_id, issue.stage, issue.tail) == (None, "new", "0093")
        issues.attach(s, issue, New(assignee_id=owner.id), owner.id, NOW)
        assert (issue.assignee_id, issue.stage) == (owner.id, "assigned")


def test_a_number_put_on_the_list_of_a_live_session_is_masked(
    db: Database,
    office: Office,
    shop: Shop,
) -> None:
    with db.write() as s:
        issue = office.desk.open(s, New(kind="live"))
        cards.link(s, teams.chat(s, GROUP, "supergroup").id or 0, [77], issue)
        s.flush()
        doors.reply(replying(office, s, shop.staff, 77, "+ 主播 13800010007"))
        assert [x.text for x in s.exec(select(ChecklistItem))] == ["主播 *0007"]
        event = s.exec(select(IssueEvent).order_by(col(IssueEvent.id).desc())).first()
        assert event
        assert event.value == "+主播 *0007"


def test_in_a_group_only_its_stores_sessions_and_todos_are_listed(
    db: Database, office: Office, shop: Shop
) -> None:
    with db.write() as s:
        for kind in ("live", "todo"):
            new = New(kind=kind, note=f"天猫{kind}", assignee_id=member(s, shop.staff).id)
            office.desk.open(s, new)
            office.desk.open(s, replace(new, store_id=shop.shopify, note=f"香港{kind}"))
        for door in (kin.todo, kin.broadcast):
            turn = office.turn(s, shop.staff)
            door(turn)
            for write in turn._said:
                write(s)
        said = "".join(text(x) for x in rows(s))
        assert ("天猫live" in said, "天猫todo" in said, "香港" in said) == (True, True, False)
