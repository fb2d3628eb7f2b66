"""What is read, what is sent, what is stored, and above all what is not."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Playwright, expect
from sqlalchemy import text

from server.demo import sentinels
from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api, wait_for
from tests.browser.browser import HOST, ORDERS, SCORE, Browser, badges, chromium, expect_state, text_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

LIST = "/api/order/searchlist"
OVERVIEW = "/governance/shop/experiencescore/getOverviewByVersion"
ANALYSIS = "/governance/shop/experiencescore/getAnalysisScore"
SILENT_SECONDS = 3  # of a test build
ORDER_FIELDS = {"kind", "id", "created_at", "paid_at", "updated_at", "amount", "freight", "lines", "seen_at"}


def stored(admin: "Engine", kind: str) -> set[str]:
    with admin.connect() as connection:
        return set(connection.execute(text("SELECT id FROM records WHERE kind = :kind"), {"kind": kind}).scalars())


def unread(browser: Browser) -> dict[str, dict]:
    """The reports of answers that did not fit, by spec: the only store of the key-value kind that is keyed by spec."""
    entries = [entry for entry in browser.kept()["kv"] if isinstance(entry, dict)]
    return {spec: report for entry in entries for spec, report in entry.items() if spec.startswith("doudian.")}


def walk(browser: Browser) -> None:
    """One merchant's round through the backend."""
    page = browser.page(ORDERS)
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_text("2 /")).to_be_visible()
    page.get_by_role("tab", name="待发货").click()
    page.wait_for_load_state("networkidle")
    page.goto(SCORE)
    page.wait_for_load_state("networkidle")


def test_the_platform_sees_the_same_requests_with_and_without_the_extension(
    playwright: Playwright, host: DemoHost, browser: Browser, tmp_path: Path, api: Api
) -> None:
    walk(browser)
    wait_for(lambda: len(api.batches()) >= 4, "both pages to be captured")
    with_extension = Counter(host.requests)
    host.requests.clear()
    with chromium(playwright, tmp_path / "plain", host.browser_arguments, None) as plain:
        walk(plain)
    assert with_extension == Counter(host.requests)
    assert browser.faults == []


