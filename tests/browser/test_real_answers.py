"""The whole way round: what a page loads, stored and scored by the real server, drawn on that page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from server.demo.host import DemoHost
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, SCORE, Browser, badges, dock, expect_state


@pytest.fixture(autouse=True)
def _real(browser: Browser, api: Api) -> None:
    assert browser.faults == []
    api.overlay = None


def answers(api: Api) -> list[Any]:
    return [call for call in api.calls if call.path.endswith("/overlay") and call.method == "GET"]


def test_the_score_page_shows_the_official_figure_it_has_just_read(browser: Browser, host: DemoHost) -> None:
    page = browser.page(SCORE)
    truth = host.shop.official[-1]["total"]
    expect(dock(page).locator("[data-figure=official] b")).to_have_text(f"{truth:.2f}")
    expect(dock(page).locator("[data-figure=coverage]")).to_contain_text("%")
    expect_state(page, "ok")


def test_every_order_that_was_read_has_a_badge_from_the_server(browser: Browser, api: Api) -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    [first, *_] = wait_for(lambda: answers(api), "an overlay answer")
    assert first.query.count("id=") == 20
    assert first.status == 200
    numbers = badges(page).locator(".n").all_inner_texts()
    assert len(numbers) == 20
    assert "待计算" not in numbers, "the server has these orders by now"


def test_an_unchanged_answer_is_not_sent_again(browser: Browser, api: Api) -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    # Nobody scores here, so the answer stays stale and is asked for again and again.
    wait_for(lambda: 304 in [call.status for call in answers(api)], "a 304")
    expect(badges(page)).to_have_count(20)
    assert browser.faults == []
