"""The chat page by keyboard and for screen readers."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.house import BUTTONS, LI, TEAM, WANG, House, Visit, bubbles


def test_the_keys_reach_every_message_and_its_buttons(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    house.bot("sendMessage", chat_id=WANG, text="#123", reply_markup=BUTTONS)
    expect(page.locator(".k")).to_be_visible()
    bubbles(page).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".k")).to_be_focused()
    page.keyboard.press("Enter")
    assert house.update("callback_query")["data"] == "i1:done"


def test_alt_and_a_digit_is_another_person(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    expect(page.locator("#head h2")).to_have_text("果然鲜")
    page.keyboard.press("Alt+Digit2")
    expect(page.locator("#people [aria-checked=true]")).to_contain_text("小李")
    expect(page.locator("#head h2")).to_have_text("果然鲜")
    assert page.url.endswith(f"#p={LI}&c={TEAM}")


def test_tab_goes_from_the_list_to_messages_to_the_line_to_the_desk(
    visit: Visit, house: House
) -> None:
    house.bot("sendMessage", chat_id=TEAM, text="早")
    page = visit(WANG, TEAM)
    expect(bubbles(page)).to_have_count(1)
    page.focus("#list [aria-current]")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        where = "document.activeElement.closest('#list,#col,#foot,#desk')?.id"
        reached.append(page.evaluate(where))
    order = [place for place in dict.fromkeys(reached) if place]
    assert order[:4] == ["list", "col", "foot", "desk"]


def test_messages_are_named_for_those_who_cannot_see_them(visit: Visit, house: House) -> None:
    page = visit(WANG, WANG)
    sent = house.bot("sendMessage", chat_id=WANG, text="17/23")["message_id"]
    expect(page.get_by_role("log").get_by_role("article", name="店小二 08:30")).to_be_visible()
    house.bot("editMessageText", chat_id=WANG, message_id=sent, text="18/23")
    expect(page.get_by_role("article", name="店小二 08:30 已编辑")).to_be_visible()


def test_every_control_has_a_name(visit: Visit, house: House) -> None:
    house.bot("sendMessage", chat_id=WANG, text="#1", reply_markup=BUTTONS)
    page = visit(WANG, WANG)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button,a,input,textarea')]
        .filter(e => e.checkVisibility() && !(e.ariaLabel || e.textContent.trim()))
        .map(e => e.outerHTML)"""
    )
    assert nameless == []


def test_a_question_mark_lists_the_keys(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    page.focus("#list .row")
    page.keyboard.press("?")
    expect(page.get_by_role("alertdialog")).to_contain_text("Ctrl+K")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_alt_and_an_arrow_is_the_next_chat(visit: Visit, house: House) -> None:
    house.act("say", person=LI, chat=TEAM, text="早")
    page = visit(WANG, TEAM)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#list [aria-current]")).not_to_contain_text("果然鲜")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#list [aria-current]")).to_contain_text("果然鲜")
