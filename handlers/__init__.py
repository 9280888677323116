"""The way in for people: COMMANDS and PRESSES, and how an update reaches its door.

COMMANDS feeds the handlers, `/help` and Telegram's command menus; PRESSES the inline buttons. A row
without a rule lets nobody through.
"""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import Application

from bot.access import (
    ANYBODY,
    ANYWHERE,
    DESK,
    GROUPS,
    LEADERSHIP,
    MEMBERS,
    OWNER,
    PRIVATE,
    READERS,
    Rule,
)
from bot.context import House
from handlers import (
    chats,
    digests,
    errors,
    imports,
    invites,
    metrics,
    people,
    routing,
    settings,
    status,
    stores,
    team,
)
from handlers.tables import Command, Doors, Press

COMMANDS = (
    Command("today", metrics.today, Rule(READERS, ANYWHERE)),
    Command("yesterday", metrics.yesterday, Rule(READERS, ANYWHERE), initials=("rb",)),
    Command("week", metrics.week, Rule(READERS, ANYWHERE)),
    Command("month", metrics.month, Rule(READERS, ANYWHERE)),
    Command("ask", metrics.ask, Rule(READERS, ANYWHERE), takes=True),
    Command("why", metrics.why, Rule(READERS, ANYWHERE)),
    Command("record", imports.write_down, Rule(DESK, ANYWHERE), writes=True, takes=True),
    Command("link", chats.link, Rule(LEADERSHIP, GROUPS), writes=True, takes=True, probes=True),
    Command("settings", settings.show, Rule(MEMBERS, ANYWHERE), writes=True, takes=True),
    Command("unlink", chats.unlink, Rule(LEADERSHIP, GROUPS)),
    Command("stores", stores.show, Rule(LEADERSHIP, PRIVATE), writes=True, takes=True),
    Command("status", status.show, Rule(LEADERSHIP, ANYWHERE)),
    Command("team", team.team, Rule(MEMBERS, PRIVATE), writes=True, takes=True),
    Command("invite", invites.invite, Rule(LEADERSHIP, PRIVATE), writes=True, takes=True),
    Command("audit", team.log, Rule(frozenset({OWNER}), PRIVATE)),
    Command("start", people.start, Rule(ANYBODY, PRIVATE), writes=True),
    Command("help", people.help_, Rule(MEMBERS, ANYWHERE)),
)

PRESSES = (
    Press("q", metrics.change, Rule(READERS, ANYWHERE)),
    Press("review", digests.review, Rule(READERS, ANYWHERE)),
    Press("stores", stores.change, Rule(LEADERSHIP, PRIVATE), writes=True),
    Press("u", imports.undo, Rule(DESK, ANYWHERE), writes=True),
    Press("f", imports.choose_store, Rule(DESK, ANYWHERE), writes=True),
    Press("e", imports.say_ended, Rule(DESK, ANYWHERE), writes=True),
    Press("h", imports.explain, Rule(DESK, ANYWHERE), writes=True),
    Press("link", chats.choose, Rule(LEADERSHIP, GROUPS), writes=True, probes=True),
    Press("set", settings.press, Rule(LEADERSHIP, ANYWHERE), writes=True),
    Press("me", chats.as_myself, Rule(MEMBERS, GROUPS), writes=True, probes=True),
    Press("setup", people.setup, Rule(ANYBODY, PRIVATE), writes=True),
    Press("join", people.join, Rule(ANYBODY, PRIVATE), writes=True),
    # the door asks for an owner of the team that was asked, which need not be the chosen one
    Press("admit", people.admit, Rule(MEMBERS, PRIVATE), writes=True),
    Press("inv", invites.step, Rule(LEADERSHIP, PRIVATE), writes=True),
    Press("unv", invites.revoke, Rule(LEADERSHIP, PRIVATE), writes=True),
    Press("team", team.look, Rule(MEMBERS, PRIVATE)),
    Press("tm", team.person, Rule(LEADERSHIP, PRIVATE), writes=True),
    Press("switch", team.switch, Rule(MEMBERS, PRIVATE), writes=True),
    Press("audit", team.log, Rule(frozenset({OWNER}), PRIVATE)),
)

WORDS = Command("", metrics.words, Rule(READERS, ANYWHERE))
FILE = Command("", imports.receive, Rule(DESK, ANYWHERE), writes=True)

UNKNOWN = Command("", people.unknown, Rule(MEMBERS, ANYWHERE))
ANONYMOUS = Command("", chats.anonymous, Rule(ANYBODY, GROUPS))
STALE = Command("", chats.stale, Rule(MEMBERS, ANYWHERE))

DOORS = Doors(COMMANDS, PRESSES, WORDS, FILE, UNKNOWN, ANONYMOUS, STALE)


def register(app: Application[Any, Any, Any, Any, Any, Any]) -> None:
    routing.register(app, DOORS)


def give_up(house: House, update: Update) -> None:
    """Set an update aside, telling whoever said or pressed it."""
    event = routing.spoken(update)
    if event:
        errors.give_up(house, event)
