"""Logging an issue: one line, a reply, a photo; the draft that asks for the rest; what goes on.

An issue is made of what somebody says to the bot about it, never of what is merely read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from bot import desk, teams
from bot.access import LEADER
from bot.aftersales import drafts, evidence, issues, reading, scope
from bot.aftersales.drafts import Form
from bot.aftersales.issues import New
from bot.context import Turn
from bot.context import number as row_id
from bot.db.desk import Draft, Issue
from bot.db.people import Chat, Member, Store
from bot.errors import UserError
from bot.i18n import words as said_words
from bot.message import Media
from bot.render import drafts as render
from handlers import issue_answers, issue_choices, kin


def log(turn: Turn) -> None:
    """`/issue 2611220093 少件 苹果 2件 @wang 急`, also as a caption or in reply to any message."""
    stores, quoted = _stores(turn), turn.event.quoted
    if quoted and (issue := desk.issue_of(turn.s, turn.event.chat, quoted.message_id)):
        _tell_more(turn, issues.seen(turn.s, _member(turn), issue.id or 0))
        desk.card_here(turn, issue)
        return
    form, hidden = _understood(turn, stores)
    if form.new == New() and not form.media:
        turn.say(render.how(turn.t))
        return
    _go_on(turn, stores, form, [])
    _hide(turn, hidden, form.links)


def reply(turn: Turn) -> None:
    """To a draft's question an answer, to anything else that speaks of an issue its history."""
    quoted = turn.event.quoted
    at = turn.event.chat, quoted.message_id if quoted else 0
    row = drafts.of_message(turn.s, *at)
    if row:
        _answer(turn, drafts.own(turn.s, row.id, turn.team_id, turn.now))
        return
    issue = desk.issue_of(turn.s, *at)
    if issue is None:
        raise UserError("desk.gone")
    _tell_more(turn, issues.seen(turn.s, _member(turn), issue.id or 0))
    turn.react(issue_answers.HEARD)


def album(turn: Turn) -> None:
    """One more photo of what was logged a moment ago."""
    media = _media(turn)
    row = drafts.of_album(turn.s, media[0].album)
    if row and row.team_id == turn.team_id:
        form = Form.load(row.fields)
        row.fields = replace(form, media=(*form.media, *media)).dump()
        turn.s.add(row)
        return
    found = drafts.logged_album(turn.s, media[0].album)
    if found is None:
        raise UserError("desk.gone")
    member = _member(turn)
    issue = issues.seen(turn.s, member, found.id or 0)
    evidence.more(turn.s, issue, media, member, turn.now, _days(turn))
    desk.changed(turn.s, turn.house, issue, turn.now)


def press(turn: Turn) -> None:
    """`d:<draft>:<field>:<value>`, `d:<draft>:skip:<field>`, `d:<draft>:cancel`."""
    draft_id, _, rest = turn.event.data.partition(":")
    what, _, value = rest.partition(":")
    row = drafts.own(turn.s, draft_id, turn.team_id, turn.now)
    if _member(turn).role == LEADER and row.member_id != _member(turn).id:
        raise UserError("not_allowed")
    form, stores = Form.load(row.fields), _stores(turn)
    skipped = json.loads(row.skipped or "[]")
    if what == "cancel":
        turn.s.delete(row)
        turn.amend(row.key, render.cancelled(turn.t))
        return
    if what == "same" and value == "add":
        _merge(turn, row, form)
        return
    if what in ("skip", "same"):
        skipped.append(value if what == "skip" else "same")
    else:
        new = issue_choices.chosen(turn.s, turn.team_id, form.new, what, value, stores)
        form = replace(form, new=new)
    _go_on(turn, stores, form, skipped, row)


def delete_original(turn: Turn) -> None:
    """`del:<message id>[:<message id>]`: what holds a customer's number, if it was logged here."""
    ids = [x for x in map(row_id, turn.event.data.split(":")) if x]
    here = turn.team_id, turn.event.chat
    mine = [x for x in ids[:2] if drafts.made_from(turn.s, *here, x)]
    if not mine:
        raise UserError("draft.gone")
    private = turn.event.chat_kind == "private"
    if not (private or (turn.event.reach and turn.event.reach.can_delete)):
        raise UserError("draft.cannot_delete")
    for message_id in mine:
        turn.delete(str(message_id))
    turn.edit(render.deleted(turn.t))


