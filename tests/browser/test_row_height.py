"""Rows keep their height: while a badge waits, when it comes, and whatever it then says."""

import threading
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.api import Api
from tests.browser.browser import ORDERS, Browser, badges
from tests.browser.overlays import everything

HEIGHTS = "[...document.querySelectorAll('[data-row-key]')].map((row) => row.getBoundingClientRect().height)"
WAITING = "document.querySelectorAll('koubei-wait').length"
OUTSIDE = """[...document.querySelectorAll('koubei-badge')].filter((badge) =>
  badge.getBoundingClientRect().bottom > badge.closest('[data-row-key]').getBoundingClientRect().bottom).length"""
LINES = """[...new Set([...document.querySelectorAll('koubei-badge')]
  .map((badge) => badge.shadowRoot.querySelector('button').offsetHeight))]"""
SAID = "[...document.querySelectorAll('koubei-badge')].map((badge) => badge.shadowRoot.textContent).join('')"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("layout", "width"), [("table", 1440), ("table", 900), ("cards", 1440), ("virtual", 1440)])
def test_no_row_grows_when_its_answer_comes(browser: Browser, api: Api, lang: str, layout: str, width: int) -> None:
    gate = threading.Event()

    def late(page: str, ids: list[str]) -> dict[str, Any]:
        assert gate.wait(30)
        return everything(page, ids)

    api.overlay = late
    browser.change(lang=lang)
    page = browser.page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{ORDERS}?layout={layout}&size=200")
    page.wait_for_function(f"{WAITING} > 0 && {WAITING} === document.querySelectorAll('[data-row-key]').length")
    before = page.evaluate(HEIGHTS)
    gate.set()
    expect(badges(page)).to_have_count(len(before))
    said = page.evaluate(SAID)
    assert all(
        word in said for word in (("高风险", "建议", "已过") if lang == "zh" else ("high risk", "to do", "passed"))
    )
    assert page.evaluate(HEIGHTS) == before
    assert page.evaluate(LINES) == [22]
    if layout == "virtual":
        assert page.evaluate(OUTSIDE) == 0


def test_a_virtual_list_of_200_rows_does_not_jump_while_it_is_scrolled(browser: Browser, api: Api) -> None:
    api.overlay = everything
    page = browser.page(f"{ORDERS}?layout=virtual&size=200")
    expect(badges(page).first).to_be_visible()
    whole = page.evaluate("document.querySelector('[data-scroller]').scrollHeight")
    for place in (3_000, 12_000, 26_000, 0):
        page.evaluate(f"document.querySelector('[data-scroller]').scrollTop = {place}")
        page.wait_for_function("""document.querySelectorAll('[data-row-key]').length
          === document.querySelectorAll('[data-row-key] koubei-badge').length""")
        top, height, view = page.evaluate(
            "(({scrollTop, scrollHeight, clientHeight}) => [scrollTop, scrollHeight, clientHeight])"
            "(document.querySelector('[data-scroller]'))"
        )
        assert (height, page.evaluate(OUTSIDE)) == (whole, 0)
        assert top == min(place, whole - view)
