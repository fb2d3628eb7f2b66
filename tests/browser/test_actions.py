"""What to do, on the page: proposed beside its row and in the panel, and answered in one click."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from tests.browser.api import wait_for
from tests.browser.browser import ORDERS, SCORE, Browser, badges, dock, events_of
from tests.browser.proposing import TITLE, state_of

if TYPE_CHECKING:
    from sqlalchemy import Engine


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
        pause=events_of(browser.context),
    )
    expect(badges(page).first).not_to_contain_text(TITLE)
    expect(dock(page).locator(".card")).to_have_count(0)
    assert browser.faults == []


def test_put_off_in_the_panel_and_gone_until_then(browser: Browser, admin: "Engine", proposed: str) -> None:
    page = browser.page(SCORE)
    panel = dock(page).locator(".panel")
    expect(panel).to_contain_text(TITLE)
    panel.get_by_role("button", name="明天再说").click()
    wait_for(lambda: state_of(admin, proposed) == "snoozed", "the snooze", pause=events_of(browser.context))
    expect(panel).not_to_contain_text(TITLE)
    assert browser.faults == []


def test_a_script_of_the_page_cannot_answer_for_the_merchant(browser: Browser, admin: "Engine", proposed: str) -> None:
    page = browser.page(ORDERS)
    opened_card(page)
    page.evaluate("document.querySelector('koubei-dock').shadowRoot.querySelector('.card .link').click()")
    page.wait_for_timeout(500)
    assert state_of(admin, proposed) == "open"
