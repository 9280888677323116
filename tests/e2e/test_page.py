"""The chat page in a real Chromium, against the real sandbox."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.e2e.house import BUTTONS, LI, TEAM, WANG, House, Visit, bubbles


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


def test_a_spoiler_and_a_long_quote_open_at_a_press(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    lines = "\n".join("一二三四五六")
    text = f"<tg-spoiler>藏</tg-spoiler><blockquote expandable>{lines}</blockquote>"
    house.bot("sendMessage", chat_id=WANG, text=text, parse_mode="HTML")
    folded = page.locator(".fold")
    before = folded.evaluate("node => node.offsetHeight")
    folded.click()
    expect(folded).to_have_attribute("aria-expanded", "true")
    assert folded.evaluate("node => node.offsetHeight") > before
    page.click(".sp")
    expect(page.locator(".sp")).to_have_count(0)


def test_history_comes_in_pages_and_300_messages_stand_at_most(visit: Visit, house: House) -> None:
    for number in range(420):
        house.act("say", person=LI, chat=TEAM, text=f"第{number}条")
    house.act("read", person=WANG, chat=TEAM, message_id=10**6)
    page = visit(WANG, TEAM)
    expect(bubbles(page)).to_have_count(60)
    for _ in range(9):
        page.evaluate("document.getElementById('log').scrollTop = 0")
        page.wait_for_timeout(150)
    expect(page.locator("#col .x").first).to_contain_text("第0条")
    expect(bubbles(page)).to_have_count(300)
    page.click("#down")
    expect(page.locator("#col .x").last).to_contain_text("第419条")
