"""The settings page for everybody: what axe finds, the keyboard, motion, both languages, light and dark.

`PICTURES_OF_TESTS=FOLDER` keeps a picture of each section.
"""

import os
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from server.demo.host import DemoHost
from tests.browser.axe import findings
from tests.browser.browser import ORDERS, Browser, badges

PICTURES: Final = os.environ.get("PICTURES_OF_TESTS")
SECTIONS: Final = (
    "consent", "connection", "shops-section", "switches", "preferences", "state", "reading", "rules", "entry",
    "log-section", "data", "report-section",
)  # fmt: skip


def picture(page: Page, name: str, place: str = "body") -> None:
    if PICTURES is not None:
        page.locator(place).screenshot(path=Path(PICTURES) / f"{name}.png")


def opened(browser: Browser, lang: str, scheme: Literal["light", "dark"]) -> Page:
    """The page with something in every section."""
    browser.change(lang=lang)
    page = browser.context.new_page()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{browser.own_url}/options.html")
    expect(page.locator("#warn_red_hours")).to_have_value("2")
    expect(page.locator("#packs tr").first).to_be_visible()
    return page


@pytest.fixture
def used(browser: Browser, host: DemoHost) -> Browser:
    """Some pages were read, one was not recognised, one batch was refused."""
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    host.switches.set("/after_sale/pc/list", "renamed")
    page.goto("https://fxg.jinritemai.com/ffa/merchant-aftersale-workbench/aftersale/list")
    expect(page.locator("koubei-dock")).to_have_attribute("data-state", "unread")
    page.close()
    return browser


def everything_open(page: Page) -> None:
    page.locator("#wipe").click()
    page.locator("#erase").click()
    page.locator("#report-make").click()
    expect(page.locator("#report")).to_be_visible()
    page.locator("#test").click()
    expect(page.locator("#test-result")).to_contain_text("127.0.0.1")
    for of in ("#unread", "#log"):
        page.locator(f"{of} summary").first.click()
    page.locator("#log li", has_text="/batches").locator("summary").first.click()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(used: Browser, lang: str, scheme: Literal["light", "dark"]) -> None:
    page = opened(used, lang, scheme)
    assert findings(page) == []
    everything_open(page)
    assert findings(page) == []
    for section in SECTIONS:
        picture(page, f"settings-{section}-{lang}-{scheme}", f"#{section}")
    other = opened(used, lang, scheme)
    for each, value in ((other, "36"), (page, "24")):
        each.locator("#warn_yellow_hours").fill(value)
        each.locator("#preferences-save").click()
    expect(page.locator("#conflicts fieldset")).to_have_count(1)
    assert findings(page) == []
    picture(page, f"settings-conflict-{lang}-{scheme}", "#preferences")
    page.locator("#withdraw").click()
    expect(page.locator("#withdrawn")).to_be_visible()
    assert findings(page) == []
    picture(page, f"settings-withdrawn-{lang}-{scheme}", "#consent")
