"""The look of the chat page: languages, layouts, light and dark, contrast, speed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.server import PAGE
from tests.e2e.house import BUTTONS, LI, TEAM, WANG, House, Visit, bubbles

# the contrast of every visible text with the nearest ground that is not see-through
_CONTRAST = """() => {
  const rgba = s => { const c = document.createElement('canvas').getContext('2d');
    c.fillStyle = s; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data] };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92
    : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
  const ground = e => { for (; e; e = e.parentElement) {
    const style = getComputedStyle(e); if (style.backgroundImage != 'none') return null;
    const c = rgba(style.backgroundColor); if (c[3] > 250) return c } return null };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
    const under = own && e.checkVisibility() && !e.closest('[inert],.av') && ground(e);
    if (!under) continue;
    const a = light(rgba(getComputedStyle(e).color).slice(0, 3)), b = light(under.slice(0, 3));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.45) poor.push(e.textContent.trim().slice(0, 20) + ' ' + ratio.toFixed(2)) }
  return poor }"""
_SHIFTS = """window.shifts = 0; new PerformanceObserver(list => { for (const e of list.getEntries())
  if (!e.hadRecentInput) window.shifts += e.value })
  .observe({type: 'layout-shift', buffered: true})"""


def talk(house: House) -> None:
    """Something of everything in the team's chat."""
    house.act("say", person=LI, chat=TEAM, text="早 https://a.cn/x")
    text = "<b>粗</b> <code>A01</code><blockquote>引</blockquote><pre>1  2</pre>"
    house.bot("sendMessage", chat_id=TEAM, text=text, parse_mode="HTML", reply_markup=BUTTONS)
    house.act("say", person=WANG, chat=TEAM, text="好")


def test_the_language_switch_sets_the_persons_language_and_the_pages_words(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, WANG)
    page.click("text=English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Who I am")).to_be_visible()
    people = house.http.get("/_sandbox/people").json()["people"]
    assert {p["id"]: p["language_code"] for p in people}[WANG] == "en"


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser: Browser, house: House, scheme: Any) -> None:
    talk(house)
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    expect(bubbles(page)).to_have_count(3)
    assert page.evaluate(_CONTRAST) == []
    page.close()


def test_the_page_follows_the_system_until_it_is_told_otherwise(
    browser: Browser, house: House
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    expect(page.locator("html")).to_have_class("dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_class("")
    page.click("#looks >> text=深色")
    page.reload()
    expect(page.locator("html")).to_have_class("dark")
    page.close()


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_sticks_out_of_any_width(browser: Browser, house: House, width: int) -> None:
    talk(house)
    page = browser.new_page(viewport={"width": width, "height": 720})
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    expect(bubbles(page)).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_who_wants_no_motion_gets_none(browser: Browser, house: House) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    expect(page.locator("#sub")).to_be_visible()
    house.act("say", person=LI, chat=TEAM, text="早")
    expect(bubbles(page)).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0
    page.close()


def slow(browser: Browser, house: House) -> Page:
    """A phone a quarter as fast as this machine, about to open a chat of 200 messages."""
    for number in range(200):
        house.act("say", person=LI, chat=TEAM, text=f"第{number}条：今天的货到了没有？")
    house.act("read", person=WANG, chat=TEAM, message_id=10**6)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(_SHIFTS)
    return page


def test_the_page_is_quick_and_still_on_a_slow_phone(browser: Browser, house: House) -> None:
    page = slow(browser, house)
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    expect(bubbles(page)).to_have_count(60)
    ready = page.evaluate("performance.now()")
    paint = page.evaluate("performance.getEntriesByName('first-paint')[0].startTime")
    page.wait_for_timeout(300)
    # the targets are 300 and 600 ms on a machine at rest; tests share theirs
    assert (paint < 1500, ready < 3000) == (True, True)
    assert page.evaluate("window.shifts") < 0.05
    page.context.close()