# a line becomes a form ------------------------------------------------------------------------


def _understood(turn: Turn, stores: Sequence[Store]) -> tuple[Form, dict[int, tuple[str, ...]]]:
    """What the line says, then what the message says that it answers; numbers hidden, by message."""
    e, member = turn.event, _member(turn)
    read = reading.read(turn.s, member, stores, e.text, turn.now)
    new, hidden, links = read.new, {e.message_id: read.hidden}, [e.message_id]
    media = _media(turn)
    quoted = e.quoted
    if quoted and not quoted.ours:
        more = reading.read(turn.s, member, stores, quoted.text, turn.now)
        new = drafts.fill(new, replace(more.new, note=more.text))
        hidden[quoted.message_id] = more.hidden
        links.append(quoted.message_id)
        media += (quoted.media,) if quoted.media else ()
    new = reading.look_up(turn.s, member, stores, new)
    return Form(new, media, tuple(links)), hidden


def _answer(turn: Turn, row: Draft) -> None:
    """Words in reply to a draft's question; they may say more than was asked."""
    form, stores = Form.load(row.fields), _stores(turn)
    if form.answers:
        issue_answers.take(turn, row, form)
        return
    text, skipped = turn.event.text.strip(), json.loads(row.skipped or "[]")
    if text.casefold() in said_words("draft.cancel_words"):
        turn.s.delete(row)
        turn.amend(row.key, render.cancelled(turn.t))
        return
    media, hidden = _media(turn), dict[int, tuple[str, ...]]()
    form = replace(form, media=(*form.media, *media))
    if text.casefold() in said_words("draft.skip_words"):
        skipped.append(row.asking)
    elif text:
        read = reading.read(turn.s, _member(turn), stores, text, turn.now)
        new = reading.look_up(turn.s, _member(turn), stores, drafts.fill(read.new, form.new))
        form = replace(form, new=new, links=(*form.links, turn.event.message_id))
        hidden = {turn.event.message_id: read.hidden}
    if media and media[0].album:
        row.album = media[0].album
    _go_on(turn, stores, form, skipped, row)
    _hide(turn, hidden, form.links)


def _go_on(
    turn: Turn, stores: Sequence[Store], form: Form, skipped: list[str], row: Draft | None = None
) -> None:
    """Ask for what is missing, or open the issue."""
    member = _member(turn)
    if len(stores) == 1 and form.new.store_id is None and member.role != LEADER:
        form = replace(form, new=replace(form.new, store_id=stores[0].id))
    same = _same(turn, form.new, [x.id or 0 for x in stores])
    form = replace(form, same=(same.id or 0) if same else 0)
    asking = drafts.missing(form, skipped, 0 if member.role == LEADER else len(stores))
    if not asking:
        _open(turn, form, row)
        return
    row = row or _new_draft(turn, form)
    row.fields, row.asking, row.skipped = form.dump(), asking, json.dumps(skipped)
    view = drafts.preview(turn.s, form, turn.team_id, turn.now)
    twin = issues.view(turn.s, same, turn.now, 0) if same and asking == "same" else None
    choices = issue_choices.of(turn.s, turn.team_id, turn.t, asking, stores)
    message = render.draft(view, turn.t, turn.now, row.id, asking, choices, twin)
    if row.key:
        turn.amend(row.key, message)
    else:
        row.key = turn.say(message)
    turn.s.add(row)


def _same(turn: Turn, new: New, stores: Sequence[int]) -> Issue | None:
    """The open issue that this says again, if they may see it."""
    found = issues.same(turn.s, turn.team_id, new.order_no, new.type, stores, new.refund_no)
    seen = found and scope.of(turn.s, _member(turn)).holds(found)
    return found if seen else None


