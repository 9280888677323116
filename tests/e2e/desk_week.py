"""Plays `desk_week.txt` against a running bot over HTTP, and holds what came of it against the file.

`uv run python -m tests.e2e.desk_week [FILE]` plays a file by itself and prints what differs.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # when it is no test that imports it

from wire import Wire, running
from world import TOKEN

from bot import outbox, teams
from bot.clock import Clock
from bot.config import Defaults
from bot.db import Database, migrate
from bot.db.people import Member, Store, Team
from bot.sandbox.world import Group, Person, World
from bot.sandbox.world import Member as Sits

SCRIPT = Path(__file__).with_name("desk_week.txt")
PICTURE = (Path(__file__).parents[1] / "dot.png").read_bytes()
MONDAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=8)  # in Shanghai
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
START = MONDAY + timedelta(hours=8, minutes=50)

# in the order of their member ids
PEOPLE = (
    Person(1001, "林老板"), Person(1002, "王店长"), Person(1003, "小陈"),
    Person(1005, "阿玲", language="zh-hant"), Person(1006, "Amy", language="en"),
    Person(3001, "Stranger", language="en"),
)  # fmt: skip
ROLES = ("owner", "manager", "staff", "staff", "staff")
SHORT = {"林": 1001, "王": 1002, "陈": 1003, "玲": 1005, "Amy": 1006}
TMALL, FORUM, TOPIC = -4001, -1001000000003, 3
MOVED = -1000000000000 + TMALL
_ALL = tuple(Sits(p.id, "creator" if p.id == 1001 else "member") for p in PEOPLE)
WORLD = World(
    people=PEOPLE,
    groups=(
        Group(TMALL, "天猫售后", "group", members=_ALL, bot="administrator"),
        Group(FORUM, "果然鲜", members=_ALL, bot="administrator", topics={TOPIC: "香港售后"}),
    ),
)
RULES = {"🔴": "missed", "⏰": "near", "🕔": "shift", "🌙": "shift", "💬": "answer"}
LOGS = re.compile(r"(\w+) (pm|tm|hk)(?: (photo|album (\d+)|reply (\w)))?: (.*)")
SAYS = re.compile(r"(\w+) (tm|hk) say (\w): (.*)")
ACTS = re.compile(r"(\w+) (pm|tm|hk) (draft|(?:card|late|more|shot) \d+): ?(.*)")


@dataclass(frozen=True)
class Step:
    """One line of the script, at a moment; `number` for whoever reads a failure."""

    at: datetime
    number: int
    text: str


@dataclass(frozen=True)
class Script:
    """`born`: what must be known of #1, #2 …; `ends` their ends; `warned` (moment, who, rule, #s)."""

    steps: tuple[Step, ...]
    born: tuple[str, ...]
    ends: tuple[str, ...]
    warned: tuple[tuple[datetime, str, str, tuple[int, ...]], ...]


def read(path: Path) -> Script:
    steps: list[Step] = []
    born: list[str] = []
    ends: list[str] = []
    warned: list[tuple[datetime, str, str, tuple[int, ...]]] = []
    at: datetime | None = START
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            at = None if line.startswith("[end]") else _moment(line[1:10])
            if at:
                steps.append(Step(at, number, ""))
        elif line.startswith("!"):
            who, rule, *numbers = line[1:].split()
            assert at
            warned.append((at, who, rule, tuple(map(int, numbers))))
        elif line and not line.startswith("#"):
            text, _, known = (x.strip() for x in line.partition("=>"))
            if at is None:
                ends.append(text)
                continue
            born += [known] if known else []
            steps.append(Step(at, number, text))
    return Script(tuple(steps), tuple(born), tuple(ends), tuple(warned))


def _moment(text: str) -> datetime:
    """`Mon 08:55`."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute)


class Brisk(Clock):
    """Skips the pauses that Telegram's pace asks for, and wakes no tick by it."""

    def skip(self) -> None:
        self._offset += timedelta(seconds=1)


