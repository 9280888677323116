"""A real Chromium on the chat page of a real sandbox."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.house import WANG, House, Visit


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


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.close()


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
