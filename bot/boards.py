"""The pinned list of open issues in a chat: said once, edited in place, never more than once a minute.

It is said anew only where it is no more (deleted by somebody, left behind by a migration), and pinned
again then. A pin that is refused is told to who asked for it, and tried again once we may.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot import links, outbox, teams
from bot.aftersales import board as desk
from bot.db.desk import Board
from bot.db.people import Binding, Chat, Member
from bot.db.wire import OutboxRow
from bot.message import Message
from bot.outbox import Address, Outcome, Sending
from bot.presence import Scene
from bot.render import boards as render

EVERY = timedelta(seconds=60)  # between two edits of a board: Telegram minds more
_NO_RIGHT = "not enough rights"


# there and gone -----------------------------------------------------------------------------------


def message(scene: Scene, binding: Binding) -> Message:
    """The board as it would stand now. It never rings."""
    view = desk.view(scene.s, binding, scene.now)
    return replace(render.board(view, scene.t(binding.language), scene.now), silent=True)


def put(scene: Scene, binding: Binding, key: str, shown: Message) -> None:
    """A chat has a board from now on: the message of the outbox row `key`. An older one goes."""
    links.drop_board(scene.s, binding, scene.now)
    assert binding.id
    board = Board(binding_id=binding.id, key=key, shown=_digest(shown), looked_at=scene.now)
    scene.s.add(board)
    scene.s.flush()


def pin_key(binding_id: int, asker: int, event: str) -> str:
    """Of the outbox row that pins a board; `asker` is the member who asked for it, 0 for nobody."""
    return f"pin:{binding_id}:{asker}:{event}"


# keeping it true ----------------------------------------------------------------------------------


def waiting(s: Session) -> list[int]:
    """The boards that can be edited: where we are, may speak and the topic is open."""
    query = (
        select(Board.binding_id)
        .join(Binding, col(Binding.id) == Board.binding_id)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(col(Chat.gone_at).is_(None), col(Chat.muted_at).is_(None))
        .where(col(Binding.stopped_at).is_(None))
    )
    return list(s.exec(query.order_by(col(Board.binding_id))))


def stale(scene: Scene, binding_id: int) -> Message | None:
    """What a board has to say now; None where it says so already or has to wait."""
    board, binding = scene.s.get(Board, binding_id), scene.s.get(Binding, binding_id)
    if board is None or binding is None or not _ready(scene, board):
        return None
    now_is = message(scene, binding)
    if _digest(now_is) == board.shown and not _lost(scene.s, board):
        return None
    return now_is


def _lost(s: Session, board: Board) -> bool:
    """What it says never came there, or was left behind by a migration."""
    unsaid = outbox.state(s, _last(board)) in ("cancelled", "expired", "uncertain")
    return unsaid or not outbox.said_as(s, board.key)


def _last(board: Board) -> str:
    """The outbox key of what was last said of it."""
    return f"{board.key}:b{board.edits}" if board.edits else board.key


def edit(scene: Scene, binding_id: int, now_is: Message) -> bool:
    """Change a board in place; False where another process was quicker."""
    query = select(Board).where(Board.binding_id == binding_id).with_for_update()
    board, binding = scene.s.exec(query).first(), scene.s.get(Binding, binding_id)
    if board is None or binding is None or not _ready(scene, board):
        return False
    board.edits += 1
    board.shown, board.looked_at = _digest(now_is), scene.now
    return outbox.enqueue(
        scene.s, _last(board), Address(binding.chat_id, thread_id=binding.thread_id),
        now_is, scene.now, kind="board", method="edit", target=board.key, repeatable=True,
    )  # fmt: skip


def _ready(scene: Scene, board: Board) -> bool:
    """A minute has passed since the last change, and that has left."""
    if scene.now - board.looked_at < EVERY:
        return False
    return outbox.state(scene.s, _last(board)) not in ("pending", "sending")


def _digest(message: Message) -> str:
    return hashlib.sha256(message.dump().encode()).hexdigest()[:16]


# what came of it ----------------------------------------------------------------------------------


def learned(scene: Scene, row: OutboxRow, sending: Sending, outcome: Outcome) -> None:
    """What an attempt says about a board; in the transaction that settles it."""
    if row.kind == "pin":
        _pinned(scene, row, outcome)
    elif row.kind == "board" and outcome.result == "no_topic":
        # its topic is gone: the list of a topic is nothing to the chat as a whole
        row.state, row.settled_at = "cancelled", scene.now
    elif row.kind == "board" and outcome.result == "sent" and row.method in ("send", "edit"):
        board = scene.s.exec(select(Board).where(Board.key == row.target)).first()
        if board and str(outcome.message_id) != sending.target:  # said anew
            _pin(scene, board, f"n{board.edits}")
    elif row.kind == "board" and outcome.result in ("gone", "muted"):
        theirs = update(Board).where(col(Board.key) == row.target)
        scene.s.exec(theirs.values(shown=""))  # once we may speak again


def _pinned(scene: Scene, row: OutboxRow, outcome: Outcome) -> None:
    _, binding_id, asker, _ = row.key.split(":", 3)
    board = scene.s.get(Board, int(binding_id))
    if board is None or board.key != row.target:
        return
    if outcome.result == "sent":
        board.pinned = True
    elif outcome.result == "rejected" and _NO_RIGHT in outcome.error.lower():
        member = scene.s.get(Member, int(asker))
        binding = scene.s.get(Binding, board.binding_id)
        if member and binding:
            _tell(scene, binding, member, row.key)


def _tell(scene: Scene, binding: Binding, member: Member, key: str) -> None:
    """Once, to who asked: in private, or in the chat where they never wrote to us."""
    private, chat = teams.private_chat(scene.s, member), scene.s.get(Chat, binding.chat_id)
    to = Address(private.id) if private else Address(binding.chat_id, thread_id=binding.thread_id)
    t = scene.t(member.language if private else binding.language)
    text = render.no_right(t, chat.title if chat else "")
    outbox.enqueue(scene.s, f"{key}:no_right", to, text, scene.now, kind="board")


def risen(scene: Scene, telegram_id: int) -> None:
    """Our place in a chat is another one: what could not be pinned may be now."""
    query = (
        select(Board)
        .join(Binding, col(Binding.id) == Board.binding_id)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(Chat.telegram_id == telegram_id, col(Board.pinned).is_(False))
    )
    for board in scene.s.exec(query):
        _pin(scene, board, f"r{int(scene.now.timestamp())}")


def _pin(scene: Scene, board: Board, event: str) -> None:
    board.pinned = False
    binding = scene.s.get(Binding, board.binding_id)
    assert binding
    outbox.enqueue(
        scene.s, pin_key(board.binding_id, 0, event),
        Address(binding.chat_id, thread_id=binding.thread_id), Message(""), scene.now,
        kind="pin", method="pin", target=board.key, repeatable=True,
    )  # fmt: skip
