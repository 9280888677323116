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
    LEADER,
    LEADERSHIP,
    MEMBERS,
    OWNER,
    PRIVATE,
    READERS,
    Rule,
)
from bot.context import House
from handlers import (
    boards,
    chats,
    deadlines,
    digests,
    errors,
    exports,
    imports,
    invites,
    issue_cards,
    issue_lists,
    issues,
    issuestats,
    kin,
    metrics,
    people,
    privacy,
    routing,
    settings,
    shipping,
    status,
    stores,
    team,
)
from handlers.tables import Command, Doors, Press

LOGGERS = DESK | {LEADER}  # a leader logs what is wrong at their own point

COMMANDS = (
    Command("today", metrics.today, Rule(READERS, ANYWHERE)),
    Command("yesterday", metrics.yesterday, Rule(READERS, ANYWHERE), initials=("rb",)),
    Command("week", metrics.week, Rule(READERS, ANYWHERE)),
    Command("month", metrics.month, Rule(READERS, ANYWHERE)),
    Command("ask", metrics.ask, Rule(READERS, ANYWHERE), takes=True),
    Command("why", metrics.why, Rule(READERS, ANYWHERE)),
    Command("issuestats", issuestats.show, Rule(READERS, ANYWHERE), takes=True),
    Command("export", exports.show, Rule(READERS, ANYWHERE), takes=True),
    Command("record", imports.write_down, Rule(DESK, ANYWHERE), writes=True, takes=True),
    Command(
        "issue",
        issues.log,
        Rule(LOGGERS, ANYWHERE),
        writes=True,
        takes=True,
        files=True,
        raw=True,
        initials=("sh",),
    ),
    Command("issues", issue_lists.board, Rule(MEMBERS, ANYWHERE), takes=True),
    Command("mine", issue_lists.mine, Rule(MEMBERS, ANYWHERE), initials=("wd",)),
    Command("fh", shipping.show, Rule(DESK, ANYWHERE), takes=True),
    Command("find", issue_lists.find, Rule(MEMBERS, ANYWHERE), takes=True, raw=True),
    Command(
        "link",
        chats.link,
        Rule(LEADERSHIP, GROUPS),
        writes=True,
        takes=True,
        places=True,
        probes=True,
    ),
    Command(
        "settings", settings.show, Rule(MEMBERS, ANYWHERE), writes=True, takes=True, places=True
    ),
    Command("board", boards.board, Rule(LEADERSHIP, GROUPS), writes=True, takes=True),
    Command("todo", kin.todo, Rule(DESK, ANYWHERE), writes=True, takes=True, raw=True),
    Command("notice", kin.notice, Rule(LEADERSHIP, GROUPS), writes=True, takes=True, raw=True),
    Command("violation", kin.report, Rule(DESK, ANYWHERE), writes=True, takes=True, raw=True),
    Command("live", kin.broadcast, Rule(DESK, ANYWHERE), writes=True, takes=True, raw=True),
    Command("unlink", chats.unlink, Rule(LEADERSHIP, GROUPS)),
    Command("stores", stores.show, Rule(LEADERSHIP, PRIVATE), writes=True, takes=True, places=True),
    Command("status", status.show, Rule(LEADERSHIP, ANYWHERE)),
    Command("team", team.team, Rule(MEMBERS, PRIVATE), writes=True, takes=True, places=True),
    Command(
        "invite", invites.invite, Rule(LEADERSHIP, PRIVATE), writes=True, takes=True, places=True
    ),
    Command("handover", deadlines.hand_over, Rule(DESK, ANYWHERE), initials=("jb",)),
    Command("deadlines", deadlines.show, Rule(LEADERSHIP, ANYWHERE), writes=True, takes=True),
    Command("reasons", deadlines.why, Rule(LEADERSHIP, ANYWHERE), writes=True, takes=True),
    Command("audit", team.log, Rule(frozenset({OWNER}), PRIVATE)),
    Command(
        "privacy",
        privacy.privacy_,
        Rule(frozenset({OWNER}), PRIVATE),
        writes=True,
        takes=True,
        raw=True,
    ),
    Command("start", people.start, Rule(ANYBODY, PRIVATE), writes=True, raw=True),
    Command("help", people.help_, Rule(MEMBERS, ANYWHERE)),
)

PRESSES = (
    Press("q", metrics.change, Rule(READERS, ANYWHERE)),
    Press("st", issuestats.change, Rule(READERS, ANYWHERE)),
    Press("review", digests.review, Rule(READERS, ANYWHERE)),
    Press("stores", stores.change, Rule(LEADERSHIP, PRIVATE), writes=True),
    Press("i", issue_cards.press, Rule(LOGGERS, ANYWHERE), writes=True),
    Press("fh", shipping.turn_to, Rule(DESK, ANYWHERE)),
    Press("il", issue_lists.turn_to, Rule(MEMBERS, ANYWHERE)),
    Press("d", issues.press, Rule(LOGGERS, ANYWHERE), writes=True),
    Press("del", issues.delete_original, Rule(LOGGERS, ANYWHERE), writes=True, probes=True),
    Press("u", imports.undo, Rule(DESK, ANYWHERE), writes=True),
    Press("f", imports.choose_store, Rule(DESK, ANYWHERE), writes=True),
    Press("e", imports.say_ended, Rule(DESK, ANYWHERE), writes=True),
    Press("h", imports.explain, Rule(DESK, ANYWHERE), writes=True),
    Press("link", chats.choose, Rule(LEADERSHIP, GROUPS), writes=True, probes=True),
    Press("set", settings.press, Rule(LEADERSHIP, ANYWHERE), writes=True),
    Press("board", boards.press, Rule(LEADERSHIP, GROUPS), writes=True),
    # the door asks for the desk, but where a notice asks somebody to confirm
    Press("k", kin.press, Rule(MEMBERS, ANYWHERE), writes=True),
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
REPLY = Command("", issues.reply, Rule(LOGGERS, ANYWHERE), writes=True, raw=True)
ALBUM = Command("", issues.album, Rule(LOGGERS, ANYWHERE), writes=True, raw=True)
FILE = Command("", imports.receive, Rule(DESK, ANYWHERE), writes=True)

UNKNOWN = Command("", people.unknown, Rule(MEMBERS, ANYWHERE))
ANONYMOUS = Command("", chats.anonymous, Rule(ANYBODY, GROUPS))
STALE = Command("", chats.stale, Rule(MEMBERS, ANYWHERE))

DOORS = Doors(COMMANDS, PRESSES, WORDS, FILE, REPLY, ALBUM, UNKNOWN, ANONYMOUS, STALE)


def register(app: Application[Any, Any, Any, Any, Any, Any]) -> None:
    routing.register(app, DOORS)


def give_up(house: House, update: Update) -> None:
    """Set an update aside, telling whoever said or pressed it."""
    event = routing.spoken(update, house.bot_id)
    if event:
        errors.give_up(house, event)
