"""Replies on the chat page: begun by menu, key or swipe, quoted, and followed to the original."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.e2e.house import TEAM, WANG, House, Visit, bubbles


def test_a_reply_quotes_what_it_answers(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    sent = house.bot("sendMessage", chat_id=TEAM, text="#123 少件")["message_id"]
    bubbles(page).click(button="right")
    page.get_by_role("menuitem", name="回复").click()
    page.keyboard.type("打包视频属实")
    page.keyboard.press("Enter")
    expect(page.locator("#col .out .rq")).to_contain_text("#123 少件")
    assert house.update("message")["reply_to_message"]["message_id"] == sent


def test_a_key_replies_to_the_message_that_is_chosen(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    sent = house.bot("sendMessage", chat_id=TEAM, text="#123 少件")["message_id"]
    bubbles(page).focus()
    page.keyboard.press("r")
    expect(page.locator("#rbar")).to_contain_text("回复 店小二")
    page.keyboard.type("属实")
    page.keyboard.press("Enter")
    assert house.update("message")["reply_to_message"]["message_id"] == sent
    expect(page.locator("#rbar")).to_be_hidden()


def test_escape_gives_a_begun_reply_up(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    house.bot("sendMessage", chat_id=TEAM, text="#123 少件")
    expect(bubbles(page)).to_have_count(1)
    page.focus("#ta")
    page.keyboard.press("Control+ArrowUp")
    expect(page.locator("#rbar")).to_contain_text("#123 少件")
    page.keyboard.press("Escape")
    expect(page.locator("#rbar")).to_be_hidden()
    page.keyboard.type("好")
    page.keyboard.press("Enter")
    assert "reply_to_message" not in house.update("message")


def test_a_swipe_to_the_left_replies(browser: Browser, house: House) -> None:
    house.bot("sendMessage", chat_id=TEAM, text="#123 少件")
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{house.server.url}/#p={WANG}&c={TEAM}")
    box = bubbles(page).bounding_box()
    assert box is not None
    touch = context.new_cdp_session(page)
    y = box["y"] + 10
    for kind, x in (("touchStart", 200), ("touchMove", 150), ("touchMove", 110), ("touchEnd", 0)):
        points = [{"x": x, "y": y}] if x else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator("#rbar")).to_contain_text("#123 少件")
    context.close()


def test_a_quote_leads_to_a_message_far_above(visit: Visit, house: House) -> None:
    first = house.bot("sendMessage", chat_id=WANG, text="第一条")["message_id"]
    for number in range(130):
        house.bot("sendMessage", chat_id=WANG, text=str(number))
    reply = {"message_id": first}
    house.bot("sendMessage", chat_id=WANG, text="回头看", reply_parameters=reply)
    house.act("read", person=WANG, chat=WANG, message_id=first + 131)
    page = visit(WANG, WANG)
    page.click("#col .rq")
    found = page.locator(f"#col [data-id='{first}']")
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()


def test_an_own_message_is_edited_and_marked(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    page.fill("#ta", "A01 少1")
    page.keyboard.press("Enter")
    expect(page.locator("#col .out[data-id]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(page.locator("#ta")).to_have_value("A01 少1")
    page.fill("#ta", "A01 少2")
    page.keyboard.press("Enter")
    expect(page.locator("#col .out .x")).to_contain_text("A01 少2已编辑")
    assert house.update("edited_message")["text"] == "A01 少2"
