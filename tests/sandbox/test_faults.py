"""Trouble on demand: what the client gets, what really happened, when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from bot.sandbox.api import Sandbox
from bot.sandbox.faults import KINDS, Fault
from bot.sandbox.params import Params
from tests.sandbox.town import OWNER, TEAM

Path = Callable[[str], str]
HELLO = {"chat_id": str(OWNER), "text": "hi"}


def to(chat: int) -> Params:
    return Params({"chat_id": chat, "text": "hi"})


def sent(sandbox: Sandbox) -> int:
    return len(sandbox.state.chats[OWNER].messages)


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("400", 400, "Bad Request: chat not found"),
        ("401", 401, "Unauthorized"),
        ("403", 403, "Forbidden: bot was blocked by the user"),
        ("404", 404, "Not Found"),
        ("429", 429, "Too Many Requests: retry after 7"),
        ("500", 500, "Internal Server Error"),
        ("502", 502, "Bad Gateway"),
    ],
)
async def test_a_refusal_on_demand_has_no_effect(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox, kind: str, status: int, said: str
) -> None:
    sandbox.faults.add(Fault("sendMessage", kind, retry_after=7))
    answer = await http.post(api("sendMessage"), data=HELLO)
    assert (answer.status_code, answer.json()["description"]) == (status, said)
    assert answer.json().get("parameters") == ({"retry_after": 7} if kind == "429" else None)
    assert sent(sandbox) == 0
    assert not sandbox.log.calls[-1]["effect"]


@pytest.mark.parametrize("kind", ["500_after", "502_after", "html_after"])
async def test_an_error_may_come_after_the_effect(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox, kind: str
) -> None:
    sandbox.faults.add(Fault("sendMessage", kind))
    assert (await http.post(api("sendMessage"), data=HELLO)).status_code >= 500
    assert sent(sandbox) == 1
    call = sandbox.log.calls[-1]
    assert (call["effect"], call["message_id"], call["fault"]) == (True, 1, kind)


async def test_a_proxy_answers_with_a_page(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("sendMessage", "html"))
    answer = await http.post(api("sendMessage"), data=HELLO)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("kind", "error", "effect"),
    [
        ("timeout_before", httpx.ReadTimeout, False),
        ("timeout_after", httpx.ReadTimeout, True),
        ("drop_before", httpx.RemoteProtocolError, False),
        ("drop_after", httpx.RemoteProtocolError, True),
    ],
)
async def test_silence_hides_whether_it_was_done(
    http: httpx.AsyncClient,
    api: Path,
    sandbox: Sandbox,
    kind: str,
    error: type[Exception],
    *,
    effect: bool,
) -> None:
    sandbox.faults.add(Fault("sendMessage", kind))
    with pytest.raises(error):
        await http.post(api("sendMessage"), data=HELLO, timeout=0.2)
    assert sent(sandbox) == int(effect)
    call = sandbox.log.calls[-1]
    assert (call["status"], call["error"], call["effect"]) == (0, kind, effect)


def test_a_fault_waits_for_its_turn_and_its_chat(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("sendMessage", "500", TEAM, times=2, after=1))
    chats = [OWNER, TEAM, TEAM, OWNER, TEAM, TEAM]
    for chat in chats:
        sandbox.receive("sendMessage", to(chat))
    assert [call["status"] for call in sandbox.log.calls] == [200, 200, 500, 200, 500, 200]
    assert sandbox.faults.listed() == []


def test_a_fault_without_end_lasts_until_it_is_cleared(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("*", "500", times=0))
    assert [sandbox.receive("getMe", to(0)).status for _ in range(3)] == [500] * 3
    sandbox.faults.clear()
    assert sandbox.receive("getMe", to(0)).status == 200


def test_the_text_of_a_fault_can_be_given(sandbox: Sandbox) -> None:
    said = "Bad Request: message thread not found"
    sandbox.faults.add(Fault("sendMessage", "400", description=said))
    assert sandbox.receive("sendMessage", to(OWNER)).body == {
        "ok": False,
        "error_code": 400,
        "description": said,
    }


async def test_a_fault_reaches_a_poll_that_waits(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox
) -> None:
    poll = asyncio.create_task(http.post(api("getUpdates"), data={"timeout": "20"}))
    await asyncio.sleep(0.1)
    body = {"method": "getUpdates", "kind": "401"}
    assert (await http.post("/_sandbox/fault", json=body)).json()["faults"][0]["times"] == 1
    assert (await poll).status_code == 401


async def test_a_kind_that_does_not_exist_is_named(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/fault", json={"method": "getMe", "kind": "flood"})
    assert answer.status_code == 400
    assert answer.json()["error"] == f"no fault 'flood'; there are {', '.join(KINDS)}"