@dataclass
class Player:
    """The five people with the bot before them; presses only buttons that they can see."""

    wire: Wire
    tm: int = TMALL
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)  # a card's first button, one press ago
    warned: list[tuple[datetime, str, str, tuple[int, ...]]] = field(default_factory=list)
    now: datetime = START
    looked: int = 0

    async def play(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if step.at != self.now:
                assert step.at > self.wire.bot.clock.now(), f"line {step.number} comes too late"
                await self.wire.until(step.at)
                self.now = step.at
            try:
                await self._do(step.text)
                await self._settled()
            except Exception as e:
                raise AssertionError(f"line {step.number}: {step.text}") from e

    async def _settled(self) -> None:
        """Everything said is handled and answered; the clock is moved over the pauses between."""
        bot, updates = self.wire.bot, self.wire.server.sandbox.state.updates
        async with asyncio.timeout(60):
            while len(updates) or bot.lanes.busy or await asyncio.to_thread(self._waiting):
                if not (len(updates) or bot.lanes.busy):
                    bot.clock.skip()  # type: ignore[attr-defined]  # Brisk
                    bot.ticks.pump.wake()
                await asyncio.sleep(0.01)
        self._listen()

    def _waiting(self) -> bool:
        with self.wire.bot.db.read() as s:
            states = outbox.backlog(s, self.wire.bot.clock.now()).states
        return bool(states.get("pending") or states.get("sending"))

    async def _do(self, text: str) -> None:
        if text == "restart":
            await self.wire.restart()
        elif text == "migrate":
            await self.wire.act("migrate", chat=self.tm, order="new first")
            self.tm = MOVED
        elif found := SAYS.fullmatch(text):
            who, place, mark, words = found.groups()
            self.said[mark] = (await self._say(who, place, words))["message"]
        elif found := ACTS.fullmatch(text):
            who, place, what, words = found.groups()
            await self._act(who, place, what, words.split())
        elif found := LOGS.fullmatch(text):
            await self._log(*found.groups())
        elif text:
            raise ValueError("no such line")

    # what is said ----------------------------------------------------------------------------

    async def _log(self, who: str, place: str, how: str, n: str, mark: str, words: str) -> None:
        if mark:
            await self._say(who, place, words, reply_to=self.said[mark]["message_id"])
        elif how:
            await self._photos(who, place, words, int(n or 1))
        else:
            await self._say(who, place, words)

    async def _say(self, who: str, place: str, words: str, **more: Any) -> dict[str, Any]:
        chat, thread = self._place(who, place)
        return await self.wire.say(SHORT[who], words, chat=chat, thread=thread, **more)

    async def _photos(self, who: str, place: str, caption: str, n: int, **more: Any) -> None:
        chat, thread = self._place(who, place)
        album = {"album": f"{self.now:%d%H%M}"} if n > 1 else {}
        for i in range(n):
            form = {"as": "photo", "chat": chat, "thread": thread, **album, **more}
            form |= {"caption": caption} if caption and i == 0 else {}
            # no two pictures are the same file
            picture = PICTURE + f"{len(self.wire.calls)}:{i}".encode()
            await self.wire.upload(SHORT[who], f"{i}.png", picture, **form)

    def _place(self, who: str, place: str) -> tuple[int, int]:
        return {"pm": (SHORT[who], 0), "tm": (self.tm, 0), "hk": (FORUM, TOPIC)}[place]

    # what is pressed -------------------------------------------------------------------------

    async def _act(self, who: str, place: str, what: str, words: list[str]) -> None:
        if what == "draft":
            for choice in words:
                await self._press(who, place, "d:", choice)
            return
        how, no = what.split()
        if how == "late":
            await self._press_late(who, place, int(no), words[2])
            return
        card = await self._card(who, place, int(no))
        if how == "more":
            await self._say(who, place, " ".join(words), reply_to=card["message_id"])
        elif how == "shot":
            await self._photos(who, place, " ".join(words), 1, reply_to=card["message_id"])
        else:
            self.before[int(no)] = _data(card)[0]
            await self._path(who, place, f"i:{no}:", words)

    async def _path(self, who: str, place: str, card: str, words: list[str]) -> None:
        """The buttons from a card to what is meant."""
        verb, *more = words
        if verb == "resolve" and len(more) == 2:
            await self._press(who, place, card, "menu:resolve")
            await self._press(who, place, card, f"menu:cost:{more[0]}")
            if more[1] in ("amount", "0"):
                cents = r":0" if more[1] == "0" else r":[1-9]\d*"
                await self._press(who, place, card, f"resolve:{more[0]}{cents}")
            else:
                await self._press(who, place, card, f"ask:cost:{more[0]}")
                await self._answer(who, place, more[1])
        elif verb == "resolve":
            await self._press(who, place, card, "menu:resolve")
            await self._press(who, place, card, f"resolve:{more[0]}:0")
        elif verb in ("wait", "assign"):
            value = more[0]
            if verb == "assign":
                value = str(1 + [p.name for p in PEOPLE].index(value))
            await self._press(who, place, card, f"menu:{verb}")
            await self._press(who, place, card, f"{verb}:{value}")
        elif verb in ("void", "duplicate"):
            await self._press(who, place, card, "menu:more")
            if verb == "void":
                await self._press(who, place, card, "void")
                return
            await self._press(who, place, card, "menu:duplicate")
            await self._press(who, place, card, f"duplicate:{more[0]}")
        else:
            await self._press(who, place, card, r"undo:\d+" if verb == "undo" else verb)

    async def _press(self, who: str, place: str, prefix: str, choice: str) -> None:
        """The newest message here with such a button; its place in the data is told by `prefix`."""
        wanted = re.compile(rf"{re.escape(prefix)}[\w-]+:{choice}")
        for message in self._messages(who, place):
            for data in _data(message):
                if wanted.fullmatch(data):
                    await self.wire.press(SHORT[who], message, data)
                    await self._settled()
                    return
        shown = [
            m.get("text", "") for m, _ in zip(self._messages(who, place), range(3), strict=False)
        ]
        raise LookupError(f"no button {prefix}…:{choice} under {shown}")

    async def _press_late(self, who: str, place: str, no: int, told: str) -> None:
        """As somebody does who looks at the card as it was."""
        card = await self._card(who, place, no)
        await self.wire.press(SHORT[who], card, self.before[no], forge=True)
        toasts = await self.wire.answers()  # since the last look: this press alone
        assert told in toasts[-1], toasts

    async def _answer(self, who: str, place: str, words: str) -> None:
        """To what the bot asked last."""
        asked = next(m for m in self._messages(who, place) if m["from"]["is_bot"])
        await self._say(who, place, words, reply_to=asked["message_id"])

    async def _card(self, who: str, place: str, no: int) -> dict[str, Any]:
        """On the screen, else looked up."""
        found = self._shown(who, place, no)
        if found is None:
            await self._say(who, place, f"/find #{no}")
            await self._settled()
            found = self._shown(who, place, no)
            if found is None:
                await self._press(who, place, f"i:{no}:", "open")
                found = self._shown(who, place, no)
        assert found, f"#{no} is nowhere"
        return found

    def _shown(self, who: str, place: str, no: int) -> dict[str, Any] | None:
        own = re.compile(rf"i:{no}:\d+:(?!open)")
        return next((m for m in self._messages(who, place) if any(map(own.match, _data(m)))), None)

    def _messages(self, who: str, place: str) -> Iterator[dict[str, Any]]:
        """Of a chat or topic, the newest first."""
        chat, thread = self._place(who, place)
        kept = self.wire.server.sandbox.state.chats[chat].messages
        for _, message in sorted(kept.items(), reverse=True):
            if not thread or message.get("message_thread_id") == thread:
                yield message

    # what the bot warns of -------------------------------------------------------------------

    def _listen(self) -> None:
        fresh, self.looked = self.wire.calls[self.looked :], len(self.wire.calls)
        for call in fresh:
            if call["method"] == "sendMessage" and call["effect"]:
                message = call["result"]
                for section in message.get("text", "").split("\n\n"):
                    head, *rows = section.split("\n")
                    rule = RULES.get(head[:1])
                    numbers = tuple(int(x) for row in rows for x in re.findall(r"#(\d+) ", row))
                    if rule and "#" not in head and numbers:
                        self.warned.append((self.now, self._name(message), rule, numbers))

    def _name(self, message: dict[str, Any]) -> str:
        chat = message["chat"]["id"]
        places = {self.tm: "tm", FORUM: "hk"}
        return places.get(chat) or next(p.name for p in PEOPLE if p.id == chat)


def _data(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [b.get("callback_data", "") for row in rows for b in row]


# what came of it ------------------------------------------------------------------------------


def known(issue: dict[str, Any]) -> str:
    """What is known of an issue for ever, as the script writes it."""
    parts = [issue["store"], issue["type"], issue["reason"]]
    born = next(e for e in issue["history"] if e["what"] == "open")
    for sign, value in (
        ("o", issue["order_no"]), ("t", issue["tail"]), ("q", issue["quantity"]),
        ("m", issue["amount"]), ("r", issue["responsible"]),
    ):  # fmt: skip
        parts += (
            [f"{sign}{value:g}" if isinstance(value, float) else f"{sign}{value}"] if value else []
        )
    parts += ["!"] if issue["urgent"] else []
    parts += [f"p{born['photos']}"] if born["photos"] else []
    return " ".join(parts)


def end(issue: dict[str, Any]) -> str:
    """What became of an issue, as the script writes it."""
    cost = "-" if issue["cost"] is None else f"{issue['cost']:g}"
    words = [str(issue["number"]), issue["stage"], issue["resolution"] or "-", cost]
    words += [issue["assignee"] or "-"]
    words += ["*"] if issue["reopened"] else []
    words += [f"of {issue['duplicate_of']}"] if issue["duplicate_of"] else []
    return " ".join(words)


def issues(db_url: str, folder: Path) -> list[dict[str, Any]]:
    """`storebot issues --json`, of another process."""
    config = folder / "config.toml"
    config.write_text(f'[telegram]\ntoken = "{TOKEN}"\n[database]\nurl = "{db_url}"\n')
    call = [sys.executable, "-m", "bot", "issues", "--json", "--config", str(config)]
    found: list[dict[str, Any]] = json.loads(subprocess.check_output(call, encoding="utf-8"))
    return found


def team(db: Database) -> None:
    """果然鲜 with its two stores, five people, and each store's chat."""
    with db.write() as s:
        ours = Team(name="果然鲜", created_at=START)
        s.add(ours)
        s.flush()
        own = {"team_id": ours.id, "created_at": START}
        tmall = Store(
            key="tmall", name="天猫旗舰店", platform="taobao", currency="CNY",
            timezone="Asia/Shanghai", **own,
        )  # fmt: skip
        hk = Store(
            key="hk", name="香港店", platform="shopify", currency="HKD",
            timezone="Asia/Hong_Kong", **own,
        )  # fmt: skip
        s.add_all([tmall, hk])
        s.flush()
        for person, role in zip(PEOPLE, ROLES, strict=False):
            s.add(
                Member(
                    team_id=ours.id, telegram_id=person.id, name=person.name, role=role,
                    language=person.language, joined_at=START,
                )
            )  # fmt: skip
            s.flush()
        for chat, kind, thread, store, language in (
            (TMALL, "group", 0, tmall, "zh-hans"),
            (FORUM, "supergroup", TOPIC, hk, "zh-hant"),
        ):
            row = teams.chat(s, chat, kind)
            teams.link(s, row, thread, [store], language, Defaults(), START)


async def played(db_url: str, script: Script, stuck: list[str]) -> Player:
    """The script through a bot and a sandbox over HTTP; `stuck`: where it could go on no further."""
    async with running(db_url, Brisk(START), WORLD) as wire:
        player = Player(wire)
        try:
            await player.play(script.steps)
        except AssertionError as e:
            stuck.append(f"{e}: {e.__cause__!r}")
        return player


def differences(path: Path, folder: Path) -> list[str]:
    """Play a file on a database of its own; what was not as it says."""
    script, url = read(path), f"sqlite:///{folder / 'week.db'}"
    db = Database(url)
    migrate.upgrade(db)
    team(db)
    db.close()
    stuck: list[str] = []
    player = asyncio.run(played(url, script, stuck))
    found = issues(url, folder)
    pairs = [
        *zip(script.born, (known(x) for x in found), strict=False),
        *zip(script.ends, (end(x) for x in found), strict=False),
    ]
    wrong = stuck + [f"expected {a} | found {b}" for a, b in pairs if a != b]
    if len(found) != len(script.born):
        wrong.append(f"{len(found)} issues, not {len(script.born)}")
    expected, heard = sorted(script.warned), sorted(player.warned)
    wrong += [f"not warned: {_told(x)}" for x in expected if x not in heard]
    wrong += [f"warned beside: {_told(x)}" for x in heard if heard.count(x) > expected.count(x)]
    return wrong


def _told(warning: tuple[datetime, str, str, tuple[int, ...]]) -> str:
    at, *rest = warning
    return f"{at + timedelta(hours=8):%a %H:%M} {' '.join(map(str, rest))}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        lines = differences(Path(sys.argv[1]) if sys.argv[1:] else SCRIPT, Path(scratch))
    print("\n".join(lines) or "everything is as the file says")
    sys.exit(bool(lines))
