"""What is drawn on the merchant's page: in its place after every change of it, never in its way, gone without trace."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api
from tests.browser.browser import ORDERS, SCORE, Browser, badges, dock, expect_state
from tests.browser.conftest import plain_overlay


def placed(page: Page) -> list[list[str]]:
    """Row id and number of each badge, from top to bottom."""
    return page.evaluate("""[...document.querySelectorAll('koubei-badge')].map((host) => [
      host.closest('tr').dataset.rowKey, host.shadowRoot.querySelector('.n').textContent])""")


def expected(ids: list[str]) -> list[list[str]]:
    return [[id_, f"+{int(id_[-3:]) / 1000 + 0.01:.2f} 分"] for id_ in ids]


def ready(browser: Browser) -> Page:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    return page


def row_ids(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('tr[data-row-key]')].map((row) => row.dataset.rowKey)")


def settled(page: Page) -> None:
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go, 50))))")


def test_every_row_has_its_own_number(browser: Browser, host: DemoHost) -> None:
    page = ready(browser)
    assert placed(page) == expected([order["id"] for order in host.shop.orders[:20]])
    assert browser.faults == []


def test_another_page_of_the_list_has_other_badges(browser: Browser, host: DemoHost) -> None:
    page = ready(browser)
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("tr[data-row-key]").first).to_have_attribute("data-row-key", host.shop.orders[20]["id"])
    expect(badges(page)).to_have_count(20)
    assert placed(page) == expected([order["id"] for order in host.shop.orders[20:40]])


@pytest.mark.parametrize(
    "change",
    [
        "(body) => body.append(...[...body.rows].reverse())",
        "(body) => body.querySelectorAll('koubei-badge').forEach((n) => { n.parentElement.innerHTML = 'new' })",
        """(body) => {
          const keys = [...body.rows].map((row) => row.dataset.rowKey);
          [...body.rows].forEach((row, n) => { row.dataset.rowKey = keys[(n + 3) % keys.length] });
        }""",
        "(body) => [...body.rows].slice(5).forEach((row) => row.remove())",
        """(body) => {
          const copies = [...body.rows].map((row) => row.cloneNode(true));
          copies.forEach((copy) => copy.querySelector("koubei-badge").remove());
          body.replaceChildren(...copies);
        }""",
    ],
)
def test_badges_follow_their_rows_through_every_change(browser: Browser, change: str) -> None:
    page = ready(browser)
    page.evaluate(f"({change})(document.querySelector('tbody'))")
    settled(page)
    expect(badges(page)).to_have_count(len(row_ids(page)))
    assert placed(page) == expected(row_ids(page))
    assert browser.faults == []


def test_react_may_rerender_without_end(browser: Browser) -> None:
    page = ready(browser)
    for name in ("待发货", "已发货", "全部", "已完成", "全部"):
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_load_state("networkidle")
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    expect(badges(page)).to_have_count(20)
    assert placed(page) == expected(row_ids(page))
    assert browser.faults == []


def test_routes_change_without_a_page_load(browser: Browser) -> None:
    page = ready(browser)
    page.locator("nav a, aside a").filter(has_text="体验分").first.click()
    expect(page).to_have_url(SCORE)
    expect(badges(page)).to_have_count(0)
    expect(page.locator("koubei-dock [data-figure=official] b")).to_have_text("85.31")
    page.go_back()
    expect(badges(page)).to_have_count(20)
    assert browser.faults == []


def test_the_page_keeps_every_node_and_every_word(browser: Browser) -> None:
    words = """() => {
      const copy = document.body.cloneNode(true);
      copy.querySelectorAll("koubei-badge").forEach((n) => n.remove());
      return copy.outerHTML;
    }"""
    browser.change(paused=True)
    page = browser.page(ORDERS)
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    expect(page.get_by_role("banner")).to_contain_text(SHOP_NAME)
    plain = page.evaluate(words)
    browser.change(paused=False)
    page.reload()
    expect(badges(page)).to_have_count(20)
    expect(page.get_by_role("banner")).to_contain_text(SHOP_NAME)
    assert page.evaluate(words) == plain
    assert page.evaluate(
        "[...document.querySelectorAll('koubei-badge')].every((n) => n.parentElement.lastElementChild === n)"
    )


def test_the_score_panel_sets_the_official_figure_beside_ours(browser: Browser) -> None:
    page = browser.page(SCORE)
    panel = dock(page)
    expect(panel.locator("[data-figure=official] b")).to_have_text("85.31")
    expect(panel.locator("[data-figure=estimate] b")).to_have_text("85.02")
    expect(panel.locator("[data-figure=coverage]")).to_contain_text("42%")
    expect(panel.locator("[data-open=reviews] a")).to_have_attribute(
        "href", "https://fxg.jinritemai.com/ffa/maftersale/comment"
    )
    expect(panel).to_contain_text("不是平台的官方数字")
    panel.locator(".pill").click()
    expect(panel.locator(".panel")).to_have_count(0)
    page.reload()
    expect(panel.locator(".pill")).to_contain_text("85.31")
    expect(panel.locator(".panel")).to_have_count(0)


def test_an_open_order_shows_loss_risk_clock_and_what_to_do(browser: Browser, api: Api) -> None:
    def risky(page: str, ids: list[str]) -> dict[str, Any]:
        answer = plain_overlay(page, ids)
        if ids:
            answer["rows"][0] |= {
                "expected": {"points": -0.0549, "low": -0.09, "high": -0.02},
                "action": {"id": "a7", "title": "今天发货"},
                "risk": {
                    "level": "high",
                    "outcome": "late_pickup",
                    "probability": 0.62,
                    "deadline": "2099-11-06T23:59:59+08:00",
                    "reasons": [{"code": "backlog", "text": "昨天积压 40 单"}],
                },
            }
            answer["rows"][1] |= {
                "delta": {
                    "points": None,
                    "indicator": {"key": "goods.quality_return", "change": 0.0003},
                    "drops_out": None,
                }
            }
            answer["rows"][2] |= {"counts": False, "why_not": "excluded_gift"}
            answer["rows"][3] |= {"counts": None}
        return answer

    api.overlay = risky
    page = ready(browser)
    first, second, third, fourth = (badges(page).nth(n) for n in range(4))
    expect(first).to_contain_text("−0.05 分")
    expect(first).to_contain_text("揽收超时")
    expect(first).to_contain_text("11-06 23:59")
    expect(first).to_contain_text("今天发货")
    expect(second).to_contain_text("商品品质退货率 +0.03 个百分点")
    expect(third).to_contain_text("不计入：赠品")
    expect(fourth).to_contain_text("待计算")
    page.evaluate("document.querySelector('koubei-badge').shadowRoot.querySelector('button').click()")
    settled(page)
    expect(dock(page).locator(".card")).to_have_count(0)
    first.locator("button").click()
    expect(dock(page).locator(".card")).to_contain_text("可能性 62%")
    expect(dock(page).locator(".card")).to_contain_text("昨天积压 40 单")
    page.keyboard.press("Escape")
    expect(dock(page).locator(".card")).to_have_count(0)


def test_a_strict_policy_with_trusted_types_breaks_nothing(browser: Browser, host: DemoHost) -> None:
    host.switches.strict_policy = True
    page = ready(browser)
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('koubei-badge').shadowRoot.querySelector('.badge')).borderRadius"
        )
        == "6px"
    )
    badges(page).first.locator("button").click()
    expect(dock(page).locator(".card")).to_be_visible()
    assert browser.faults == []


@pytest.mark.parametrize("changes", [False, True], ids=["still", "a page that changes meanwhile"])
def test_an_update_of_the_extension_leaves_a_clean_page(
    fresh: Browser, api: Api, new_code: Callable[[], str], *, changes: bool
) -> None:
    fresh.setup(api, new_code(), (SHOP_ID, SHOP_NAME))
    page = ready(fresh)
    if changes:
        page.evaluate("() => { setInterval(() => document.body.append(document.createComment('')), 50) }")
    fresh.reload_extension()
    expect(badges(page)).to_have_count(0)
    expect(dock(page)).to_have_count(0)
    page.get_by_role("button", name="下一页").click()
    page.get_by_role("tab", name="待发货").click()
    page.wait_for_load_state("networkidle")
    expect(badges(page)).to_have_count(0)
    assert fresh.faults == []


def test_pausing_takes_everything_down_but_the_notice(browser: Browser) -> None:
    page = ready(browser)
    browser.change(paused=True)
    expect_state(page, "paused")
    expect(badges(page)).to_have_count(0)
    browser.change(paused=False)
    expect(badges(page)).to_have_count(20)


def test_a_page_elsewhere_is_left_alone(browser: Browser, api: Api) -> None:
    page = browser.page("https://fxg.jinritemai.com/ffa/g/list")
    page.wait_for_load_state("networkidle")
    expect(dock(page)).to_have_count(0)
    assert api.batches() == []


def test_rows_that_cannot_be_found_are_said_to_be_missing(browser: Browser, api: Api) -> None:
    page = browser.page()
    page.add_init_script(
        """new MutationObserver(() => document.querySelectorAll("tbody").forEach((body) => body.remove()))
          .observe(document, {childList: true, subtree: true})"""
    )
    page.goto(ORDERS)
    expect_state(page, "unplaced")
    assert len(api.batches()) == 1


def test_without_data_attributes_the_order_number_in_plain_sight_is_enough(browser: Browser) -> None:
    page = browser.page()
    page.add_init_script(
        """const rows = () => document.querySelectorAll("tr[data-row-key]");
        const strip = () => rows().forEach((row) => row.removeAttribute("data-row-key"));
        new MutationObserver(strip).observe(document, {childList: true, subtree: true, attributes: true})"""
    )
    page.goto(ORDERS)
    expect(badges(page)).to_have_count(20)
    assert page.evaluate(
        """[...document.querySelectorAll("koubei-badge")].every(
          (badge) => badge.parentElement === badge.closest("tr").firstElementChild)"""
    )


def test_english_is_a_setting(browser: Browser) -> None:
    browser.change(lang="en")
    page = ready(browser)
    expect(badges(page).first).to_contain_text("pts")
    page.goto(SCORE)
    expect(dock(page)).to_contain_text("our estimate")
