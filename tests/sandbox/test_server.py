"""The sandbox over HTTP: polls that wait, files, control, and a door for this machine only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from bot.delivery import trust
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from tests.sandbox.town import OWNER, STAFF, TEAM, png

Path = Callable[[str], str]


async def waiting(http: httpx.AsyncClient, url: str) -> asyncio.Task[httpx.Response]:
    """A request that has arrived and has no answer yet."""
    task = asyncio.create_task(http.get(url))
    await asyncio.sleep(0.1)
    assert not task.done()
    return task


async def test_a_poll_waits_for_an_update(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox
) -> None:
    poll = await waiting(http, api("getUpdates") + "?timeout=20")
    sandbox.say(OWNER, "hi")
    assert (await poll).json()["result"][0]["message"]["text"] == "hi"


async def test_a_poll_without_updates_ends_empty(http: httpx.AsyncClient, api: Path) -> None:
    assert (await http.get(api("getUpdates") + "?timeout=1")).json() == {"ok": True, "result": []}


async def test_the_older_of_two_polls_is_ended(http: httpx.AsyncClient, api: Path) -> None:
    older = await waiting(http, api("getUpdates") + "?timeout=20")
    newer = await http.get(api("getUpdates") + "?timeout=0")
    assert newer.status_code == 200
    answer = await older
    assert answer.status_code == 409
    assert answer.json()["description"] == (
        "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running"
    )


async def test_setting_a_webhook_ends_the_poll(http: httpx.AsyncClient, api: Path) -> None:
    poll = await waiting(http, api("getUpdates") + "?timeout=20")
    await http.post(api("setWebhook"), json={"url": "https://a.example/hook"})
    said = (await poll).json()["description"]
    assert said == "Conflict: terminated by setWebhook request"


async def test_an_update_is_not_lost_with_a_poll_whose_client_left(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await http.get(api("getUpdates") + "?timeout=20", timeout=0.1)
    await asyncio.sleep(0.1)
    assert sandbox.log.calls[-1]["error"] == "the client left"
    sandbox.say(OWNER, "hi")
    assert len((await http.get(api("getUpdates"))).json()["result"]) == 1


async def test_the_log_waits_and_tells_every_call_in_order(
    http: httpx.AsyncClient, api: Path
) -> None:
    await http.get(api("getMe"))
    log = await waiting(http, "/_sandbox/log?after=1&wait=20")
    await http.post(api("sendMessage"), json={"chat_id": OWNER, "text": "hi"})
    (call,) = (await log).json()["calls"]
    assert (call["n"], call["method"], call["status"]) == (2, "sendMessage", 200)
    assert call["params"] == {"chat_id": OWNER, "text": "hi"}
    assert (call["message_id"], call["effect"]) == (1, True)
    assert (await http.get("/_sandbox/log")).json()["n"] == 2


async def test_an_upload_is_logged_by_name_size_and_digest(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox
) -> None:
    media = json.dumps([{"type": "photo", "media": "attach://a"}])
    files = {"a": ("a.png", png(9, 9).content)}
    await http.post(api("sendMediaGroup"), data={"chat_id": OWNER, "media": media}, files=files)
    (entry,) = sandbox.log.calls[-1]["params"]["media"]
    assert (entry["media"]["file_name"], entry["media"]["size"]) == ("a.png", 24)
    assert len(entry["media"]["sha256"]) == 64
    assert "a" not in sandbox.log.calls[-1]["params"]


async def test_a_person_uploads_and_the_bot_downloads(
    http: httpx.AsyncClient, api: Path, sandbox: Sandbox
) -> None:
    form = {"person": OWNER, "caption": "二月", "client_id": "c1"}
    sent = await http.post("/_sandbox/upload", data=form, files={"file": ("a.csv", b"x,y")})
    document = sent.json()["message"]["document"]
    file = (await http.get(api("getFile"), params={"file_id": document["file_id"]})).json()
    path = file["result"]["file_path"]
    assert (await http.get(f"/file/bot{sandbox.token}/{path}")).content == b"x,y"
    assert (await http.get("/file/bot1:x/" + path)).status_code == 404
    shown = await http.get(f"/_sandbox/file/{document['file_id']}")
    assert shown.headers["content-type"].startswith("text/csv")
    assert shown.headers["content-disposition"] == "attachment"


async def test_events_wait_and_echo_the_pages_own_id(http: httpx.AsyncClient, api: Path) -> None:
    events = await waiting(http, f"/_sandbox/events?person={OWNER}&after=0&wait=20")
    said = {"person": OWNER, "text": "hi", "client_id": "c7"}
    message = (await http.post("/_sandbox/say", json=said)).json()["message"]
    body = (await events).json()
    assert body["events"] == [
        {"seq": 1, "kind": "message", "chat": OWNER, "message": message, "client_id": "c7"}
    ]
    await http.get(api("getUpdates"))
    later = (await http.get(f"/_sandbox/events?person={OWNER}&after={body['seq']}")).json()
    assert later["events"][0]["kind"] == "seen"
    assert later["events"][0]["message_id"] == message["message_id"]


async def test_a_press_over_http_is_checked_unless_forged(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    keys = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}
    message = sandbox.call("sendMessage", chat_id=TEAM, text="x", reply_markup=keys)
    body = {"person": STAFF, "chat": TEAM, "message_id": message["message_id"], "data": "e"}
    refused = await http.post("/_sandbox/press", json=body)
    assert (refused.status_code, refused.json()["error"]) == (404, "message 1 has no button 'e'")
    forged = await http.post("/_sandbox/press", json=body | {"forge": True})
    assert forged.json() == {"callback_query_id": "4000000000001"}


@pytest.mark.parametrize(
    ("body", "starts"),
    [
        ({"to": "2026-12-01T09:00:00+08:00"}, "2026-12-01T01:00:0"),
        ({"to": "2026-12-01T09:00:00"}, "2026-12-01T09:00:0"),
        ({"by": 86400}, "2026-11-24T00:30:0"),
        ({"next": "morning"}, "2026-11-24T01:00:0"),
    ],
)
async def test_the_clock_moves_and_everybody_hears_it(
    server: Server, http: httpx.AsyncClient, body: dict[str, object], starts: str
) -> None:
    server.next_morning = lambda: datetime(2026, 11, 24, 1, tzinfo=UTC)
    now = (await http.post("/_sandbox/clock", json=body)).json()["now"]
    assert now.startswith(starts)
    assert server.sandbox.state.events.after(0, STAFF)[-1] == {
        "seq": 1,
        "kind": "clock",
        "now": now,
    }


@pytest.mark.parametrize(
    ("call", "body", "status", "said"),
    [
        ("say", {"text": "x"}, 400, "person is missing"),
        ("say", {"person": "x", "text": "x"}, 400, "person must be a number"),
        ("say", {"person": 9, "text": "x"}, 404, "nobody has the id 9"),
        ("say", {"person": OWNER, "text": ""}, 400, "a message has 1 to 4096 characters, not 0"),
        ("say", {"person": OWNER, "text": "x", "reply_to": 9}, 404, "chat 101 has no message 9"),
        ("upload", {"person": OWNER}, 400, "file is missing: send it as a multipart part"),
        ("clock", {"to": "noon"}, 400, "no instant: 'noon'"),
        ("clock", {"next": "morning"}, 404, "nobody here knows when the next morning is"),
        ("bot", {"person": OWNER, "chat": TEAM, "status": "x"}, 400, "no member status 'x'"),
        ("dance", {}, 404, "no POST /_sandbox/dance"),
    ],
)
async def test_a_wrong_control_call_gets_one_line(
    http: httpx.AsyncClient, call: str, body: dict[str, object], status: int, said: str
) -> None:
    answer = await http.post(f"/_sandbox/{call}", json=body)
    assert (answer.status_code, answer.json()) == (status, {"error": said})


async def test_the_bots_place_and_a_groups_move_are_controlled(http: httpx.AsyncClient) -> None:
    body = {"person": OWNER, "chat": TEAM, "status": "administrator"}
    assert (await http.post("/_sandbox/bot", json=body)).status_code == 200
    moved = (await http.post("/_sandbox/migrate", json={"chat": -77})).json()
    assert moved == {"chat": -1000000000077}


async def test_view_and_people_show_names_lines_and_the_zone(http: httpx.AsyncClient) -> None:
    shown = (await http.get(f"/_sandbox/view?person={OWNER}")).json()
    assert (shown["zone"], shown["bot"]["username"]) == ("Asia/Shanghai", "shop_bot")
    team = next(chat for chat in shown["chats"] if chat["id"] == TEAM)
    assert team["members"][1] == {"id": STAFF, "name": "小陈", "title": "早班"}
    assert team["member_count"] == 3
    people = (await http.get("/_sandbox/people")).json()["people"]
    assert (people[0]["line"], people[2]["outsider"]) == ({"en": "owner"}, True)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example:8765"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
async def test_a_foreign_page_reaches_nothing(
    http: httpx.AsyncClient, sandbox: Sandbox, headers: dict[str, str]
) -> None:
    said = {"person": OWNER, "text": "hi"}
    answer = await http.post("/_sandbox/say", json=said, headers=headers)
    assert answer.status_code == 403
    assert len(sandbox.state.updates) == 0


async def test_the_page_may_load_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


async def test_a_broken_body_is_refused(http: httpx.AsyncClient, api: Path) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await http.post(api("getMe"), content=b"{", headers=headers)
    assert answer.status_code == 400


async def test_what_cannot_be_a_token_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/botnonsense/getMe")).json()["error_code"] == 404


async def test_stopping_lets_a_waiting_poll_go(sandbox: Sandbox) -> None:
    server = await Server(sandbox).start()
    async with httpx.AsyncClient(base_url=server.url, verify=trust(), timeout=60) as http:
        poll = await waiting(http, f"/bot{sandbox.token}/getUpdates?timeout=20")
        await server.stop()
        async with asyncio.timeout(10):  # by an answer or by a cut, but not after its 20 seconds
            with contextlib.suppress(httpx.HTTPError):
                await poll


async def test_a_server_stops_at_once_whatever_happens_that_moment(sandbox: Sandbox) -> None:
    server = await Server(sandbox).start()
    await asyncio.sleep(0.05)  # the courier waits for the bell by now
    server.bell.ring()
    await asyncio.wait_for(server.stop(), 5)