def test_orders_become_records_in_the_database(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    [batch] = api.batches()
    assert batch["source"]["adapter"] == "doudian.orders/1"
    expected = {order["id"]: order for order in host.shop.orders[:20]}
    sent = {record["id"]: record for record in batch["records"]}
    assert sent.keys() == expected.keys()
    for id_, record in sent.items():
        assert set(record) <= ORDER_FIELDS
        truth = expected[id_]
        for name in ("created_at", "paid_at", "amount", "freight"):
            assert record.get(name) == truth.get(name), name
        assert [(line["id"], line["product_id"], line["quantity"]) for line in record["lines"]] == [
            (line["id"], line["product_id"], line["quantity"]) for line in truth["lines"]
        ]
    assert stored(admin, "order") == set(expected)


def test_the_score_page_becomes_the_days_official_record(browser: Browser, api: Api, host: DemoHost) -> None:
    page = browser.page(SCORE)
    wait_for(lambda: len(api.batches()) == 2, "overview and analysis")
    truth = host.shop.official[-1]
    merged: dict = {}
    for batch in api.batches():
        [record] = batch["records"]
        merged |= record
    assert (merged["id"], merged["total"], merged["stage"]) == (truth["id"], truth["total"], truth["stage"])
    assert merged["valid_orders_30d"] == truth["valid_orders_30d"]
    assert merged["dimensions"].keys() == truth["dimensions"].keys()
    for key, indicator in truth["indicators"].items():
        assert (merged["indicators"][key]["numerator"], merged["indicators"][key]["denominator"]) == (
            indicator["numerator"],
            indicator["denominator"],
        ), key
    page.close()


@pytest.mark.parametrize("transport", ["fetch", "text", "clone", "stream", "xhr", "xhr-json"])
def test_every_way_of_reading_an_answer_is_seen_once(browser: Browser, api: Api, transport: str) -> None:
    page = browser.page(f"{ORDERS}?transport={transport}")
    expect(badges(page)).to_have_count(20)
    page.wait_for_timeout(300)
    assert Counter(record["id"] for batch in api.batches() for record in batch["records"]).most_common(1)[0][1] == 1
    assert browser.faults == []


def test_numbers_beyond_2_to_the_53_keep_every_digit(browser: Browser, api: Api, host: DemoHost) -> None:
    host.switches.set(LIST, "numeric_ids")
    page = browser.page(ORDERS)
    wait_for(api.batches, "a batch")
    [batch] = api.batches()
    assert {r["id"] for r in batch["records"]} == {order["id"] for order in host.shop.orders[:20]}
    page.close()


def test_a_rounded_number_is_refused_not_stored(browser: Browser, api: Api, host: DemoHost) -> None:
    host.switches.set(LIST, "numeric_ids")
    page = browser.page(f"{ORDERS}?transport=xhr-json")
    expect_state(page, "unread")
    assert api.batches() == []


def test_no_personal_data_is_sent_or_stored(browser: Browser, api: Api) -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    expect(page.get_by_text(sentinels.PHONE).first).to_be_visible()  # the page itself does show it
    page.goto(SCORE)
    wait_for(lambda: len(api.batches()) == 3, "all captures")
    host_shows = page.content()
    assert host_shows
    kept = browser.kept()
    assert kept["log"], "the log of what was sent is part of what is searched"
    for secret in sentinels.SENTINELS:
        assert secret not in text_of(kept), secret
        for call in api.calls:
            assert secret not in call.everything, (secret, call.path)


def test_a_bad_shape_leaves_no_value_behind(browser: Browser, api: Api, host: DemoHost) -> None:
    host.switches.set(LIST, "renamed")
    page = browser.page(ORDERS)
    expect_state(page, "unread")
    report = wait_for(lambda: unread(browser).get("doudian.orders"), "the report")
    assert report["drift"]["missing"] == ["shop_order_id"]
    [row, *_] = report["drift"]["shape"]["data"]
    assert (row["receiver_info"]["post_tel"], row["user_info"]["user_name"]) == ("digits", "text")
    for secret in sentinels.SENTINELS:
        assert secret not in text_of(browser.kept()), secret
    assert api.batches() == []
    assert badges(page).count() == 0


@pytest.mark.parametrize("variant", ["renamed", "code", "logged_out", "truncated", "error"])
def test_what_does_not_fit_stores_nothing_and_says_so(browser: Browser, api: Api, host: DemoHost, variant: str) -> None:
    for path in (LIST, OVERVIEW, ANALYSIS):
        host.switches.set(path, variant)
    for url in (ORDERS, SCORE):
        page = browser.page(url)
        expect_state(page, "unread")
        page.close()
    assert api.batches() == []
    assert browser.kept()["outbox"] == []


def test_an_empty_list_is_no_fault(browser: Browser, api: Api, host: DemoHost) -> None:
    host.switches.set(LIST, "empty")
    page = browser.page(ORDERS)
    expect_state(page, "ok")
    assert api.batches() == []


def test_another_shops_login_stores_nothing(browser: Browser, api: Api, host: DemoHost) -> None:
    for path in (LIST, OVERVIEW, ANALYSIS):
        host.switches.set(path, "other_shop")
    for url in (ORDERS, SCORE):
        page = browser.page(url)
        expect_state(page, "other_shop")
        assert badges(page).count() == 0
        page.close()
    assert [call for call in api.calls if call.method != "OPTIONS"] == []
    assert browser.kept()["outbox"] == []


def test_without_consent_nothing_is_read_or_sent(fresh: Browser, api: Api, new_code: Callable[[], str]) -> None:
    page = fresh.page(ORDERS)
    expect_state(page, "no_consent")
    page.goto(SCORE)
    expect_state(page, "no_consent")
    assert api.calls == []
    fresh.setup(api, new_code(), (SHOP_ID, SHOP_NAME))
    api.forget()
    fresh.change(consent=None)
    page.goto(ORDERS)
    expect_state(page, "no_consent")
    page.wait_for_timeout(500)
    assert api.calls == []
    assert fresh.kept()["outbox"] == []


def test_paused_means_neither_read_nor_sent_and_going_on_needs_no_reload(browser: Browser, api: Api) -> None:
    browser.change(paused=True)
    page = browser.page(ORDERS)
    expect_state(page, "paused")
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    page.wait_for_timeout(500)
    assert api.calls == []
    assert browser.kept()["outbox"] == []
    browser.change(paused=False)
    # The page's answers passed unread: that is no sign that the page has changed, however long it stays so.
    expect_state(page, "missed")
    page.wait_for_timeout(1000 * SILENT_SECONDS + 500)
    expect_state(page, "missed")
    assert unread(browser) == {}
    page.get_by_role("button", name="下一页").click()
    expect(badges(page)).to_have_count(20)


def test_a_page_that_loaded_while_paused_is_read_once_it_is_reloaded(browser: Browser) -> None:
    browser.change(paused=True)
    page = browser.page(ORDERS)
    expect_state(page, "paused")
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    browser.change(paused=False)
    expect_state(page, "missed")
    page.reload()
    expect(badges(page)).to_have_count(20)
    expect_state(page, "ok")


def test_a_page_switched_off_is_not_read_while_the_other_is(browser: Browser, api: Api) -> None:
    browser.change(pages={"orders": False, "score": True})
    page = browser.page(ORDERS)
    expect_state(page, "page_off")
    page.goto(SCORE)
    wait_for(lambda: len(api.batches()) == 2, "the score page")
    assert {batch["source"]["adapter"].split(".")[1].split("/")[0] for batch in api.batches()} == {
        "score-overview",
        "score-analysis",
    }


def test_the_first_shop_is_bound_by_the_merchants_own_click(
    fresh: Browser, api: Api, new_code: Callable[[], str], admin: "Engine"
) -> None:
    fresh.setup(api, new_code())
    page = fresh.page(ORDERS)
    expect_state(page, "ask_bind")
    expect(page.locator("koubei-dock [data-notice=ask_bind]")).to_contain_text(f"{SHOP_NAME}（{SHOP_ID}）")
    page.evaluate("document.querySelector('koubei-dock').shadowRoot.querySelector('[data-act=bind]').click()")
    page.wait_for_timeout(300)
    assert api.batches() == []
    page.locator("koubei-dock [data-act=bind]").click()
    expect(badges(page)).to_have_count(20)
    assert len(stored(admin, "order")) == 20


def test_the_page_never_hears_the_extension(browser: Browser, host: DemoHost) -> None:
    spy = """<script>window.heard = [];
      for (const early of [true, false]) addEventListener("message", (e) => heard.push(String(e.data)), early);
    </script>"""
    html = (host.site / "index.html").read_text().replace("<head>", f"<head>{spy}", 1)
    assert spy in html
    page = browser.page()
    page.route(ORDERS, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(ORDERS)
    expect(badges(page)).to_have_count(20)
    assert page.evaluate("heard") == []
    assert page.evaluate(
        "[Response.prototype.json.name, Response.prototype.text.name, Response.prototype.text.length, "
        "typeof chrome.runtime]"
    ) == ["json", "text", 0, "undefined"]


def test_a_broken_answer_fails_in_the_page_as_it_would_without(
    browser: Browser, playwright: Playwright, host: DemoHost, tmp_path: Path
) -> None:
    ask = """async (url) => {
      try { return await (await fetch(url)).json() } catch (e) { return `${e.name}: ${e.message}` }
    }"""
    for variant in ("truncated", "error"):
        host.switches.set(LIST, variant)
        mine = browser.page(HOST + "/ffa/g/other").evaluate(ask, LIST)
        with chromium(playwright, tmp_path / variant, host.browser_arguments, None) as plain:
            assert plain.page(HOST + "/ffa/g/other").evaluate(ask, LIST) == mine


def test_the_wire_format_is_the_specs(browser: Browser, api: Api) -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    [call] = [c for c in api.calls if c.path == f"/v1/subjects/{SHOP_ID}/batches" and c.method == "POST"]
    body = json.loads(call.body)
    assert body["format"] == "koubei.records/1"
    assert set(body) == {"format", "source", "records"}
    assert call.headers["Authorization"].startswith("Bearer kb_")
    assert call.headers["Idempotency-Key"]
    assert "Cookie" not in call.headers
    assert "Referer" not in call.headers
