"""An order's own page does not say whose it is: its tab may have seen it; where nothing has, the merchant is told."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.demo.host import DemoHost
from server.demo.site import PAGES
from tests.browser.api import Api
from tests.browser.browser import HOST, ORDERS, Browser, badges, expect_state
from tests.browser.overlays import everything, overlay, row


@pytest.fixture
def address(api: Api, host: DemoHost) -> str:
    api.overlay = everything
    return f"{PAGES['order']}?id={host.shop.orders[3]['id']}"


def seen(browser: Browser) -> Page:
    """A tab in which the order list has named the shop."""
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    return page


def asked(api: Api) -> list[Any]:
    return [call for call in api.calls if "/overlay" in call.path and call.method == "GET"]


def test_a_tab_that_has_seen_its_shop_shows_the_order_and_stores_nothing(
    browser: Browser, api: Api, address: str
) -> None:
    page = seen(browser)
    stored = len(api.batches())
    page.goto(address)
    expect(badges(page)).to_have_count(1)
    expect_state(page, "ok")
    page.reload()
    expect(badges(page)).to_have_count(1)
    assert len(api.batches()) == stored


def test_a_tab_opened_from_there_shows_it_too(browser: Browser, address: str) -> None:
    page = seen(browser)
    with browser.context.expect_page() as opening:
        page.evaluate("(url) => { window.open(url) }", address)
    expect(badges(opening.value)).to_have_count(1)


def test_a_tab_that_has_seen_nothing_says_so(browser: Browser, api: Api, address: str) -> None:
    page = browser.page(address)
    expect_state(page, "shop_unknown")
    page.locator("koubei-dock .pill").click()
    expect(page.locator("koubei-dock [data-notice=shop_unknown]")).to_contain_text("请从订单列表打开这笔订单")
    expect(badges(page)).to_have_count(0)
    assert asked(api) == []


@pytest.mark.parametrize("end", ["other_shop", "logged_out", "login_page"])
def test_another_login_in_any_tab_makes_every_tab_forget(
    browser: Browser, host: DemoHost, api: Api, address: str, end: str
) -> None:
    page = seen(browser)
    if end == "login_page":
        browser.page(f"{HOST}/login/common").wait_for_timeout(500)
    else:
        host.switches.login = end
        expect_state(browser.page(ORDERS), "other_shop" if end == "other_shop" else "unread")
        host.switches.reset()
    api.forget()
    page.goto(address)
    expect_state(page, "shop_unknown")
    expect(badges(page)).to_have_count(0)
    assert asked(api) == []


def test_an_order_that_the_shop_does_not_know_is_not_shown_as_its_own(browser: Browser, api: Api, address: str) -> None:
    page = seen(browser)
    api.overlay = lambda name, ids: overlay(name, [row(id_, counts=None, until=None) for id_ in ids])
    page.goto(address)
    expect_state(page, "shop_unknown")
    expect(badges(page)).to_have_count(0)
    page.locator("koubei-dock .pill").click()
    expect(page.locator("koubei-dock .panel")).not_to_contain_text("85.31")
