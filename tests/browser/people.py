"""What a test of people and devices does with the settings page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.api import Api
from tests.browser.browser import Browser


def opened(browser: Browser, lang: str = "zh") -> Page:
    browser.change(lang=lang)
    page = browser.own_page()
    expect(page.locator("#devices-part")).to_be_visible()
    return page


def line(page: Page, name: str, of: str = "members") -> Locator:
    return page.locator(f"#{of} > li").filter(has=page.locator("strong", has_text=re.compile(f"^{name}$")))


def press(place: Locator, deed: str) -> None:
    place.locator(f"[data-act^='{deed}']").click()


def calls(api: Api, *methods: str) -> list[str]:
    return [call.path for call in api.calls if call.method in methods and re.match("/v1/(members|devices)", call.path)]
