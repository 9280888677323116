"""What a row of COMMANDS or PRESSES is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.access import Rule
from bot.context import Turn

Door = Callable[[Turn], None]


@dataclass(frozen=True)
class Command:
    """`writes`: the door changes rows, so it runs inside the write transaction itself.

    `initials`: names that people type in a hurry (/rb), in no menu. `takes`: a typed word (设置) may
    be followed by arguments, as the command may. The words stand in the locale files, `[typed]`.
    """

    name: str
    door: Door
    rule: Rule
    writes: bool = False
    listed: bool = True
    initials: tuple[str, ...] = ()
    takes: bool = False
    probes: bool = False  # Telegram is asked first what reaches us in this chat
    files: bool = False  # a photo or file with the command as its caption is meant for it
    raw: bool = False  # gets the text as it came: it hides customers' numbers itself
    places: bool = False  # may name a street: a store or a pickup point is called so


@dataclass(frozen=True)
class Press:
    """Buttons whose callback data is `<kind>:<row id and one change>`."""

    kind: str
    door: Door
    rule: Rule
    writes: bool = False
    probes: bool = False
    raw: bool = False
    places: bool = False


@dataclass(frozen=True)
class Doors:
    """Everything an update may lead to."""

    commands: tuple[Command, ...]
    presses: tuple[Press, ...]
    words: Command  # what is said to the bot and is no command
    file: Command
    reply: Command  # to a message of ours that speaks of an issue
    album: Command  # another photo of an album whose first one was logged
    unknown: Command  # a command that there is not
    anonymous: Command  # a command of somebody whom Telegram does not name
    stale: Command  # a button under a message that Telegram no longer shows us
