"""/privacy: what is kept of customers, a copy of it, and its deletion."""

from __future__ import annotations

import json

from bot import audit, desk, privacy
from bot.context import Turn
from bot.db.people import Member
from bot.errors import UserError
from bot.i18n import words
from bot.message import Document, Message
from bot.render import privacy as render


def privacy_(turn: Turn) -> None:
    """Nothing, `export …`, `delete …`, the phrase that deletes, `hold #12`, `release #12`."""
    said = turn.event.text.split()
    verb = said[0].casefold() if said else ""
    for name, door in _VERBS.items():
        if verb in words(f"privacy.verb.{name}_aliases"):
            door(turn, said[1:])
            return
    if said:
        raise UserError("privacy.usage")
    state = privacy.state(turn.s, turn.team_id)
    turn.say(render.about(turn.t, state, turn.house.config.privacy))


def _export(turn: Turn, said: list[str]) -> None:
    subject = privacy.read(said)
    found = privacy.find(turn.s, turn.team_id, subject)
    if not found:
        raise UserError("privacy.nothing")
    name = f"privacy-{turn.today:%Y%m%d}.json"
    asked = json.dumps({"team": turn.team_id, "subject": subject.dump()})
    file = Document(name, "privacy", asked, turn.t("privacy.sorry"))
    how_much = privacy.count(turn.s, found)
    turn.say(Message(render.held(turn.t, how_much), document=file, secret=True))
    audit.note(turn.s, _me(turn), "exported", turn.now, to=str(len(found.issues)))


def _delete(turn: Turn, said: list[str]) -> None:
    code, how_much = privacy.ask(turn.s, _me(turn), privacy.read(said), turn.now)
    turn.say(render.ask(turn.t, how_much, code))


def _confirm(turn: Turn, said: list[str]) -> None:
    me = _me(turn)
    subject = privacy.confirmed(turn.s, me, " ".join(said), turn.now)
    cards, how_much = privacy.erase(turn.s, me.team_id, subject)
    for issue in cards:
        desk.changed(turn.s, turn.house, issue, turn.now)
    audit.note(turn.s, me, "erased", turn.now, to=str(how_much.cards))
    turn.say(render.done(turn.t, how_much))


def _hold(turn: Turn, said: list[str]) -> None:
    _kept(turn, said, held=True)


def _release(turn: Turn, said: list[str]) -> None:
    _kept(turn, said, held=False)


def _kept(turn: Turn, said: list[str], *, held: bool) -> None:
    bare = said[0].removeprefix("#") if len(said) == 1 else ""
    if not bare.isdecimal():
        raise UserError("privacy.usage")
    issue = privacy.hold(turn.s, _me(turn), int(bare[:9]), held=held)
    audit.note(turn.s, _me(turn), "held" if held else "released", turn.now, to=f"#{issue.no}")
    turn.say(Message(turn.t("privacy.held" if held else "privacy.released", no=issue.no)))


_VERBS = {
    "export": _export, "delete": _delete, "confirm": _confirm, "hold": _hold, "release": _release,
}  # fmt: skip


def _me(turn: Turn) -> Member:
    assert turn.member  # the rule lets nobody else through
    return turn.member
