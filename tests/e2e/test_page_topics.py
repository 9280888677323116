"""Topics, pins and service messages on the chat page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.house import CASES, DAILY, FORUM, LI, SMALL, TEAM, WANG, House, Visit, bubbles


def test_a_topic_shows_its_own_messages_and_counts_the_others(visit: Visit, house: House) -> None:
    for topic, text in ((DAILY, "日报来了"), (CASES, "#123"), (CASES, "#124")):
        house.bot("sendMessage", chat_id=FORUM, message_thread_id=topic, text=text)
    page = visit(WANG, f"{FORUM}&t={DAILY}")
    expect(bubbles(page)).to_have_count(1)
    expect(bubbles(page)).to_contain_text("日报来了")
    expect(page.locator("#head h2")).to_have_text("日报")
    expect(page.locator("#list .tp", has_text="售后").locator(".bd")).to_have_text("2")


def test_what_is_written_in_a_topic_stays_in_it(visit: Visit, house: House) -> None:
    page = visit(WANG, f"{FORUM}&t={CASES}")
    page.fill("#ta", "少件")
    page.keyboard.press("Enter")
    expect(bubbles(page)).to_have_count(1)
    said = house.update("message")
    assert (said["message_thread_id"], said["is_topic_message"]) == (CASES, True)


def test_a_topic_that_was_read_is_read_after_a_reload(visit: Visit, house: House) -> None:
    for topic in (DAILY, CASES):
        house.bot("sendMessage", chat_id=FORUM, message_thread_id=topic, text="x")
    page = visit(WANG, f"{FORUM}&t={DAILY}")
    rows = page.locator("#list .tp")
    expect(rows.filter(has_text="日报").locator(".bd")).to_have_count(0)
    page.reload()
    expect(rows.filter(has_text="售后").locator(".bd")).to_have_text("1")
    expect(rows.filter(has_text="日报").locator(".bd")).to_have_count(0)


def test_on_a_phone_topics_are_tabs(visit: Visit, house: House) -> None:
    house.bot("sendMessage", chat_id=FORUM, message_thread_id=CASES, text="#123")
    page = visit(WANG)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#list .tp >> text=日报")
    page.get_by_role("tab", name="售后").click()
    expect(page.get_by_role("tab", name="售后")).to_have_attribute("aria-selected", "true")
    expect(bubbles(page)).to_contain_text(["#123"])


def test_typing_is_shown_in_its_own_topic_only(visit: Visit, house: House) -> None:
    page = visit(WANG, f"{FORUM}&t={DAILY}")
    expect(page.locator("#sub")).to_have_text("店里 · 3 位成员")
    house.bot("sendChatAction", chat_id=FORUM, message_thread_id=CASES, action="typing")
    house.bot("sendChatAction", chat_id=TEAM, action="typing")
    expect(page.locator("#sub")).to_have_text("店里 · 3 位成员")
    house.bot("sendChatAction", chat_id=FORUM, message_thread_id=DAILY, action="upload_photo")
    expect(page.locator("#sub")).to_have_text("店小二 正在发照片")
    expect(page.locator("#sub")).to_have_text("店里 · 3 位成员", timeout=7000)


def test_a_pinned_message_stands_above_and_leads_to_the_original(
    visit: Visit, house: House
) -> None:
    sent = house.bot("sendMessage", chat_id=TEAM, text="周五盘点")["message_id"]
    for number in range(30):
        house.act("say", person=LI, chat=TEAM, text=f"{number}")
    page = visit(WANG, TEAM)
    house.bot("pinChatMessage", chat_id=TEAM, message_id=sent)
    expect(page.locator("#pin")).to_contain_text("周五盘点")
    expect(page.locator("#col .p", has_text="店小二 置顶了「周五盘点」")).to_have_count(1)
    page.click("#pin")
    expect(page.locator(f"#col [data-id='{sent}']")).to_be_in_viewport()
    house.bot("unpinChatMessage", chat_id=TEAM, message_id=sent)
    expect(page.locator("#pin")).to_be_hidden()


def test_comings_and_goings_are_told_in_words(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    house.act("bot", person=WANG, chat=TEAM, status="left")
    house.act("bot", person=WANG, chat=TEAM, status="member")
    told = page.locator("#col .p")
    expect(told.filter(has_text="王店长 移出了 店小二")).to_have_count(1)
    expect(told.filter(has_text="王店长 拉进了 店小二")).to_have_count(1)


def test_a_group_that_becomes_a_supergroup_goes_on_under_the_readers_eye(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, SMALL)
    new = house.act("migrate", chat=SMALL)["chat"]
    expect(page).to_have_url(f"{house.server.url}/#p={WANG}&c={new}")
    expect(page.locator("#list .row", has_text="小群")).to_have_count(1)
    expect(page.locator("#col .p").last).to_have_text("已升级为超级群组")
