"""Pictures, albums and files on the chat page."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.house import PICTURE, TEAM, WANG, House, Visit, bubbles


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


def test_an_album_is_one_bubble_with_its_caption(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    media = [
        {"type": "photo", "media": "attach://a", "caption": "打包视频属实"},
        {"type": "photo", "media": "attach://b"},
    ]
    files = {"a": PICTURE.read_bytes(), "b": PICTURE.read_bytes()}
    house.bot("sendMediaGroup", files, chat_id=TEAM, media=json.dumps(media))
    expect(bubbles(page)).to_have_count(1)
    expect(page.locator("#col .al .ph")).to_have_count(2)
    expect(bubbles(page)).to_contain_text("打包视频属实")


def test_pictures_chosen_together_reach_the_bot_as_one_album(visit: Visit, house: House) -> None:
    page = visit(WANG, TEAM)
    page.fill("#ta", "证据")
    page.set_input_files("#pick", [PICTURE, PICTURE, PICTURE])
    expect(page.locator("#col .out[data-id] .al .ph")).to_have_count(3)
    expect(bubbles(page)).to_have_count(1)
    updates = [u["message"] for u in house.bot("getUpdates", timeout=2)]
    assert len({m["media_group_id"] for m in updates}) == 1
    assert [m.get("caption") for m in updates] == ["证据", None, None]
