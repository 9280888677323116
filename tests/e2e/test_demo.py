"""`storebot demo` as a process: it starts, answers, and brings the morning."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

TEAM = -1001000000001


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A demo of its own, with its page's address as base."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", str(port), "--data", str(tmp_path),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    try:
        async with asyncio.timeout(120):
            while b"Storebot demo:" not in (line := await process.stdout.readline()):
                assert line, "the demo ended before it was there"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            yield http
    finally:
        process.terminate()
        code = await process.wait()
    assert code == 0


async def said(demo: httpx.AsyncClient, chat: int, what: str = "text") -> dict[str, Any]:
    """The bot's first words in a chat, or the first under a picture."""
    async with asyncio.timeout(30):
        while True:
            for call in (await demo.get("/_sandbox/log")).json()["calls"]:
                here = call["params"].get("chat_id") == str(chat) and call["effect"]
                if here and what in call["result"]:
                    result: dict[str, Any] = call["result"]
                    return result
            await asyncio.sleep(0.1)


async def test_the_sample_company_answers(demo: httpx.AsyncClient) -> None:
    """15 November's figure is the generator's, added up from its files by hand."""
    question = {"person": 1002, "text": "11-15 销售额 tmall"}
    await demo.post("/_sandbox/say", json=question)
    assert "¥9,496.70" in (await said(demo, 1002))["text"]


async def test_the_next_morning_brings_a_card(demo: httpx.AsyncClient) -> None:
    await demo.post("/_sandbox/clock", json={"next": "morning"})
    digest = await said(demo, TEAM, "caption")
    assert digest["caption"].startswith("昨日11‑22(日) 支付¥7,071，较上周日 11‑15 −25.5%")
    assert (digest["photo"][-1]["width"], digest["photo"][-1]["height"]) == (1024, 1280)


async def test_the_page_is_served(demo: httpx.AsyncClient) -> None:
    page = await demo.get("/")
    assert page.headers["content-type"].startswith("text/html")


async def test_who_brings_a_file_is_reminded_in_private(demo: httpx.AsyncClient) -> None:
    """小陈 has said nothing yet, but has pressed Start before."""
    await demo.post("/_sandbox/say", json={"person": 1001, "text": "/stores tmall"})
    card = {"person": 1001, "chat": 1001, "message_id": (await said(demo, 1001))["message_id"]}
    data = {"data": "stores:1:who:orders:3", "forge": True}  # two buttons in one
    await demo.post("/_sandbox/press", json=card | data)
    await asyncio.sleep(1)
    await demo.post("/_sandbox/clock", json={"to": "2026-11-24T08:41:00+08:00"})
    assert (await said(demo, 1003))["text"].startswith("昨日11‑23(一) 还差你这几份：")


async def test_a_card_of_the_desk_stands_in_the_teams_chat(demo: httpx.AsyncClient) -> None:
    card = await said(demo, TEAM)
    assert card["text"].split("\n")[0] == "🟠 #1 仅退款(部分)｜果然鲜 天猫旗舰店｜处理中"
    assert "少件漏发｜责任 仓库(待确认)｜小李 ← 小李 08:32登记" in card["text"]
