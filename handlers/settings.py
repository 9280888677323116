"""/settings: how a linked chat wants things, by buttons or typed; in private, all linked chats."""

from __future__ import annotations

from dataclasses import replace

from bot import audit, links, teams
from bot import settings as rules
from bot.access import LEADERSHIP
from bot.context import Turn
from bot.context import number as row_id
from bot.db.people import Binding, Chat
from bot.errors import UserError
from bot.i18n import Translator, language_of, translator
from bot.message import Message
from bot.render import chats as render
from bot.settings import FIELDS, KINDS, Change


def show(turn: Turn) -> None:
    """`/settings`, `/settings 日报`, `/settings 日报 08:30`."""
    asked = rules.read(turn.event.text)
    binding = _meant(turn, asked.changes)
    if binding is None:
        turn.say(_mine(turn, which=bool(asked.what)))
        return
    for change in asked.changes:
        _change(turn, binding, change)
    view, t = rules.view(turn.s, binding), _t(turn, binding)
    if not _leads(turn):
        turn.say(Message(render.summary(t, view)))
        return
    turn.say(render.page(t, view, "" if asked.changes else asked.what, private=_private(turn)))


def press(turn: Turn) -> None:
    """`set:all`, `set:<binding>[:<setting>[:<value>]]`."""
    number, _, rest = turn.event.data.partition(":")
    if number == "all":
        turn.edit(_mine(turn))
        return
    binding = _own(turn, row_id(number))
    what, _, value = rest.partition(":")
    if what == "unlink" and value:
        turn.edit(_unlink(turn, binding))
    elif what == "stores":
        turn.edit(_stores(turn, binding, value))
    elif what == "close":
        turn.edit(Message(render.summary(_t(turn, binding), rules.view(turn.s, binding))))
    elif what in ("", "unlink", *FIELDS, *KINDS):
        if value:
            _change(turn, binding, Change(what, value))
        at = "" if value and what not in KINDS else what
        view = rules.view(turn.s, binding)
        turn.edit(render.page(_t(turn, binding), view, at, private=_private(turn)))
    else:
        raise UserError("settings.impossible")


def _meant(turn: Turn, changes: tuple[Change, ...]) -> Binding | None:
    """The chat's binding; in private the only linked one, where a change names none."""
    if changes and not _leads(turn):
        raise UserError("not_allowed")
    if not _private(turn):
        if turn.binding is None:
            raise UserError("link.not_linked")
        return _own(turn, turn.binding.id or 0) if changes else turn.binding
    mine = _theirs(turn)
    return mine[0] if changes and len(mine) == 1 else None


def _own(turn: Turn, number: int) -> Binding:
    """A binding of this team; pressed in a group, of that group. Raises UserError."""
    binding = turn.s.get(Binding, number)
    if binding is None or binding.team_id != turn.team_id:
        raise UserError("settings.gone")
    chat = turn.s.get(Chat, binding.chat_id)
    if not _private(turn) and (chat is None or chat.telegram_id != turn.event.chat):
        raise UserError("settings.gone")
    if not _sees(turn, binding):
        raise UserError("store.not_yours")
    return binding


def _sees(turn: Turn, binding: Binding) -> bool:
    assert turn.member
    return links.sees(turn.s, turn.member, binding)


def _theirs(turn: Turn) -> list[Binding]:
    if not _leads(turn):
        return []
    return [b for b in links.of_team(turn.s, turn.team_id) if _sees(turn, b)]


def _mine(turn: Turn, which: bool = False) -> Message:
    assert turn.member
    views = [rules.view(turn.s, b) for b in _theirs(turn)]
    message = render.mine(turn.t, teams.called(turn.member), views, _leads(turn))
    if which and views:
        return replace(message, text=turn.t("error.settings.which"))
    return message


def _change(turn: Turn, binding: Binding, change: Change) -> None:
    assert turn.member
    rules.apply(turn.s, binding, change, turn.now)
    title = rules.view(turn.s, binding).title
    to = f"{title}: {change.value}"
    audit.note(turn.s, turn.member, f"set_{change.what}", turn.now, to=to)


def _stores(turn: Turn, binding: Binding, value: str) -> Message:
    """Tick or untick a store; without a value, what is ticked."""
    assert turn.member
    held = teams.held_to(turn.s, turn.member)
    every = [x for x in teams.stores(turn.s, turn.team_id) if not held or x.id in held]
    if value:
        store = next((x for x in every if str(x.id) == value), None)
        chat = turn.s.get(Chat, binding.chat_id)
        if store is None or chat is None:
            raise UserError("store.gone")
        default = turn.house.config.defaults
        language = language_of(binding.language, default.language)
        links.toggle(turn.s, chat, binding.thread_id, store, language, default, turn.now)
        keys = " ".join(x.key for x in teams.bound_stores(turn.s, binding))
        audit.note(turn.s, turn.member, "linked", turn.now, to=f"{chat.title}: {keys}")
    chosen = {x.id or 0 for x in teams.bound_stores(turn.s, binding)}
    return render.stores(_t(turn, binding), rules.view(turn.s, binding), every, chosen)


def _unlink(turn: Turn, binding: Binding) -> Message:
    assert turn.member
    t, view = _t(turn, binding), rules.view(turn.s, binding)
    links.unlink(turn.s, binding, turn.now)
    audit.note(turn.s, turn.member, "unlinked", turn.now, to=view.title)
    return render.unlinked(t, view, private=_private(turn))


def _t(turn: Turn, binding: Binding) -> Translator:
    """In the chat its own language, also right after a change; in private the reader's."""
    if _private(turn):
        return turn.t
    return translator(language_of(binding.language, turn.house.config.defaults.language))


def _leads(turn: Turn) -> bool:
    return turn.member is not None and turn.member.role in LEADERSHIP


def _private(turn: Turn) -> bool:
    return turn.event.chat_kind == "private"
