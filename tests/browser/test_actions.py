"""What to do, on the page: proposed beside its row and in the panel, and answered in one click."""

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from server.demo.catalog import SHOP_ID
from server.demo.host import DemoHost
from shared_scoring.actions.gain import Gain, Kept, Rated, Said, action_id
from shared_scoring.actions.scene import Candidate, Ref
from shared_scoring.records import Order
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, SCORE, Browser, badges, dock

if TYPE_CHECKING:
    from sqlalchemy import Engine

TITLE = "今天发出这一单"


@pytest.fixture
def proposed(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> str:
    """An action about the first order of the list, as the worker stores it; the answers are the server's own."""
    order = host.shop.orders[0]["id"]
    id_ = action_id("ship_orders", "today")
    candidate = Candidate("ship_orders", "today", [Ref("order", order)], [Order(id=order)], 740000, {"count": 1})
    gain = Gain(0.1, 0.2, 0.3)
    rated = Rated(id_, candidate, 0.9, 7.0, gain, gain, {})
    kept = Kept(rated, {"zh": Said(TITLE, "…"), "en": Said("Ship this order today", "…")})
    with admin.begin() as connection:
        connection.execute(
            text("INSERT INTO actions (subject_id, id, kind, rank, body) VALUES (:shop, :id, 'ship_orders', 0, :body)"),
            {"shop": SHOP_ID, "id": id_, "body": json.dumps(msgspec.to_builtins(kept))},
        )
        connection.execute(
            text("INSERT INTO action_records VALUES (:shop, 'order', :order, :id)"),
            {"shop": SHOP_ID, "order": order, "id": id_},
        )
    api.overlay = None
    assert browser.faults == []
    return id_


def state_of(admin: "Engine", id_: str) -> str:
    with admin.connect() as connection:
        return str(connection.execute(text("SELECT state FROM actions WHERE id = :id"), {"id": id_}).scalar_one())


def opened_card(page: Page) -> None:
    expect(badges(page).first).to_contain_text(TITLE)
    badges(page).first.locator("button").click()
    expect(dock(page).locator(".card")).to_contain_text(TITLE)


def test_done_in_one_click_beside_the_row(browser: Browser, admin: "Engine", proposed: str) -> None:
    page = browser.page(ORDERS)
    opened_card(page)
    dock(page).locator(".card").get_by_role("button", name="已完成").click()
    wait_for(
        lambda: state_of(admin, proposed) == "done",
        "the action to be done",
        pause=lambda s: page.wait_for_timeout(1000 * s),
    )
    expect(badges(page).first).not_to_contain_text(TITLE)
    expect(dock(page).locator(".card")).to_have_count(0)
    assert browser.faults == []


def test_put_off_in_the_panel_and_gone_until_then(browser: Browser, admin: "Engine", proposed: str) -> None:
    page = browser.page(SCORE)
    panel = dock(page).locator(".panel")
    expect(panel).to_contain_text(TITLE)
    panel.get_by_role("button", name="明天再说").click()
    wait_for(
        lambda: state_of(admin, proposed) == "snoozed", "the snooze", pause=lambda s: page.wait_for_timeout(1000 * s)
    )
    expect(panel).not_to_contain_text(TITLE)
    assert browser.faults == []


def test_a_script_of_the_page_cannot_answer_for_the_merchant(browser: Browser, admin: "Engine", proposed: str) -> None:
    page = browser.page(ORDERS)
    opened_card(page)
    page.evaluate("document.querySelector('koubei-dock').shadowRoot.querySelector('.card .link').click()")
    page.wait_for_timeout(500)
    assert state_of(admin, proposed) == "open"
