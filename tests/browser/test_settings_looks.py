"""The settings page for everybody: what axe finds, the keyboard, motion, both languages, light and dark.

`PICTURES_OF_TESTS=FOLDER` keeps a picture of each section.
"""

import os
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from server.demo.catalog import SHOP_ID
from server.demo.host import DemoHost
from tests.browser.api import Api
from tests.browser.axe import findings
from tests.browser.browser import ORDERS, Browser, badges

PICTURES: Final = os.environ.get("PICTURES_OF_TESTS")
SECTIONS: Final = (
    "consent", "connection", "shops-section", "switches", "preferences", "people", "state", "reading", "rules", "entry",
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
        if each is other:  # or both would race
            expect(each.locator("#preferences-result")).to_have_text("已完成。" if lang == "zh" else "Done.")
    expect(page.locator("#conflicts fieldset")).to_have_count(1)
    assert findings(page) == []
    picture(page, f"settings-conflict-{lang}-{scheme}", "#preferences")
    page.locator("#withdraw").click()
    expect(page.locator("#withdrawn")).to_be_visible()
    assert findings(page) == []
    picture(page, f"settings-withdrawn-{lang}-{scheme}", "#consent")


FOCUSED: Final = """() => {
  const here = document.activeElement;
  const box = here.getBoundingClientRect();
  const style = getComputedStyle(here);
  const named = here.labels?.[0]?.textContent || here.getAttribute("aria-label") || here.textContent;
  return {
    id: here.id || here.localName, name: (named || "").trim(), inside: here.closest("section")?.id ?? "",
    seen: box.width > 0 && box.height > 0, outline: style.outlineStyle + " " + style.outlineWidth,
  };
}"""


def test_the_keyboard_alone_reaches_everything_in_order(used: Browser) -> None:
    page = opened(used, "zh", "light")
    reachable: set[str] = set(
        page.evaluate(
            """() => [...document.querySelectorAll("a, button, input, select, summary, pre[tabindex]")]
              .filter((one) => one.checkVisibility() && !one.disabled && one.id).map((one) => one.id)"""
        )
    )
    assert len(reachable) > 50
    met = []
    for _ in range(400):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here["id"] == "body":
            break
        met.append(here)
    assert [one for one in met if not one["seen"] or not one["name"]] == []
    # The parts of a date draw their own focus, the field as a whole draws ours.
    outlined = {one["id"] for one in met if one["outline"] == "solid 2px"}
    assert [one for one in met if one["id"] not in outlined] == []
    assert reachable <= {one["id"] for one in met}
    order = list(dict.fromkeys(one["inside"] for one in met if one["inside"]))
    assert order == [section for section in SECTIONS if section in order]
    assert set(order) == set(SECTIONS)


def test_everything_can_be_done_with_the_keyboard(used: Browser, api: Api) -> None:
    page = opened(used, "zh", "light")

    def at(place: str) -> None:
        """Goes there with the Tab key from wherever the focus is."""
        for _ in range(300):
            if page.evaluate("(id) => document.activeElement.id === id", place):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key never reaches {place}")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link that skips the contents
    at("withdraw")
    page.keyboard.press("Enter")
    expect(page.locator("#withdrawn")).to_be_visible()
    expect(page.locator("#agree")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#agreed")).to_be_visible()
    at("test")
    page.keyboard.press("Space")
    expect(page.locator("#test-result")).to_contain_text("一切正常")
    at("pause-on")
    page.keyboard.press("Enter")
    expect(page.locator("#resume")).to_be_visible()
    at("resume")
    page.keyboard.press("Enter")
    at("page-reviews")
    page.keyboard.press("Space")
    expect(page.locator("#page-reviews")).not_to_be_checked()
    at("warn_yellow_hours")
    page.keyboard.press("Control+a")
    page.keyboard.type("36")
    page.keyboard.press("Enter")
    expect(page.locator("#preferences-result")).to_have_text("已完成。")
    at("log-search")
    page.keyboard.type("settings")
    expect(page.locator("#log-count")).to_contain_text("/")
    at("wipe")
    page.keyboard.press("Enter")
    expect(page.locator("#wipe-cancel")).to_be_focused()  # the harmless answer
    page.keyboard.press("Enter")
    expect(page.locator("#wipe")).to_be_focused()
    at("erase")
    page.keyboard.press("Enter")
    expect(page.locator("#erase-id")).to_be_focused()
    page.keyboard.type(SHOP_ID)
    page.keyboard.press("Enter")
    expect(page.locator("#erase-result")).to_contain_text("已从服务上删除")
    assert [call.path for call in api.calls if call.method == "DELETE"] == [f"/v1/subjects/{SHOP_ID}"]


def test_nothing_moves_for_who_wants_it_still(used: Browser) -> None:
    page = opened(used, "zh", "light")
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior !== "auto";
    }).length"""
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "smooth"


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_needs_no_sideways_scrolling(used: Browser, width: int) -> None:
    for lang in ("zh", "en"):
        page = opened(used, lang, "light")
        page.set_viewport_size({"width": width, "height": 800})
        everything_open(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"settings-{width}-{lang}", "#preferences")
