"""The settings page against the real server: what is shared, what is this browser's, what left it, what goes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from server.demo import sentinels
from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from shared_scoring.decode import decode_record
from shared_scoring.records import Order
from tests.browser.api import Api, wait_for
from tests.browser.browser import ID, ORDERS, Browser, badges, events_of, expect_state

if TYPE_CHECKING:
    from sqlalchemy import Engine

SETTINGS = f"/v1/subjects/{SHOP_ID}/settings"

REFUSED = """async () => {
  const done = (request) => new Promise((ok, no) => {
    request.onsuccess = () => ok(request.result);
    request.onerror = () => no(request.error);
  });
  const db = await done(indexedDB.open("koubei"));
  const transaction = db.transaction("kv", "readwrite");
  const end = new Promise((ok) => { transaction.onabort = () => ok(true); transaction.oncomplete = () => ok(false); });
  transaction.objectStore("kv").put("x", "probe");
  db.close();
  return end;
}"""


def opened(browser: Browser) -> Page:
    page = browser.own_page()
    expect(page.locator("#warn_red_hours")).to_have_value("2")
    return page


def fill(page: Page, **values: float) -> None:
    for name, value in values.items():
        page.locator(f"#{name}").fill(str(value))


def saved(page: Page, says: str = "已完成。") -> None:
    page.locator("#preferences-save").click()
    expect(page.locator("#preferences-result")).to_contain_text(says)


def stored(admin: "Engine") -> dict[str, Any]:
    with admin.connect() as connection:
        return dict(connection.execute(text("SELECT body FROM subject_preferences")).scalar_one())


def test_what_belongs_to_the_shop_is_kept_by_the_server(browser: Browser, admin: "Engine") -> None:
    page = opened(browser)
    fill(page, warn_yellow_hours=24, risk_high=62.5, quiet_from=22, quiet_to=7)
    saved(page)
    held = stored(admin)
    assert [held[name] for name in ("warn_yellow_hours", "risk_high", "quiet_from", "quiet_to")] == [24, 0.625, 22, 7]
    again = browser.own_page()
    expect(again.locator("#risk_high")).to_have_value("62.5")
    assert "warn_yellow_hours" not in json.dumps(browser.kept()["storage"])


def test_what_contradicts_itself_is_said_before_it_is_sent(browser: Browser, api: Api) -> None:
    page = opened(browser)
    for values, says in (
        ({"warn_red_hours": 60}, "变红"),
        ({"warn_red_hours": 2, "risk_low": 40}, "从高到低"),
        ({"risk_low": 5, "keep_daily_days": 100}, "每日合计"),
    ):
        fill(page, **values)
        saved(page, says)
    assert [call for call in api.calls if call.method == "PUT" and call.path == SETTINGS] == []


def test_two_pages_that_change_different_things_keep_both(browser: Browser, admin: "Engine") -> None:
    one, other = opened(browser), opened(browser)
    fill(other, warn_yellow_hours=36)
    fill(one, risk_high=70)
    saved(one)
    saved(other, "风险")
    assert (stored(admin)["warn_yellow_hours"], stored(admin)["risk_high"]) == (36, 0.7)
    expect(other.locator("#risk_high")).to_have_value("70")


@pytest.mark.parametrize("mine", [True, False])
def test_two_pages_that_change_the_same_thing_let_the_merchant_choose(
    browser: Browser, admin: "Engine", *, mine: bool
) -> None:
    one, other = opened(browser), opened(browser)
    fill(one, warn_yellow_hours=24, risk_low=3)
    fill(other, warn_yellow_hours=36, quiet_to=6)
    saved(one)
    saved(other, "请选一个值")
    assert stored(admin)["warn_yellow_hours"] == 24
    choices = other.locator("#conflicts fieldset")
    expect(choices).to_have_count(1)
    expect(choices).to_contain_text("用这里的：36")
    expect(choices).to_contain_text("用别处的：24")
    if not mine:
        choices.get_by_role("radio").nth(1).check()
    saved(other)
    expect(other.locator("#conflicts")).to_be_hidden()
    held = stored(admin)
    assert [held[name] for name in ("warn_yellow_hours", "risk_low", "quiet_to")] == [36 if mine else 24, 0.03, 6]


def test_two_pages_that_flip_switches_at_once_lose_none(browser: Browser) -> None:
    one, other = opened(browser), opened(browser)
    pages = ("orders", "after_sales", "reviews", "score", "home", "creator")
    flip = "(names) => names.forEach((name) => document.getElementById(`page-${name}`).click())"
    one.evaluate(f"names => setTimeout(() => ({flip})(names))", pages[::2])
    other.evaluate(flip, pages[1::2])
    wait_for(
        lambda: browser.kept()["storage"]["settings"]["pages"] == dict.fromkeys(pages, False),
        "all six switches",
        pause=events_of(one.context),
    )
    for name in pages:
        expect(one.locator(f"#page-{name}")).not_to_be_checked()
        expect(other.locator(f"#page-{name}")).not_to_be_checked()


def test_a_server_that_is_away_loses_nothing_that_was_typed(browser: Browser, api: Api, admin: "Engine") -> None:
    page = opened(browser)
    fill(page, warn_yellow_hours=30)
    api.stop()
    saved(page, "koubei up")
    expect(page.locator("#warn_yellow_hours")).to_have_value("30")
    page.locator("#test").click()
    expect(page.locator("#test-result")).to_contain_text("没有应答")
    api.start()
    saved(page)
    assert stored(admin)["warn_yellow_hours"] == 30


def test_a_token_revoked_in_the_middle_is_told_and_nothing_is_lost(
    browser: Browser, admin: "Engine", new_code: Callable[[], str]
) -> None:
    page = opened(browser)
    fill(page, warn_yellow_hours=30)
    with admin.begin() as connection:
        connection.execute(text("UPDATE devices SET revoked_at = now()"))
    saved(page, "重新配对")
    expect(page.locator("#paired")).to_contain_text("重新配对")
    page.locator("#test").click()
    expect(page.locator("#test-result")).to_contain_text("不再认可")
    expect(page.locator("#warn_yellow_hours")).to_have_value("30")
    page.locator("#code").fill(new_code())
    page.locator("#pair").click()
    expect(page.locator("#pair-result")).to_have_text("已完成。")
    expect(page.locator("#warn_yellow_hours")).to_have_value("30")
    saved(page)
    assert stored(admin)["warn_yellow_hours"] == 30


def test_consent_withdrawn_with_a_full_outbox_empties_it_and_says_so(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    api.stop()
    page = browser.page(ORDERS)
    for _ in range(2):
        expect(page.locator("tr[data-row-key]").first).to_be_visible()
        first = page.locator("tr[data-row-key]").first.get_attribute("data-row-key") or ""
        page.get_by_role("button", name="下一页").click()
        expect(page.locator("tr[data-row-key]").first).not_to_have_attribute("data-row-key", first)
    expect_state(page, "away")
    expect(page.locator("koubei-dock .pill")).to_contain_text("3 批待发")
    options = browser.own_page()
    expect(options.locator("#queue")).to_contain_text("3 批")
    options.locator("#withdraw").click()
    expect(options.locator("#withdrawn")).to_contain_text("3 批（60 条记录）已从本浏览器清除")
    expect(options.locator("#queue")).to_contain_text("0 批")
    expect_state(page, "no_consent")
    kept = browser.kept()
    assert (kept["outbox"], kept["aside"]) == ([], [])
    assert host.shop.orders[0]["id"] not in json.dumps({**kept, "log": [], "asked": []})
    api.forget()
    api.start()
    options.locator("#flush").click()
    page.reload()
    page.wait_for_timeout(3500)  # a tick of the alarm
    assert api.calls == []
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM records WHERE kind = 'order'")).scalar_one() == 0
    options.locator("#agree").click()
    expect(options.locator("#withdrawn")).to_be_hidden()
    expect(options.locator("#agreed-text")).to_contain_text("第 2 版")


def test_full_storage_is_said_and_counted_and_ends(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> None:
    options = opened(browser)
    session = browser.context.new_cdp_session(options)
    override = {"origin": f"chrome-extension://{ID}"}
    session.send("Storage.overrideQuotaForOrigin", {**override, "quotaSize": 1})
    # Chromium believes for a while in the room it has seen before.
    wait_for(lambda: options.evaluate(REFUSED), "no room", 90, events_of(options.context))
    page = browser.page(ORDERS)
    expect_state(page, "full")
    expect(options.locator("#full")).to_contain_text("20 条")
    assert [call for call in api.calls if call.method == "POST"] == [], "sent without a line in the log"
    session.send("Storage.overrideQuotaForOrigin", override)
    page.reload()
    expect(badges(page)).to_have_count(20)
    expect_state(page, "ok")
    expect(options.locator("#full")).to_be_hidden()
    expect(options.locator("#dropped")).to_contain_text("20 条")
    with admin.connect() as connection:
        found = set(connection.execute(text("SELECT id FROM records WHERE kind = 'order'")).scalars())
    assert found == {order["id"] for order in host.shop.orders[:20]}


def test_settings_that_cannot_be_kept_are_said_and_shown_as_they_are(browser: Browser) -> None:
    page = opened(browser)
    page.evaluate("""async () => {
      const room = chrome.storage.local.QUOTA_BYTES - await chrome.storage.local.getBytesInUse();
      await chrome.storage.local.set({ballast: "x".repeat(room - '"ballast"'.length)});
    }""")
    page.locator("#page-creator").click()
    expect(page.locator("#saved")).to_contain_text("浏览器不再给空间")
    expect(page.locator("#page-creator")).to_be_checked()
    page.evaluate("chrome.storage.local.remove('ballast')")
    page.locator("#page-creator").click()
    expect(page.locator("#saved")).to_be_empty()
    expect(page.locator("#page-creator")).not_to_be_checked()


def test_the_log_has_the_exact_bytes_and_can_be_searched(browser: Browser, api: Api) -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    [sent] = [call for call in api.calls if call.path.endswith("/batches") and call.method == "POST"]
    options = browser.own_page()
    lines = options.locator("#log > li")
    options.locator("#log-search").fill("batches 20")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(f"{api.url}/v1/subjects/{SHOP_ID}/batches · 200 · {len(sent.body)} 字节")
    lines.locator("summary").click()
    assert lines.locator("pre").text_content() == sent.body.decode()
    lines.get_by_role("checkbox").check()
    assert json.loads(lines.locator("pre").text_content() or "") == json.loads(sent.body)
    options.locator("#log-search").fill("no such thing")
    expect(options.locator("#log")).to_have_text("没有符合的。")
    options.locator("#log-search").fill("")
    options.locator("#log-payloads").check()
    expect(lines.filter(has_text="没有内容")).to_have_count(0)
    expect(lines.filter(has_text="/batches")).to_have_count(1)


def test_a_request_without_an_answer_stands_in_the_log_too(browser: Browser, api: Api) -> None:
    api.stop()
    options = browser.own_page()
    options.locator("#test").click()
    expect(options.locator("#test-result")).to_contain_text("没有应答")
    line = options.locator("#log > li").filter(has_text="/health/ready").first
    expect(line).to_contain_text("没有应答")


def test_a_pause_for_an_hour_ends_by_itself_and_one_for_good_does_not(browser: Browser) -> None:
    page = opened(browser)
    page.locator("#pause-hour").click()
    expect(page.locator("#pause-state")).to_contain_text("自动恢复")
    until = browser.kept()["storage"]["settings"]["paused_until"]
    assert 3_590_000 < until - page.evaluate("Date.now()") <= 3_600_000
    shop = browser.page(ORDERS)
    expect_state(shop, "paused")
    browser.change(paused_until=1)  # the hour is over; the worker's next tick sees it
    expect(page.locator("#resume")).to_be_hidden()
    shop.reload()
    expect_state(shop, "ok")
    page.locator("#pause-on").click()
    expect_state(shop, "paused")
    browser.kill_worker()
    page.wait_for_timeout(4000)
    expect_state(shop, "paused")
    page.locator("#resume").click()
    expect_state(shop, "ok")


def test_erasing_takes_two_steps_and_takes_all_of_the_shop(browser: Browser, api: Api, admin: "Engine") -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    page.close()
    options = opened(browser)
    options.locator("#erase").click()
    options.locator("#erase-id").fill("123")
    options.locator("#erase-yes").click()
    expect(options.locator("#erase-result")).to_contain_text(SHOP_ID)
    options.locator("#erase-cancel").click()
    assert [call.method for call in api.calls if call.method == "DELETE"] == []
    options.locator("#erase").click()
    options.locator("#erase-id").fill(SHOP_ID)
    api.stop()
    options.locator("#erase-yes").click()
    expect(options.locator("#erase-result")).to_contain_text("koubei up")
    assert browser.kept()["storage"]["settings"]["shops"] != [], "unbound although the server has it still"
    api.start()
    options.locator("#erase-yes").click()
    expect(options.locator("#erase-result")).to_contain_text("已从服务上删除")
    expect(options.locator("#shops")).to_contain_text("还没有绑定")
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM records")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM subjects")).scalar_one() == 0


def test_the_servers_export_can_be_imported_again(browser: Browser, host: DemoHost, tmp_path: Path) -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    options = opened(browser)
    with options.expect_download() as got:
        options.locator("#export-server").click()
    file = tmp_path / got.value.suggested_filename
    got.value.save_as(file)
    assert file.name == f"koubei-{SHOP_ID}.ndjson"
    records = [decode_record(line) for line in file.read_bytes().splitlines()]
    assert {record.id for record in records if isinstance(record, Order)} == {o["id"] for o in host.shop.orders[:20]}
    assert "export" not in browser.kept()["kv"]


def test_the_report_names_nobody(browser: Browser, api: Api, host: DemoHost) -> None:
    host.switches.set("/after_sale/pc/list", "renamed")
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    page.goto("https://fxg.jinritemai.com/ffa/merchant-aftersale-workbench/aftersale/list")
    expect_state(page, "unread")
    api.fault = 422
    page.goto(ORDERS)
    page.get_by_role("button", name="下一页").click()
    options = browser.own_page()
    expect(options.locator("#aside")).to_contain_text("批被服务拒收")
    options.locator("#report-make").click()
    expect(options.locator("#report")).to_be_visible()
    with options.expect_download() as got:
        options.locator("#report-save").click()
    written = Path(got.value.path()).read_text()
    assert written == options.locator("#report").text_content()
    report = json.loads(written)
    assert report["test"]["verdict"] == "well"
    assert {spec["id"]: spec["unread"] and spec["unread"]["outcome"] for spec in report["specs"]}[
        "doudian.after-sales"
    ] == "changed"
    kept = browser.kept()
    token = next(value["token"] for value in kept["kv"] if isinstance(value, dict) and "token" in value)
    orders = {order["id"] for order in host.shop.orders[:40]}
    named = [*sentinels.SENTINELS, token, SHOP_ID, SHOP_NAME, *orders, api.url, str(api.port)]
    assert [word for word in named if word in written] == []
