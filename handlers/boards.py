"""/board: the open issues of a chat as one pinned message; /board off takes it down."""

from __future__ import annotations

from bot import boards, links
from bot.context import Turn
from bot.db.people import Binding
from bot.errors import UserError
from bot.i18n import words
from bot.message import Message
from bot.presence import Scene


def board(turn: Turn) -> None:
    if turn.event.text.casefold() in words("board.off_aliases"):
        taken = links.drop_board(turn.s, _own(turn), turn.now)
        turn.say(Message(turn.t("board.off" if taken else "board.none")))
    else:
        _put(turn)


def press(turn: Turn) -> None:
    """`board:on`, the button under a list of issues."""
    if turn.event.data != "on":
        raise UserError("stale")
    _put(turn)


def _own(turn: Turn) -> Binding:
    """The binding of exactly this chat or topic, whose stores they may see. Raises UserError."""
    assert turn.member
    binding = links.own(turn.s, turn.event.chat, turn.event.thread_id)
    if binding is None:
        raise UserError("link.not_linked")
    if not links.sees(turn.s, turn.member, binding):
        raise UserError("store.not_yours")
    return binding


def _put(turn: Turn) -> None:
    assert turn.member
    binding = _own(turn)
    assert binding.id
    scene = Scene(turn.s, turn.now, turn.house.config.defaults.language)
    shown = boards.message(scene, binding)
    key = turn.say(shown)
    boards.put(scene, binding, key, shown)
    turn.pin(key, boards.pin_key(binding.id, turn.member.id or 0, str(turn.event.update_id)))
