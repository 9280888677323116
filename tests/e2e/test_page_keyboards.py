"""Keyboards of the bot on the chat page: below the line, under messages, and what they set off."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.house import LI, TEAM, WANG, House, Visit, bubbles

KEYS: dict[str, Any] = {"keyboard": [["🚚 到货", "🧺 取货"], ["💰 佣金"]], "resize_keyboard": True}


def below(page: Page) -> Any:
    return page.locator("#kb button")


def test_a_keyboard_stands_below_the_line_and_writes_what_it_says(
    visit: Visit, house: House
) -> None:
    page = visit(WANG, WANG)
    markup = KEYS | {"input_field_placeholder": "点下面的键"}
    house.bot("sendMessage", chat_id=WANG, text="菜单", reply_markup=markup)
    expect(below(page)).to_have_text(["🚚 到货", "🧺 取货", "💰 佣金"])
    expect(page.locator("#ta")).to_have_attribute("placeholder", "点下面的键")
    page.click("text=取货")
    assert house.update("message")["text"] == "🧺 取货"
    expect(below(page)).to_have_count(3)


def test_a_one_time_keyboard_folds_and_opens_again(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    markup = KEYS | {"one_time_keyboard": True}
    house.bot("sendMessage", chat_id=WANG, text="菜单", reply_markup=markup)
    page.click("text=取货")
    expect(page.locator("#kb")).to_be_hidden()
    page.click("#kbt")
    expect(page.locator("#kb")).to_be_visible()


def test_a_keyboard_goes_when_the_bot_removes_it(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    house.bot("sendMessage", chat_id=WANG, text="菜单", reply_markup=KEYS)
    expect(below(page)).to_have_count(3)
    gone = {"remove_keyboard": True}
    house.bot("sendMessage", chat_id=WANG, text="好", reply_markup=gone)
    expect(page.locator("#kb")).to_be_hidden()
    expect(page.locator("#kbt")).to_be_hidden()


def test_a_keyboard_is_still_there_after_a_reload(visit: Visit, house: House) -> None:
    house.bot("sendMessage", chat_id=WANG, text="菜单", reply_markup=KEYS)
    page = visit(WANG, WANG)
    expect(below(page)).to_have_count(3)


def test_in_a_group_a_key_answers_the_message_that_brought_it(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    sent = house.bot("sendMessage", chat_id=TEAM, text="谁去？", reply_markup=KEYS)["message_id"]
    page.click("text=到货")
    assert house.update("message")["reply_to_message"]["message_id"] == sent


def test_a_selective_keyboard_is_not_for_the_others(visit: Visit, house: House) -> None:
    asked = house.act("say", person=LI, chat=TEAM, text="/start")["message"]["message_id"]
    reply = {"message_id": asked}
    markup = KEYS | {"selective": True}
    house.bot("sendMessage", chat_id=TEAM, text="x", reply_markup=markup, reply_parameters=reply)
    page = visit(WANG, TEAM)
    expect(bubbles(page)).to_have_count(2)
    expect(page.locator("#kb")).to_be_hidden()
    page.keyboard.press("Alt+Digit2")
    expect(below(page)).to_have_count(3)


def test_a_forced_reply_is_begun_for_the_reader(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    ask = {"force_reply": True, "input_field_placeholder": "件数"}
    sent = house.bot("sendMessage", chat_id=WANG, text="少几件？", reply_markup=ask)["message_id"]
    expect(page.locator("#rbar")).to_contain_text("少几件？")
    expect(page.locator("#ta")).to_have_attribute("placeholder", "件数")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    assert house.update("message")["reply_to_message"]["message_id"] == sent


def test_a_copy_button_copies_without_the_bot(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = {"inline_keyboard": [[{"text": "复制单号", "copy_text": {"text": "2611220093"}}]]}
    house.bot("sendMessage", chat_id=WANG, text="#123", reply_markup=copy)
    page.click("text=复制单号")
    expect(page.locator("#toast.on")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == "2611220093"
    assert house.bot("getUpdates") == []


def test_a_press_shows_within_50_ms(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    rows = [[{"text": f"A{n}", "callback_data": f"a{n}"}] for n in range(20)]
    house.bot("sendMessage", chat_id=WANG, text="取货", reply_markup={"inline_keyboard": rows})
    expect(page.locator(".k")).to_have_count(20)
    waited = page.evaluate(
        """() => new Promise(done => { const key = document.querySelector('.k');
        const begin = performance.now();
        new MutationObserver(() => done(performance.now() - begin))
            .observe(key, {attributes: true}); key.click() })"""
    )
    assert waited < 50


def test_an_invite_link_asks_as_whom_and_starts_the_bot_as_them(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    link = "https://t.me/shop_bot?start=inv_abc"
    house.bot("sendMessage", chat_id=WANG, text=f"邀请：{link}")
    page.click("#col .x a")
    page.click("#box >> text=陌生人")
    expect(page.locator("#people [aria-checked=true]")).to_contain_text("陌生人")
    expect(page.locator("#col .out .x")).to_contain_text("/start inv_abc")
    said = house.update("message")
    assert (said["from"]["first_name"], said["text"]) == ("陌生人", "/start inv_abc")
    assert json.dumps(said["chat"]["type"]) == '"private"'
