"""Every command and button × who × where × how it comes, through one running bot.

Who may what is the table of `test_matrix`; here it is seen from the chats: what is said, to whom, and
that whatever is refused has changed no row. 沈老板's team has rows numbered 7001, which others name.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import SQLModel
from wire import SAYS, Wire, running
from world import Fast

from bot import pushes, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.desk import Draft, Issue
from bot.db.facts import Import
from bot.db.people import Invite, JoinRequest, Member, Point, Question, Store, Team
from bot.db.wire import OutboxRow
from bot.sandbox import world
from handlers import COMMANDS, PRESSES
from tests.handlers.test_matrix import EXPECTED

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOON = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 12:30 in Shanghai
WHO = {
    "owner": 1001, "manager": 1002, "staff": 1003, "leader": 1004, "viewer": 1005,
    "held": 1006,  # a member of staff who may see the other store only
    "outsider": 2001, "stranger": 3001,
}  # fmt: skip
WHERE = {"group": (-77, 0), "supergroup": (-1007, 0), "topic": (-1008, 2)}
KINDS = ("private", *WHERE)
THEIRS = 7001
OURS = ("果然鲜", "天猫旗舰店", "香港店")

REFUSED = "你没有权限做这件事。需要的话找店铺的老板。"
GROUPS_ONLY = "这里用不了，要在团队群里发。"
PRIVATE_ONLY = "这个要私聊我用：点我的头像，再点「发消息」。"
STRANGER = "你好，我是店小二，只为店铺团队服务。"
NOT_YOURS = "这里的店铺不归你看，需要的话找老板。"
INTERNAL = "出错了"
ANONYMOUS = "你是匿名发言"

# what speaks of the stores a chat shows: somebody held to another store gets nothing of it
OF_STORES = {
    "/today", "/record", "/yesterday", "/week", "/month", "/ask", "/why", "words",
    "/issue", "/issues", "/mine", "/find", "/handover", "/fh", "/issuestats", "/export",
}  # fmt: skip
OF_STORES |= {"/todo", "/notice", "/violation", "/live"}
TEXTS = {"words": "@storebot_sandbox_bot 昨天销售额", "/ask": "/ask 昨天销售额"}
# the rule lets these roles in, the door refuses what stands behind this button: 7001:yes
SHUT = {"button inv", "button team"}
# what a client may send that stands on no button: nothing, noise, numbers, other people's rows
FORGED = (
    "", "\x00", "💥%s'\"<b>", "9" * 40, "-1", "0", "::::", "7001", "7001:yes", "7001:7001",
    "theirs:p:week", "1:7001", "all:7001",
)  # fmt: skip


@dataclass
class Cell:
    """One thing done by somebody somewhere; `said` and `toast` are what came of it."""

    who: str
    kind: str
    message_id: int = 0
    query: str = ""
    said: tuple[str, ...] = ()
    toast: str | None = None

    @property
    def chat(self) -> int:
        return WHERE[self.kind][0] if self.kind in WHERE else WHO[self.who]


@dataclass
class Town:
    """The running bot, and a message of its own for every person in every chat."""

    wire: Wire
    panels: dict[tuple[str, str], int]

    async def say(self, cells: list[Cell], text: str, **more: Any) -> list[Cell]:
        mark = len(self.wire.calls)
        for cell in cells:
            thread = WHERE[cell.kind][1] if cell.kind in WHERE else 0
            said = await self.wire.say(WHO[cell.who], text, chat=cell.chat, thread=thread, **more)
            cell.message_id = said["message"]["message_id"]
        return await self._seen(mark, cells)

    async def press(self, cells: list[Cell], data: str, **more: Any) -> list[Cell]:
        mark = len(self.wire.calls)
        for cell in cells:
            cell.message_id = self.panels[cell.who, cell.kind]
            done = await self.wire.act(
                "press", person=WHO[cell.who], chat=cell.chat, message_id=cell.message_id,
                data=data, forge=True, **more,
            )  # fmt: skip
            cell.query = done["callback_query_id"]
        return await self._seen(mark, cells)

    async def _seen(self, mark: int, cells: list[Cell]) -> list[Cell]:
        await self._calm()
        for call in self.wire.calls[mark:]:
            if call["method"] == "answerCallbackQuery":
                for cell in cells:
                    if cell.query == call["params"]["callback_query_id"]:
                        assert cell.toast is None
                        cell.toast = call["params"].get("text", "")
            elif call["method"] in SAYS and call["effect"]:
                m = call["result"]
                meant = {m["message_id"], m.get("reply_to_message", {}).get("message_id")}
                for cell in cells:
                    here = cell.chat == m["chat"]["id"]
                    if here and (cell.kind == "private" or cell.message_id in meant):
                        cell.said += (m.get("text", m.get("caption", "")),)
        return cells

    async def _calm(self) -> None:
        bot, updates = self.wire.bot, self.wire.server.sandbox.state.updates
        async with asyncio.timeout(60):
            while len(updates) or bot.lanes.busy or (states := self._open()):
                if not (len(updates) or bot.lanes.busy) and "answer" not in states:
                    bot.clock.skip(3)  # type: ignore[attr-defined]  # Fast
                    bot.ticks.pump.wake()
                await asyncio.sleep(0.01)

    def _open(self) -> set[str]:
        with self.wire.bot.db.read() as s:
            waiting = OutboxRow.state.in_(("pending", "sending"))  # type: ignore[attr-defined]
            return set(s.exec(select(OutboxRow.method).where(waiting)).scalars())  # type: ignore[call-overload]

    def rows(self) -> dict[str, list[str]]:
        """Everything the business keeps; not what came in and went out."""
        wires = {
            "inbox",
            "outbox",
            "outbox_attempts",
            "chat_paces",
            "alive",
            "menus",
            "issue_warnings",
        }
        with self.wire.bot.db.read() as s:
            return {
                t.name: sorted(map(repr, s.execute(select(t))))
                for t in SQLModel.metadata.sorted_tables
                if t.name not in wires
            }


def _people() -> world.World:
    people = tuple(world.Person(i, name, started=True) for name, i in WHO.items())
    members = tuple(world.Member(i, "creator" if i == 1001 else "member") for i in WHO.values())
    groups = tuple(
        world.Group(
            chat, kind, "group" if kind == "group" else "supergroup", members,
            {thread: "日报"} if thread else {},
        )
        for kind, (chat, thread) in WHERE.items()
    )  # fmt: skip
    return world.World(people, groups)


def _fill(db: Database) -> None:
    with db.write() as s:
        ours, theirs = Team(name="果然鲜", created_at=NOON), Team(name="邻家", created_at=NOON)
        s.add_all([ours, theirs])
        s.flush()
        kept = {"currency": "CNY", "timezone": "Asia/Shanghai", "created_at": NOON}
        stores = [
            Store(team_id=ours.id or 0, key="tmall", name="天猫旗舰店", **kept),
            Store(team_id=ours.id or 0, key="hk", name="香港店", **kept),
        ]
        s.add_all(
            [*stores, Store(id=THEIRS, team_id=theirs.id or 0, key="x", name="邻家店", **kept)]
        )
        roles = dict.fromkeys(WHO, "") | {r: r for r in WHO} | {"held": "staff"}
        for who in ("owner", "manager", "staff", "leader", "viewer", "held"):
            teams.add_member(s, ours.id or 0, WHO[who], who, roles[who], NOON)
        s.flush()
        held = next(m for m in teams.members(s, ours.id or 0) if m.name == "held")
        teams.hold_to(s, held, [stores[1].id or 0])
        boss = Member(
            id=THEIRS, team_id=theirs.id or 0, telegram_id=WHO["outsider"], name="沈老板",
            role="owner", joined_at=NOON,
        )  # fmt: skip
        s.add(boss)
        s.flush()
        _theirs(s, theirs.id or 0)
        for kind, (chat, thread) in WHERE.items():
            row = teams.chat(s, chat, "group" if kind == "group" else "supergroup", kind)
            binding = teams.link(s, row, thread, stores[:1], "zh-hans", Defaults(), NOON)
            for push in pushes.KINDS:
                if "off" in push.modes:
                    pushes.change(s, binding.id or 0, push.slug, mode="off")


def _theirs(s: Any, team: int) -> None:
    s.add(Point(id=THEIRS, team_id=team, name="邻家点", created_at=NOON))
    s.add(JoinRequest(id=THEIRS, team_id=team, telegram_id=1, name="路人", asked_at=NOON))
    s.add(Import(id=THEIRS, team_id=team, store_id=THEIRS, state="done", created_at=NOON))
    s.add(Issue(id=THEIRS, team_id=team, no=1, store_id=THEIRS, opened_at=NOON, staged_at=NOON))
    chat = teams.chat(s, WHO["outsider"], "private").id or 0
    s.add(
        Draft(
            id=str(THEIRS), team_id=team, chat_id=chat, member_id=THEIRS, key="x", fields="{}",
            created_at=NOON, expires_at=NOON + timedelta(days=1),
        )
    )  # fmt: skip
    s.add(Question(id="theirs", team_id=team, query="{}", asked_at=NOON))
    s.add(
        Invite(
            id=THEIRS,
            team_id=team,
            token_hash="x",
            role="staff",
            made_by=THEIRS,
            created_at=NOON,
            expires_at=NOON + timedelta(days=1),
        )
    )


@pytest.fixture(scope="module")
def matrix_url(
    engine_name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if engine_name == "sqlite":
        path = tmp_path_factory.mktemp("matrix") / "storebot.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    postgres = request.getfixturevalue("postgres")
    return str(postgres.url(postgres.take()))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(matrix_url: str) -> AsyncIterator[Town]:
    db = Database(matrix_url)
    _fill(db)
    db.close()
    async with running(matrix_url, Fast(NOON), _people()) as wire:
        panels = {}
        for who, person in WHO.items():
            for kind in KINDS:
                chat, thread = WHERE.get(kind, (person, 0))
                sent = wire.server.sandbox.call(
                    "sendMessage", chat_id=chat, text="panel",
                    **({"message_thread_id": thread} if thread else {}),
                )  # fmt: skip
                panels[who, kind] = sent["message_id"]
        town = Town(wire, panels)
        everybody = [Cell(who, "private") for who in WHO]
        await town.say(everybody, "/help")  # their chats and languages are known from here on
        yield town


def changed(town: Town, before: dict[str, list[str]]) -> dict[str, set[str]]:
    """Table → rows that are new, other or gone."""
    after = town.rows()
    return {t: set(after[t]) ^ set(before[t]) for t in after if after[t] != before[t]}


def everywhere() -> list[Cell]:
    return [Cell(who, kind) for who in WHO for kind in KINDS]


def verdict(row: str, cell: Cell) -> str:
    """What the table of `test_matrix` means for this person in this chat."""
    roles, chats = EXPECTED[row]
    private = cell.kind == "private"
    role = {"held": "staff", "outsider": "owner" if private else "stranger"}.get(cell.who, cell.who)
    fits = ("private" if private else "supergroup") in chats
    if role == "stranger" and not (role in roles and fits):
        return "stranger" if private else "silence"
    if role not in roles:
        return "refused"
    if not fits:
        return "elsewhere"
    if row in SHUT or (row == "button setup" and cell.who != "owner"):  # of the installation
        return "refused"
    return "not yours" if cell.who == "held" and not private and row in OF_STORES else "yes"


def one(cell: Cell) -> str:
    (text,) = cell.said
    return text


def check(row: str, cell: Cell) -> None:
    """The words, for what was said; a press is answered on top of the chat instead."""
    where = f"{row} {cell}"
    words = {
        "refused": REFUSED,
        "elsewhere": PRIVATE_ONLY if cell.kind in WHERE else GROUPS_ONLY,
        "stranger": STRANGER,
        "not yours": NOT_YOURS,
    }
    expected = verdict(row, cell)
    if expected == "silence":
        assert cell.said == (), where
        assert not cell.toast, where
    elif expected == "yes":
        everything = " ".join((*cell.said, cell.toast or ""))
        assert cell.said or cell.toast is not None, where
        greeted = {STRANGER} if cell.who == "stranger" else set()  # by /start
        assert not any(w in everything for w in {*words.values(), INTERNAL} - greeted), where
    else:
        text = cell.toast if cell.query else one(cell)
        assert text is not None and text.startswith(words[expected]), where  # noqa: PT018
    if cell.who in ("outsider", "stranger"):
        assert not any(name in text for name in OURS for text in cell.said), where


COMMAND_ROWS = [*(f"/{c.name}" for c in COMMANDS), "words"]


@pytest.mark.parametrize("row", COMMAND_ROWS)
async def test_a_command_of_everybody_everywhere(town: Town, row: str) -> None:
    cells = everywhere()
    denied = [c for c in cells if verdict(row, c) != "yes"]
    before = town.rows()
    for cell in await town.say(denied, TEXTS.get(row, row)):
        check(row, cell)
    assert changed(town, before) == {}
    for cell in await town.say([c for c in cells if c not in denied], TEXTS.get(row, row)):
        check(row, cell)


@pytest.mark.parametrize("row", COMMAND_ROWS)
async def test_what_is_not_their_own_new_message_is_no_command(town: Town, row: str) -> None:
    """Forwarded, through another bot, in a channel's name, edited: not even the owner's."""
    text, before = TEXTS.get(row, row), town.rows()
    for way in ("forward", "bot", "channel", "linked channel"):
        kinds = KINDS if way in ("forward", "bot") else tuple(WHERE)
        for cell in await town.say([Cell("owner", kind) for kind in kinds], text, via=way):
            assert cell.said == (), (way, cell)
    for kind in KINDS:
        cell = Cell("owner", kind)
        chat, thread = WHERE.get(kind, (cell.chat, 0))
        first = await town.wire.say(WHO["owner"], "hello", chat=chat, thread=thread)
        if kind == "private":
            await town.say([], "")
        mark = first["message"]["message_id"]
        (edited,) = await town.say([cell], text, edit=mark)
        assert edited.said == () or kind == "private", cell  # "hello" itself was a question there
    kept = {name: rows for name, rows in town.rows().items() if name != "questions"}
    assert kept == {name: rows for name, rows in before.items() if name != "questions"}


@pytest.mark.parametrize("row", COMMAND_ROWS)
async def test_an_unseen_administrator_is_asked_who_they_are(town: Town, row: str) -> None:
    before = town.rows()
    cells = [Cell("owner", kind) for kind in WHERE]
    for cell in await town.say(cells, TEXTS.get(row, row), via="anonymous"):
        assert one(cell).startswith(ANONYMOUS), cell
    assert changed(town, before) == {}


@pytest.mark.parametrize("kind", [p.kind for p in PRESSES])
async def test_a_button_on_another_teams_rows(town: Town, kind: str) -> None:
    cells = [c for c in everywhere() if c.who != "outsider" or c.kind != "private"]
    if kind == "join":  # to ask is what it is for
        cells = [c for c in cells if (c.who, c.kind) != ("stranger", "private")]
    before = town.rows()
    for cell in await town.press(cells, f"{kind}:7001:yes"):
        check(f"button {kind}", cell)
    assert changed(town, before) == {}


@pytest.mark.parametrize("kind", [*(p.kind for p in PRESSES), "nonsense"])
async def test_a_button_that_was_forged(town: Town, kind: str) -> None:
    """Not even the owner's changes a row; each is answered, and none is an error of ours."""
    before = town.rows()
    for data in FORGED:
        for cell in await town.press([Cell("owner", k) for k in KINDS], f"{kind}:{data}"):
            assert cell.toast is not None, (data, cell)
            assert INTERNAL not in cell.toast, (data, cell)
            assert "邻家" not in " ".join((*cell.said, cell.toast)), (data, cell)
    after = town.rows()
    assert {n for n in before if after[n] != before[n]} <= {"questions"}


async def test_a_button_under_a_message_that_is_gone(town: Town) -> None:
    before = town.rows()
    for press in PRESSES:
        cells = [Cell(who, kind) for who in ("owner", "stranger") for kind in ("private", "topic")]
        for cell in await town.press(cells, f"{press.kind}:1", inaccessible=True):
            check_gone = {"owner": "这条消息太旧", "stranger": STRANGER}[cell.who]
            if (cell.who, cell.kind) == ("stranger", "topic"):
                assert (cell.said, cell.toast) == ((), ""), cell
            else:
                assert (cell.toast or "").startswith(check_gone), cell
    assert changed(town, before) == {}
