"""From the installation to the first badge in at most five clicks, in both languages.

`make first-run` runs this with `PICTURES_OF_TESTS=docs/first-run`: the pictures of docs/first-run.md.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from server.demo.catalog import SHOP_ID
from server.demo.host import DemoHost
from tests.browser.api import Api, wait_for
from tests.browser.browser import ID, badges, chromium, dock, events_of

PICTURES: Final = os.environ.get("PICTURES_OF_TESTS")
WINDOW: Final = {"width": 960, "height": 600}
MOST_CLICKS: Final = 5
WORDS: Final = {
    "zh": ("我已阅读并同意", "配对", "打开店铺后台的订单列表", "绑定这家店"),
    "en": ("I have read this and agree", "pair", "Open the order list", "bind this shop"),
}

STEPS: Final = {"zh": ("看清楚再同意", "配对", "绑定"), "en": ("Read, then agree", "Pair with", "bind")}


class Run:
    """Counts clicks and takes a picture before each."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.clicks = 0
        self.pictures = 0

    def picture(self, page: Page) -> None:
        self.pictures += 1
        if PICTURES is not None:
            page.screenshot(path=Path(PICTURES) / f"{self.pictures}-{self.lang}.png", animations="disabled")

    def click(self, target: Locator) -> None:
        target.scroll_into_view_if_needed()
        self.picture(target.page)
        self.clicks += 1
        target.click()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_five_clicks_from_the_installation_to_the_first_badge(
    playwright: Playwright,
    host: DemoHost,
    extension: Path,
    api: Api,
    new_code: Callable[[], str],
    tmp_path: Path,
    lang: str,
) -> None:
    api.overlay = None
    run = Run(lang)
    agree, pair, open_orders, bind = WORDS[lang]
    locale = {"zh": "zh-CN", "en": "en-US"}[lang]
    with chromium(playwright, tmp_path / "profile", host.browser_arguments, extension, lang=locale) as browser:
        # The installation itself opens the settings page.
        page = next(page for page in browser.context.pages if page.url.startswith(f"chrome-extension://{ID}/options"))
        page.set_viewport_size(WINDOW)
        expect(page.locator("#start [aria-current]")).to_contain_text(STEPS[lang][0])
        assert page.locator("main > section:visible").count() == 3, "nothing but what comes first"
        assert api.calls == [], "nothing is sent before anybody has agreed"
        run.picture(page)
        run.click(page.get_by_role("button", name=agree))
        expect(page.locator("#code")).to_be_focused()
        page.locator("#server").fill(api.url)  # the default is where `koubei up` listens
        page.locator("#code").fill(new_code())
        run.click(page.get_by_role("button", name=pair, exact=True))
        expect(page.locator("#start [aria-current]")).to_contain_text(STEPS[lang][2])
        expect(page.get_by_role("link", name=open_orders)).to_be_focused()
        with browser.context.expect_page() as opened:
            run.click(page.get_by_role("link", name=open_orders))
        orders = opened.value
        orders.set_viewport_size(WINDOW)
        button = dock(orders).get_by_role("button", name=bind)
        expect(dock(orders)).to_have_attribute("data-state", "ask_bind")
        if not button.is_visible():
            run.click(dock(orders).locator(".pill"))
        run.click(button)
        expect(badges(orders)).to_have_count(20)
        wait_for(
            lambda: "…" not in badges(orders).first.inner_text(), "the first badge", pause=events_of(browser.context)
        )
        run.picture(orders)
        assert run.clicks <= MOST_CLICKS, f"{run.clicks} clicks"
        expect(page.locator("#start")).to_be_hidden()
        expect(page.locator("#shops")).to_contain_text(SHOP_ID)
        assert browser.faults == []
