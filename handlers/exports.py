"""/export: the last answer, a question, or the issues of a period as a file."""

from __future__ import annotations

import json
import re

from sqlmodel import col, select

from bot.access import ANYWHERE, DESK, LEADERSHIP, PRIVATE, Rule, Verdict, decide
from bot.aftersales import tally
from bot.aftersales.tally import Asked
from bot.context import Turn
from bot.db.people import Chat, Question
from bot.errors import UserError
from bot.i18n import words
from bot.message import Document, Message
from bot.metrics import query as queries
from bot.metrics import questions
from bot.metrics.ask import ask as understand
from bot.metrics.catalogue import METRICS
from bot.metrics.query import Query
from bot.metrics.scope import Scope, scope, vocabulary
from bot.metrics.words import fold
from bot.render import exports

_FORMAT = re.compile(r"(?<![a-z])(csv|xlsx|excel)(?![a-z])", re.IGNORECASE)


def show(turn: Turn) -> None:
    """`/export [csv]`, `/export 昨天 销售额 按商品`, `/export 售后 上周`."""
    here = scope_here(turn)
    named = _FORMAT.search(turn.event.text)
    form = "csv" if named and named[1].lower() == "csv" else "xlsx"
    text = _FORMAT.sub(" ", turn.event.text).strip()
    rest = _of_the_desk(text)
    if rest is not None:
        desk(turn, here, tally.read(turn.s, here, rest, turn.today), form)
    elif text:
        answer(turn, here, _asked(turn, here, text), form)
    else:
        _last(turn, here, form)


def _last(turn: Turn, here: Scope, form: str) -> None:
    row = _newest(turn)
    if row is None:
        raise UserError("export.nothing")
    asked = tally.from_json(row.query)
    if asked:
        desk(turn, here, asked, form)
    else:
        answer(turn, here, questions.read(row, here), form)


def _newest(turn: Turn) -> Question | None:
    """The question last asked in this chat, by anybody."""
    query = (
        select(Question)
        .join(Chat, col(Chat.id) == Question.chat_id)
        .where(Question.team_id == turn.team_id, Chat.telegram_id == turn.event.chat)
        .order_by(col(Question.asked_at).desc())
        .limit(1)
    )
    return turn.s.exec(query).first()


def _of_the_desk(text: str) -> str | None:
    """What is left of the text beside 售后 or issues; None where it is about something else."""
    folded = fold(text)
    for word in sorted(map(fold, words("issuestats.export.words")), key=len, reverse=True):
        if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", folded):
            return folded.replace(word, " ", 1).strip()
    return None


def _asked(turn: Turn, here: Scope, text: str) -> Query:
    asked = understand(text, turn.today, vocabulary(turn.s, here, turn.today))
    if asked.unknown:
        raise UserError("export.unknown", words="、".join(asked.unknown)[:40])
    return queries.with_usual_base(asked.query, here.promotions)


# the files -----------------------------------------------------------------------------------


def answer(turn: Turn, here: Scope, query: Query, form: str) -> None:
    """The table of an answer. Raises UserError where it tells costs that are not for here."""
    if any(METRICS[slug].costs for slug in query.metrics) and not sees_costs(turn):
        raise UserError("ask.costs")
    title = exports.title(query, turn.t, turn.today, here.stores)
    _say(turn, here, "answer", title, form, {"query": queries.to_json(query)})


def desk(turn: Turn, here: Scope, asked: Asked, form: str) -> None:
    """The figures of a period and, for the desk itself, the list of its issues."""
    listed = bool(turn.member and turn.member.role in DESK)
    what = {"asked": tally.to_json(asked), "listed": listed, "costs": sees_costs(turn)}
    title = exports.desk_title(asked, turn.t, turn.today)
    _say(turn, here, "desk", title, form, what)


def _say(
    turn: Turn, here: Scope, kind: str, title: str, form: str, what: dict[str, object]
) -> None:
    """What may be seen is fixed now: the file is made when it is sent."""
    asked = {
        "team": here.team_id, "stores": list(here.ids), "today": turn.today.isoformat(),
        "language": turn.t.language, "form": form, **what,
    }  # fmt: skip
    file = Document(
        exports.file_name(title, form), kind, json.dumps(asked, ensure_ascii=False),
        turn.t("issuestats.export.sorry"),
    )  # fmt: skip
    turn.say(Message(exports.caption(title), document=file))


def sees_costs(turn: Turn) -> bool:
    """Managers and owners, in private or where the chat may read costs."""
    shown = turn.binding is not None and turn.binding.shows_costs
    rule = Rule(LEADERSHIP, ANYWHERE if shown else PRIVATE)
    role = turn.member.role if turn.member else None
    return decide(rule, role, turn.event.chat_kind) is Verdict.ALLOW


def scope_here(turn: Turn) -> Scope:
    """The stores that this chat speaks about. Raises UserError where there is none."""
    stores = [x.id for x in turn.stores if x.id is not None]
    if not stores:
        raise UserError("store.none")
    return scope(turn.s, turn.team_id, turn.today, stores)
