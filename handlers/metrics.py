"""/today … /ask, plain questions and their buttons."""

from __future__ import annotations

from bot.access import ANYWHERE, LEADERSHIP, PRIVATE, Rule, Verdict, decide
from bot.context import Turn
from bot.db.people import Question
from bot.errors import UserError
from bot.i18n import Translator
from bot.message import Keyboard, Message
from bot.metrics import compute, questions
from bot.metrics import query as queries
from bot.metrics.ask import ask as understand
from bot.metrics.catalogue import METRICS
from bot.metrics.query import Query
from bot.metrics.reading import Reading
from bot.metrics.scope import Scope, scope, vocabulary
from bot.render import choices, reports
from bot.render.look import style
from bot.render.reports import Look


def today(turn: Turn) -> None:
    _panel(turn, "today")


def yesterday(turn: Turn) -> None:
    _panel(turn, "yesterday")


def week(turn: Turn) -> None:
    _panel(turn, "week")


def month(turn: Turn) -> None:
    _panel(turn, "month")


def _panel(turn: Turn, period: str) -> None:
    here = _scope(turn)
    has_today = vocabulary(turn.s, here, turn.today).has_today
    _say(turn, here, queries.panel(period, turn.today, here.promotions, has_today=has_today))


def ask(turn: Turn) -> None:
    """A question in words; without any, how to ask."""
    if not turn.event.text:
        raise UserError("ask.empty")
    words(turn)


def words(turn: Turn) -> None:
    _ask(turn, turn.event.text)


def why(turn: Turn) -> None:
    """`/why [period]`: what moved sales."""
    _ask(turn, f"{turn.event.text} why")


def _ask(turn: Turn, text: str) -> None:
    here = _scope(turn)
    asked = understand(text, turn.today, vocabulary(turn.s, here, turn.today))
    if asked.unknown:
        token = _keep(turn, asked.query)
        turn.say(reports.not_understood(asked, turn.t, token, _look(turn, here)))
        return
    _say(turn, here, queries.with_usual_base(asked.query, here.promotions))


def change(turn: Turn) -> None:
    """`q:<question>:<change>`: the question's row holds the rest, so a button outlives restarts.

    `menu:<which>` opens a menu (`-` closes it), `back` shows the answer before this one.
    """
    token, _, code = turn.event.data.partition(":")
    row = questions.recall(turn.s, token, turn.team_id, turn.event.chat, turn.now)
    here = _scope(turn)
    query = questions.read(row, here)
    if code.startswith("menu:"):
        turn.buttons(_menu(turn, here, row, query, code.removeprefix("menu:")))
    elif code == "back" and row.back:
        before = questions.recall(turn.s, row.back, turn.team_id, turn.event.chat, turn.now)
        query = questions.read(before, here)
        _check_costs(turn, query)
        turn.edit(_answer(turn, here, query, before.id, before.back))
    else:
        query = queries.change(query, code, turn.today, here.promotions)
        query = questions.shown(query, here)
        _check_costs(turn, query)
        came_from = "" if row.anew else row.id
        message = _answer(turn, here, query, _keep(turn, query, came_from), came_from)
        (turn.say if row.anew else turn.edit)(message)


def _menu(turn: Turn, here: Scope, row: Question, query: Query, which: str) -> Keyboard:
    stores = questions.stores(query, here)
    if which in choices.MENUS:
        return choices.menu(which, query, stores, turn.t, turn.today, row.id)
    back = bool(row.back)
    return choices.keyboard(query, stores, turn.t, turn.today, row.id, back=back)


def _scope(turn: Turn) -> Scope:
    stores = [x.id for x in turn.stores if x.id is not None]
    if not stores:
        raise UserError("store.none")
    return scope(turn.s, turn.team_id, turn.today, stores)


def _say(turn: Turn, here: Scope, query: Query) -> None:
    """In this chat; what costs and commissions are, to managers in private."""
    verdict = _costs(turn, query)
    if verdict is Verdict.ALLOW:
        turn.say(_answer(turn, here, query, _keep(turn, query)))
    elif verdict is Verdict.ELSEWHERE and turn.member:
        reading = compute.answer(turn.s, here, query, turn.today, turn.now)
        key = f"costs:{turn.house.bot_id}:{turn.event.update_id}"
        turn.tell(turn.member, lambda t: _told(reading, t, turn, here), key, "reply")
        turn.say(Message(turn.t("answer.in_private")))
    else:
        raise UserError("ask.costs")


def _costs(turn: Turn, query: Query) -> Verdict:
    """Whether this person may read the metrics of the question here."""
    if not any(METRICS[slug].costs for slug in query.metrics):
        return Verdict.ALLOW
    shown = turn.binding is not None and turn.binding.shows_costs
    rule = Rule(LEADERSHIP, ANYWHERE if shown else PRIVATE)
    return decide(rule, turn.member.role if turn.member else None, turn.event.chat_kind)


def _check_costs(turn: Turn, query: Query) -> None:
    """A button's answer takes the place of what all can read. Raises UserError."""
    if _costs(turn, query) is not Verdict.ALLOW:
        raise UserError("ask.costs")


def _told(reading: Reading, t: Translator, turn: Turn, here: Scope) -> Message:
    """Without buttons: they belong to the chat of the question."""
    colours = "green-up" if t.language == "en" else "red-up"
    look = Look(turn.today, style(t.language, colours), here.promotions)
    return reports.answer(reading, t, "", look)


def _answer(turn: Turn, here: Scope, query: Query, token: str, back: str = "") -> Message:
    """Figures, words and buttons of a kept question."""
    reading = compute.answer(turn.s, here, query, turn.today, turn.now)
    return reports.answer(reading, turn.t, token, _look(turn, here), back=bool(back))


def _keep(turn: Turn, query: Query, back: str = "") -> str:
    token, team, kept = questions.token(), turn.team_id, queries.to_json(query)
    turn.keep_here(
        lambda chat: Question(
            id=token, team_id=team, chat_id=chat, query=kept, back=back, asked_at=turn.now
        )
    )
    return token


def _look(turn: Turn, here: Scope) -> Look:
    return Look(turn.today, style(turn.t.language, turn.colours), here.promotions)
