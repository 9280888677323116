"""The chat page in a real Chromium, against the real sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.clock import Clock
from bot.sandbox.api import Sandbox
from bot.sandbox.server import PAGE, Server
from bot.sandbox.world import Group, Member, Person, World

WANG, LI, STRANGER, TEAM = 101, 102, 103, -1001
WORLD = World(
    people=(
        Person(WANG, "王店长", line={"zh-hans": "店长", "en": "manager"}, started=True),
        Person(LI, "小李", line={"zh-hans": "客服", "en": "service"}, started=True),
        Person(STRANGER, "陌生人", outsider=True),
    ),
    groups=(
        Group(
            TEAM, "果然鲜", members=(Member(WANG), Member(LI, title="早班")), bot="administrator"
        ),
    ),
    bot_name="店小二",
)
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday 08:30 in Shanghai
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday 09:00 there
PICTURE = Path(__file__).parents[1] / "dot.png"
BUTTONS = {"inline_keyboard": [[{"text": "解决", "callback_data": "i1:done"}]]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of this machine; without one the tests are skipped, unless one is demanded."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but there is no chromium on the path")
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class House:
    """A sandbox that runs in a thread of its own, and the calls the tests make on it."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(WORLD, Clock(NOW))
        self.server = Server(self.sandbox, next_morning=lambda: MORNING)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self._wait(self.server.start())
        self.http = httpx.Client(base_url=self.server.url, timeout=10)

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def close(self) -> None:
        self.http.close()
        self._wait(self.server.stop())
        self._wait(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def bot(self, method: str, files: dict[str, bytes] | None = None, **params: Any) -> Any:
        """A Bot API call that must succeed."""
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        answer = self.http.post(f"/bot{self.sandbox.token}/{method}", data=data, files=files)
        assert answer.json()["ok"], answer.text
        return answer.json()["result"]

    def act(self, what: str, **body: Any) -> Any:
        """A person does something; the same door the page uses."""
        answer = self.http.post(f"/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def update(self, kind: str) -> dict[str, Any]:
        """The last update of a kind that the bot is given."""
        updates = self.bot("getUpdates", timeout=5)
        found: dict[str, Any] = [u[kind] for u in updates if kind in u][-1]
        return found


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Visit]:
    """Open the page as somebody. Whatever it asks of another host, or logs as an error, fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    trouble: list[str] = []
    page = context.new_page()
    page.set_default_timeout(5000)
    page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda r: trouble.append(r.url) if "//127.0.0.1:" not in r.url else None)

    def open_as(person: int = WANG, chat: int | str = "") -> Page:
        page.goto(f"{house.server.url}/#p={person}&c={chat}")
        expect(page.locator("#people [aria-checked=true]")).to_be_visible()
        return page

    yield open_as
    context.close()
    assert [line for line in trouble if not line.startswith(("data:", "blob:"))] == []


def bubbles(page: Page) -> Any:
    return page.locator("#col article")


def test_a_sent_text_stands_as_a_bubble_and_reaches_the_bot(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    page.fill("#ta", "昨天 销售额")
    page.keyboard.press("Enter")
    expect(bubbles(page)).to_contain_text(["昨天 销售额"])
    assert house.update("message")["text"] == "昨天 销售额"
    assert page.input_value("#ta") == ""


def test_markup_in_a_text_stays_text(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    hostile = '<img src=x onerror="document.title=1"><b>粗</b>'
    house.bot("sendMessage", chat_id=TEAM, text=hostile)
    page.fill("#ta", hostile)
    page.keyboard.press("Enter")
    expect(page.locator("#col .x")).to_contain_text([hostile, hostile])
    assert page.locator("#col img, #col .x b").count() == 0
    assert page.title() == "店小二"


def test_entities_of_a_message_are_drawn(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    text = "😀<b>粗<i>斜</i></b>\n<blockquote>引</blockquote>\n<pre>12  3</pre><a href='http://a.cn/'>链</a>"
    house.bot("sendMessage", chat_id=WANG, text=text, parse_mode="HTML")
    bubble = page.locator("#col .x")
    expect(bubble.locator("b")).to_have_text("粗斜")
    expect(bubble.locator("b em")).to_have_text("斜")
    expect(bubble.locator("blockquote")).to_have_text("引")
    expect(bubble.locator("pre")).to_have_text("12  3")
    expect(bubble.locator("a")).to_have_attribute("href", "http://a.cn/")


def test_a_pressed_button_reaches_the_bot_and_its_answer_is_a_toast(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, WANG)
    house.bot("sendMessage", chat_id=WANG, text="#123", reply_markup=BUTTONS)
    page.click("text=解决")
    expect(page.locator(".k")).to_have_attribute("aria-busy", "true")
    query = house.update("callback_query")
    assert query["data"] == "i1:done"
    house.bot("answerCallbackQuery", callback_query_id=query["id"], text="已解决")
    expect(page.locator("#toast.on")).to_have_text("已解决")
    expect(page.locator(".k")).not_to_have_attribute("aria-busy", "true")


def test_an_answer_that_is_an_alert_is_a_dialog_until_it_is_closed(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, WANG)
    house.bot("sendMessage", chat_id=WANG, text="#123", reply_markup=BUTTONS)
    page.click("text=解决")
    query = house.update("callback_query")["id"]
    house.bot("answerCallbackQuery", callback_query_id=query, text="没有权限", show_alert="true")
    expect(page.get_by_role("alertdialog")).to_contain_text("没有权限")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_a_picture_opens_with_its_caption_and_escape_closes_it(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    house.bot("sendPhoto", {"photo": PICTURE.read_bytes()}, chat_id=TEAM, caption="昨日日报")
    page.click("#col .ph")
    expect(page.locator("#view")).to_be_visible()
    expect(page.locator("#vc")).to_have_text("昨日日报")
    page.keyboard.press("Escape")
    expect(page.locator("#view")).to_be_hidden()


def test_a_picked_file_is_sent_as_a_document(visit: Visit, house: House, tmp_path: Path) -> None:
    page = visit(WANG, TEAM)
    orders = tmp_path / "订单.csv"
    orders.write_text("订单编号\n1\n", encoding="utf8")
    page.set_input_files("#pick", orders)
    expect(page.locator("#col .out .doc")).to_contain_text("订单.csv")
    expect(page.locator("#col .out .doc")).to_have_attribute("download", "订单.csv")
    last = house.http.get("/_sandbox/messages", params={"person": WANG, "chat": TEAM}).json()
    assert last["messages"][-1]["document"]["file_name"] == "订单.csv"


def test_a_dropped_picture_is_sent_as_a_photo(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    page.evaluate(
        """async bytes => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'a.png', {type: 'image/png'}));
        const send = (on, kind) => on.dispatchEvent(
            new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));
        send(window, 'dragover'); send(document.querySelector('[data-as=photo]'), 'drop') }""",
        list(PICTURE.read_bytes()),
    )
    expect(page.locator("#col .out[data-id] .ph")).to_be_visible()
    assert "photo" in house.update("message")


def test_an_edit_changes_the_bubble_in_place_and_a_deletion_removes_it(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, WANG)
    sent = house.bot("sendMessage", chat_id=WANG, text="17/23")["message_id"]
    expect(bubbles(page)).to_contain_text(["17/23"])
    house.bot("editMessageText", chat_id=WANG, message_id=sent, text="18/23")
    expect(bubbles(page)).to_contain_text(["18/23"])
    expect(page.locator("#col .t")).to_contain_text("已编辑")
    house.bot("deleteMessage", chat_id=WANG, message_id=sent)
    expect(bubbles(page)).to_have_count(0)


def test_the_language_switch_sets_the_persons_language_and_the_pages_words(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, WANG)
    page.click("text=English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Who I am")).to_be_visible()
    people = house.http.get("/_sandbox/people").json()["people"]
    assert {p["id"]: p["language_code"] for p in people}[WANG] == "en"


def test_next_morning_moves_the_clock_and_says_so_in_the_chat(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    expect(page.locator("#dtime")).to_have_text("08:30")
    page.click("text=到第二天早上")
    expect(page.locator("#dtime")).to_have_text("09:00")
    expect(page.locator("#dday")).to_contain_text("11月24日 周二")
    expect(page.locator("#col .clk")).to_contain_text("11月24日 周二 09:00")


def test_another_person_sees_only_their_own_chats(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    house.bot("sendMessage", chat_id=TEAM, text="毛利 7.18万")
    expect(bubbles(page)).to_have_count(1)
    page.click("#people >> text=陌生人")
    expect(page.locator("#list .row")).to_have_count(1)
    expect(page.locator("#start")).to_be_visible()
    assert page.get_by_text("毛利").count() == 0


def test_what_the_bot_writes_elsewhere_is_counted_until_it_is_read(
    visit: Visit, house: House
) -> None:
    page = visit(WANG)
    house.bot("sendMessage", chat_id=WANG, text="客服表还没到")
    house.bot("sendMessage", chat_id=LI, text="客服表呢")
    expect(page.locator("#list .bd")).to_have_text("1")
    expect(page.locator("#people .bd")).to_have_text("1")  # 小李 has one as well
    page.click("#list >> text=客服表还没到")
    expect(page.locator("#list .bd")).to_have_count(0)
    expect(page.locator("#col .bar")).to_have_text("未读消息")


def test_the_list_after_a_slash_comes_from_the_bot(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    commands = [{"command": c, "description": d} for c, d in (("ask", "问"), ("today", "今日"))]
    house.bot("setMyCommands", commands=commands)
    expect(page.locator("#cmd")).to_be_visible()
    page.fill("#ta", "/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert house.update("message")["text"] == "/today"


def test_a_reply_quotes_what_it_answers(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    sent = house.bot("sendMessage", chat_id=TEAM, text="#123 少件")["message_id"]
    bubbles(page).click(button="right")
    page.get_by_role("menuitem", name="回复").click()
    page.keyboard.type("打包视频属实")
    page.keyboard.press("Enter")
    expect(page.locator("#col .out .rq")).to_contain_text("#123 少件")
    assert house.update("message")["reply_to_message"]["message_id"] == sent


def test_without_connection_a_text_waits_and_goes_when_it_is_back(
    browser: Browser, house: House
) -> None:
    page = browser.new_page()
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    page.wait_for_selector("#ta", timeout=5000)
    page.route("**/_sandbox/**", lambda route: route.abort())
    page.fill("#ta", "A01 今天补多少？")
    page.keyboard.press("Enter")
    expect(page.locator("#net")).to_be_visible()
    expect(bubbles(page)).to_have_count(1)
    page.unroute("**/_sandbox/**")
    page.click("#retry")
    expect(page.locator("#net")).to_be_hidden()
    expect(page.locator("#col .out[data-id]")).to_have_count(1)
    assert house.update("message")["text"] == "A01 今天补多少？"
    page.close()


def test_the_keys_reach_every_message_and_its_buttons(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    house.bot("sendMessage", chat_id=WANG, text="#123", reply_markup=BUTTONS)
    expect(page.locator(".k")).to_be_visible()
    bubbles(page).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".k")).to_be_focused()
    page.keyboard.press("Enter")
    assert house.update("callback_query")["data"] == "i1:done"


def test_an_edit_above_does_not_move_what_is_being_read(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    sent = [house.bot("sendMessage", chat_id=WANG, text=f"{i}") for i in range(40)]
    expect(bubbles(page)).to_have_count(40)
    page.evaluate("document.getElementById('log').scrollTop = 600")
    eye = page.locator(f"[data-id='{sent[25]['message_id']}']")
    before = eye.evaluate("node => node.getBoundingClientRect().top")
    house.bot("editMessageText", chat_id=WANG, message_id=sent[1]["message_id"], text="长" * 900)
    expect(bubbles(page).nth(1)).to_contain_text("长长")
    assert abs(eye.evaluate("node => node.getBoundingClientRect().top") - before) < 2


def test_alt_and_a_digit_is_another_person(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    expect(page.locator("#head h2")).to_have_text("果然鲜")
    page.keyboard.press("Alt+Digit2")
    expect(page.locator("#people [aria-checked=true]")).to_contain_text("小李")
    expect(page.locator("#head h2")).to_have_text("果然鲜")
    assert page.url.endswith(f"#p={LI}&c={TEAM}")


def test_on_a_phone_list_and_chat_swap_and_the_desk_is_a_sheet(visit: Visit, house: House) -> None:
    page = visit(WANG)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#list >> text=果然鲜")
    expect(page.locator("#list")).to_be_hidden()
    page.click("#back")
    expect(page.locator("#list")).to_be_visible()
    page.click("#sme")
    expect(page.locator("#sheet #people")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_page_is_one_small_file_that_names_no_other_host() -> None:
    content = PAGE.read_bytes()
    assert len(content) < 60_000
    urls = re.findall(r"https?://[\w.-]*", content.decode("utf8"))
    assert set(urls) <= {"http://www.w3.org", "https://"}  # the namespace of SVG; a bare scheme
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=(?!data:)", content.decode("utf8"))