def _new_draft(turn: Turn, form: Form) -> Draft:
    e = turn.event
    return Draft(
        id=drafts.new_id(), team_id=turn.team_id, chat_id=_chat(turn).id or 0,
        thread_id=e.thread_id, member_id=_member(turn).id or 0, key="", source_id=e.message_id,
        album=next((m.album for m in form.media if m.album), ""), fields="",
        created_at=turn.now, expires_at=turn.now + drafts.GOOD_FOR,
    )  # fmt: skip


# a form becomes an issue ----------------------------------------------------------------------


def _open(turn: Turn, form: Form, row: Draft | None) -> None:
    """The card stands where the draft stood; without one it is said."""
    author = turn.s.get(Member, row.member_id) if row else None
    author = author or _member(turn)
    point = author.point_id if author.role == LEADER else None
    new = replace(form.new, reporter_id=author.id, point_id=point)
    issue = issues.open(turn.s, turn.team_id, new, turn.now, author.id)
    evidence.at_birth(turn.s, issue, form.media, turn.now, _days(turn))
    desk.link(turn.s, _chat(turn).id or 0, form.links, issue)
    desk.tell_assignee(turn, issue, "assign")
    if row is None:
        desk.card_here(turn, issue)
        return
    turn.s.delete(row)
    desk.becomes(turn.s, issue, row.chat_id, row.thread_id, row.key)
    desk.changed(turn.s, turn.house, issue, turn.now)


def _merge(turn: Turn, row: Draft, form: Form) -> None:
    """The draft says again what is open: it goes into that one's history."""
    member = _member(turn)
    issue = issues.seen(turn.s, member, form.same)
    event = issues.attach(turn.s, issue, form.new, member.id, turn.now)
    evidence.add(turn.s, event, form.media, turn.now, _days(turn))
    desk.link(turn.s, _chat(turn).id or 0, form.links, issue)
    turn.s.delete(row)
    if not desk.becomes(turn.s, issue, row.chat_id, row.thread_id, row.key):
        turn.amend(row.key, render.merged(turn.t, issue.no))
    desk.changed(turn.s, turn.house, issue, turn.now)


def _tell_more(turn: Turn, issue: Issue) -> None:
    """Words and photos go into the history of an issue."""
    e, member, media = turn.event, _member(turn), _media(turn)
    if media and media[0].album and not e.text:
        evidence.more(turn.s, issue, media, member, turn.now, _days(turn))
    elif not media and kin.heard(turn, issue):
        pass  # the list or the figures of a live session
    elif not media and issue_answers.dated(turn, issue):
        pass  # when the customer asked
    elif e.text or media:
        masked = reading.masked(turn.s, member, _stores(turn), e.text)
        event = issues.act(turn.s, issue, "note", member, turn.now, note=masked.text.strip())
        evidence.add(turn.s, event, media, turn.now, _days(turn))
        _hide(turn, {e.message_id: masked.found}, (e.message_id,))
    desk.link(turn.s, _chat(turn).id or 0, [e.message_id], issue)
    desk.changed(turn.s, turn.house, issue, turn.now)


# ----------------------------------------------------------------------------------------------


def _hide(turn: Turn, hidden: dict[int, tuple[str, ...]], links: Sequence[int]) -> None:
    """Ask to delete what holds a customer's number."""
    found = {x: kinds for x, kinds in hidden.items() if kinds and x in links}
    if not found:
        return
    kinds = list(dict.fromkeys(k for them in found.values() for k in them))
    hears = turn.binding is not None and bool(turn.binding.hears_all)
    may = turn.event.chat_kind == "private" or hears
    data = ":".join(["del", *map(str, found)]) if may else ""
    turn.say(render.hidden(turn.t, kinds, data))


def _media(turn: Turn) -> tuple[Media, ...]:
    return (turn.event.media,) if turn.event.media else ()


def _member(turn: Turn) -> Member:
    if turn.member is None:
        raise UserError("not_allowed")
    return turn.member


def _stores(turn: Turn) -> list[Store]:
    if not turn.stores:
        raise UserError("store.none")
    return turn.stores


def _chat(turn: Turn) -> Chat:
    return teams.chat(turn.s, turn.event.chat, turn.event.chat_kind, turn.event.chat_title)


def _days(turn: Turn) -> int:
    return turn.house.config.privacy.evidence_days
