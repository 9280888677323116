"""The people and chats a sandbox starts with, frozen, from a TOML world file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

LANGUAGES = ("zh-hans", "zh-hant", "en")

Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
INSIDE = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass(frozen=True)
class Person:
    """Somebody with a Telegram account. `line` is their role in a few words, per language."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language: str = "zh-hans"
    line: Mapping[str, str] = field(default_factory=dict)
    outsider: bool = False
    started: bool = False  # has written to the bot before, so that it may write first

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Member:
    """A person's place in a group; `title` is what others see beside the name."""

    id: int
    status: Status = "member"
    title: str = ""


@dataclass(frozen=True)
class Group:
    """A group or supergroup; `topics` (id → name) make a supergroup a forum."""

    id: int
    title: str
    type: Literal["group", "supergroup"] = "supergroup"
    members: tuple[Member, ...] = ()
    topics: Mapping[int, str] = field(default_factory=dict)
    bot: Status = "member"


@dataclass(frozen=True)
class World:
    """Who exists when the sandbox opens. `zone` is where the demo's clock is read."""

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    bot_id: int = 7000000001
    bot_name: str = "Storebot"
    bot_username: str = "storebot_sandbox_bot"
    zone: str = "Asia/Shanghai"
    privacy: bool = True  # in groups the bot gets only what is meant for it


def load(path: Path) -> World:
    """Read a world file.

        zone = "Asia/Shanghai"
        [bot]      id, name, username                                   all optional
        [[people]] id, first_name, last_name, username, language, outsider, started,
                   line = { zh-hans = "…", zh-hant = "…", en = "…" }
        [[groups]] id, title, type = "group" | "supergroup",
                   bot = "member" | "administrator" | "left" | "kicked",
                   members = [{ id, status, title }], topics = [{ id, name }]

    Raises ValueError with one line that names the file and the fault.
    """
    try:
        world = _world(tomllib.loads(path.read_text(encoding="utf8")))
    except (TypeError, KeyError, ValueError) as fault:
        raise ValueError(f"{path}: {fault}") from fault
    _check(world, path)
    return world


def _world(data: dict[str, Any]) -> World:
    bot = {f"bot_{key}": value for key, value in data.pop("bot", {}).items()}
    people = tuple(Person(**entry) for entry in data.pop("people", []))
    groups = tuple(_group(entry) for entry in data.pop("groups", []))
    return World(people=people, groups=groups, **bot, **data)


def _group(entry: dict[str, Any]) -> Group:
    members = tuple(Member(**member) for member in entry.pop("members", []))
    topics = {topic["id"]: topic["name"] for topic in entry.pop("topics", [])}
    return Group(members=members, topics=topics, **entry)


def _check(world: World, path: Path) -> None:
    known = {person.id for person in world.people}
    for person in world.people:
        if person.language not in LANGUAGES:
            raise ValueError(f"{path}: person {person.id}: no language {person.language!r}")
    for group in world.groups:
        if strangers := {member.id for member in group.members} - known:
            raise ValueError(f"{path}: group {group.id}: nobody has the ids {sorted(strangers)}")
        if group.type == "supergroup" and not str(group.id).startswith("-100"):
            raise ValueError(f"{path}: a supergroup's id begins with -100, not {group.id}")
        if group.topics and (group.type == "group" or min(group.topics) < 2):
            raise ValueError(f"{path}: topics are of supergroups and numbered from 2: {group.id}")


def status_of(text: str) -> Status:
    """Raises ValueError where `text` is no member status."""
    if text not in (*INSIDE, "left", "kicked"):
        raise ValueError(f"no member status {text!r}")
    return cast("Status", text)
