"""Readable and usable for everybody: contrast as the browser computes it, the keyboard, motion, nothing left behind."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, SCORE, Browser, badges, dock
from tests.browser.overlays import everything

CONTRASTS = """() => {
  const channels = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const parent = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  const ground = (element) => {
    const layers = [];
    for (let here = element; here; here = parent(here)) {
      const colour = channels(getComputedStyle(here).backgroundColor);
      if ((colour[3] ?? 1) > 0) layers.push(colour);
      if ((colour[3] ?? 1) === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const seen = [];
  for (const host of document.querySelectorAll("koubei-dock, koubei-badge")) {
    const texts = document.createTreeWalker(host.shadowRoot, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement;
      if (!element || element.closest("style, .unseen") || !node.nodeValue.trim()) continue;
      let opacity = 1;
      for (let here = element; here; here = parent(here)) opacity *= Number(getComputedStyle(here).opacity);
      const back = ground(element);
      const [r, g, b, a = 1] = channels(getComputedStyle(element).color);
      const contrast = ratio(over([r, g, b, a * opacity], back), back);
      seen.push([node.nodeValue.trim(), element.className, Math.round(contrast * 100) / 100]);
    }
  }
  return seen;
}"""
DARK_PAGE = "document.body.style.backgroundColor = '#15171a'"
TRACES = """() => [
  document.querySelectorAll("koubei-badge, koubei-dock, [dark], [data-fold]").length,
  [...document.querySelectorAll("*")].filter((one) => one.localName.startsWith("koubei")).length,
  document.adoptedStyleSheets.length,
]"""


@pytest.fixture
def rich(browser: Browser, api: Api) -> Browser:
    api.overlay = everything
    return browser


def opened(browser: Browser, url: str = ORDERS, *, dark: bool = False) -> Page:
    page = browser.page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(url)
    if dark:
        page.evaluate(DARK_PAGE)
    if url == ORDERS:
        expect(badges(page)).to_have_count(20)
        expect(badges(page).nth(19)).not_to_have_text("…")
    expect(dock(page)).to_have_count(1)
    return page


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_word_stands_out_from_its_ground(rich: Browser, lang: str, *, dark: bool) -> None:
    rich.change(lang=lang)
    page = opened(rich, dark=dark)
    page.locator("koubei-dock .pill").click()
    for summary in page.locator("koubei-dock summary").all():
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.click()
    badges(page).nth(1).locator("button").click()
    expect(dock(page).locator(".card")).to_be_visible()
    # A page that was repainted is noticed within a second, at the next paint.
    page.wait_for_timeout(1100)
    page.evaluate("document.querySelector('tbody').append(document.querySelector('tbody').lastElementChild)")
    expect(dock(page)).to_have_attribute("dark", "") if dark else expect(dock(page)).not_to_have_attribute("dark", "")
    found: list[list[Any]] = page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [one for one in found if one[2] < 4.5] == []
    assert {"n good", "n bad", "clock late", "risk high", "risk medium"} <= {one[1] for one in found}


def test_a_bad_contrast_would_be_found(rich: Browser) -> None:
    page = opened(rich)
    page.evaluate("document.querySelector('koubei-badge').shadowRoot.querySelector('.n').style.color = '#aaaaaa'")
    assert [one[1] for one in page.evaluate(CONTRASTS) if one[2] < 4.5] == ["n good"]


def focused(page: Page) -> str:
    return page.evaluate(
        """() => {
          let here = document.activeElement;
          const path = [here?.localName ?? ""];
          while (here?.shadowRoot?.activeElement) {
            here = here.shadowRoot.activeElement;
            path.push(here.dataset.act ?? here.className);
          }
          return path.join(" ");
        }"""
    )


def test_the_keyboard_reaches_everything_in_order_and_is_never_trapped(rich: Browser) -> None:
    page = opened(rich)
    badges(page).first.locator("button").focus()
    order = [focused(page)]
    for _ in range(400):
        page.keyboard.press("Tab")
        order.append(focused(page))
        if order[-1].startswith("koubei-dock"):
            break
    assert sum(one.startswith("koubei-badge") for one in order) == 20
    assert order[-1] == "koubei-dock pill"
    page.keyboard.press("Enter")
    expect(dock(page).locator(".panel")).to_be_visible()
    assert focused(page) == "koubei-dock pill"
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    assert seen[:2] == ["koubei-dock panel", "koubei-dock settings"]
    assert {"koubei-dock why", "koubei-dock gates", "koubei-dock drop_outs"} <= set(seen)
    assert not seen[-1].startswith("koubei-dock")  # out again at the end


def test_focus_is_seen(rich: Browser) -> None:
    page = opened(rich)
    page.keyboard.press("Tab")
    badges(page).first.locator("button").focus()
    style = page.evaluate(
        """() => { const {outlineStyle, outlineWidth} =
          getComputedStyle(document.querySelector("koubei-badge").shadowRoot.querySelector("button"));
          return [outlineStyle, outlineWidth] }"""
    )
    assert style == ["solid", "2px"]


def test_escape_closes_what_is_open_and_gives_the_focus_back(rich: Browser) -> None:
    page = opened(rich)
    badges(page).nth(2).locator("button").focus()
    page.keyboard.press("Enter")
    card = dock(page).locator(".card")
    expect(card).to_have_attribute("role", "dialog")
    assert focused(page).startswith("koubei-dock card")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    assert focused(page) == "koubei-badge badge row"
    page.locator("koubei-dock .pill").focus()
    page.keyboard.press("Enter")
    expect(dock(page).locator(".panel")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(dock(page).locator(".panel")).to_have_count(0)
    assert focused(page) == "koubei-dock pill"
    page.evaluate("() => { window.heard = 0; addEventListener('keydown', () => { window.heard++ }) }")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")  # nothing of ours is open: it belongs to the page
    assert page.evaluate("window.heard") == 1


def test_what_is_drawn_has_names_and_roles(rich: Browser) -> None:
    page = opened(rich)
    buttons = badges(page).locator("button")
    assert buttons.count() == 20
    first, second, third = (buttons.nth(n).get_attribute("aria-label") or "" for n in range(3))
    assert "拉高分数" in first
    assert "+0.12 分" in first
    assert all(word in second for word in ("拉低分数", "揽收超时", "今天发货"))
    assert "拉低分数" in third
    pill = page.locator("koubei-dock .pill")
    assert pill.get_attribute("aria-expanded") == "false"
    assert "85.31" in (pill.get_attribute("aria-label") or "")
    expect(dock(page).locator("[role=status]")).to_have_count(1)
    pill.click()
    expect(dock(page).locator("section")).to_have_attribute("aria-label", "口碑")


def test_motion_is_for_those_who_want_it(rich: Browser) -> None:
    page = opened(rich)
    animation = (
        "getComputedStyle(document.querySelector('koubei-dock').shadowRoot.querySelector('.panel')).animationName"
    )
    page.locator("koubei-dock .pill").click()
    expect(dock(page).locator(".panel")).to_be_visible()
    assert page.evaluate(animation) == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(animation) == "in"


@pytest.mark.parametrize("end", ["consent", "away", "unpaired"])
def test_nothing_is_left_behind(rich: Browser, end: str) -> None:
    plain = "() => { const copy = document.documentElement.cloneNode(true); return copy.outerHTML }"
    page = opened(rich)
    badges(page).first.locator("button").click()
    if end == "away":
        page.locator("nav a").filter(has_text="首页").first.click()
        page.evaluate("history.pushState(null, '', '/ffa/g/list')")
        page.evaluate("document.body.append(document.createElement('p'))")
        expect(dock(page)).to_have_count(0)
    else:
        rich.change(**({"consent": None} if end == "consent" else {"paired": False}))
        expect(dock(page)).to_have_attribute("data-state", "no_consent" if end == "consent" else "not_paired")
    expect(badges(page)).to_have_count(0)
    assert dock(page).locator(".card").count() == 0
    assert page.evaluate(TRACES)[2] == 0
    assert "koubei-badge" not in page.evaluate(plain)
    assert rich.faults == []


def test_the_toolbar_shows_the_days_one_number_while_reading_is_allowed(rich: Browser) -> None:
    opened(rich)
    own = rich.own_page("blank")
    own.wait_for_function("async () => (await chrome.action.getBadgeText({})) === '-0.4'")
    assert "官方分 85.31（11-21）" in own.evaluate("chrome.action.getTitle({})")
    rich.change(paused=True)
    own.wait_for_function("async () => (await chrome.action.getBadgeText({})) === ''")
    rich.change(paused=False)
    own.wait_for_function("async () => (await chrome.action.getBadgeText({})) === '-0.4'")


def test_the_guide_says_which_page_to_open_and_why(rich: Browser) -> None:
    page = opened(rich, SCORE)
    guide = dock(page).locator(".guide")
    expect(guide.locator("[data-open=reviews] a")).to_have_attribute(
        "href", "https://fxg.jinritemai.com/ffa/maftersale/comment"
    )
    expect(guide.locator("[data-open=reviews]")).to_contain_text("商品综合评分 只看到 42%")
    expect(guide).to_contain_text("请导入后台文件：飞鸽平均响应时长")


def test_the_score_page_tells_why_what_opens_and_what_leaves(rich: Browser) -> None:
    page = opened(rich, SCORE)
    panel = dock(page).locator(".panel")
    expect(panel.locator("[data-figure=official]")).to_contain_text("▼ −0.40")
    expect(panel.locator("[data-figure=estimate]")).to_contain_text("84.10 – 85.90")
    expect(panel.locator("[data-fold=why] [data-cause=deduction]")).to_be_visible()
    panel.locator("[data-fold=gates] summary").click()
    expect(panel.locator("[data-fold=gates]")).to_contain_text("✕ 差 总分 1.50")
    expect(panel.locator("[data-fold=gates]")).to_contain_text("约 3 天达标")
    panel.locator("[data-fold=drop_outs] summary").click()
    expect(panel.locator("[data-fold=drop_outs]")).to_contain_text("▲ 商品品质退货率 −0.03 个百分点")
    expect(panel.locator("[data-fold=drop_outs]")).to_contain_text("扣分 −2.00")
    expect(panel).to_contain_text("沿用 11-20 官方分")
    expect(panel).to_contain_text("没有公布，是我们的选择")


@pytest.mark.parametrize("zoom", [0.5, 2])
def test_zoom_keeps_the_panel_on_the_screen(rich: Browser, zoom: float) -> None:
    page = opened(rich, SCORE)
    page.set_viewport_size({"width": int(1440 / zoom), "height": int(900 / zoom)})
    expect(dock(page).locator(".panel")).to_be_visible()
    box = wait_for(dock(page).locator(".panel").bounding_box, "a panel that is not just being drawn anew")
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= 1440 / zoom
