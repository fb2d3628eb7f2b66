"""Nothing is lost and nothing doubled: worker killed, server away, answers lost, batches refused, tokens revoked."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect
from sqlalchemy import text

from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, Browser, badges, expect_state

if TYPE_CHECKING:
    from sqlalchemy import Engine


def stored(admin: "Engine") -> set[str]:
    with admin.connect() as connection:
        return set(connection.execute(text("SELECT id FROM records WHERE kind = 'order'")).scalars())


def receipts(admin: "Engine") -> int:
    with admin.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM receipts")).scalar_one())


def requests(api: Api) -> Counter[str]:
    return Counter(f"{call.method} {api.url}{call.path}" for call in api.calls if call.method != "OPTIONS")


def turn_pages(page: Page, count: int) -> None:
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    for _ in range(count):
        first = page.locator("tr[data-row-key]").first.get_attribute("data-row-key")
        page.get_by_role("button", name="下一页").click()
        expect(page.locator("tr[data-row-key]").first).not_to_have_attribute("data-row-key", first or "")


def ids(host: DemoHost, count: int) -> set[str]:
    return {order["id"] for order in host.shop.orders[:count]}


def test_an_outage_loses_and_doubles_nothing(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> None:
    api.stop()
    page = browser.page(ORDERS)
    turn_pages(page, 2)
    expect_state(page, "away")
    expect(page.locator("koubei-dock .pill")).to_contain_text("3 批待发")
    assert badges(page).count() == 0
    api.start()
    wait_for(lambda: stored(admin) == ids(host, 60), "all three pages to arrive")
    wait_for(lambda: browser.kept()["outbox"] == [], "the outbox to be empty")
    assert receipts(admin) == 3
    assert Counter(api.keys()).most_common(1)[0][1] == 1
    expect_state(page, "ok")
    expect(badges(page)).to_have_count(20)


def test_a_killed_worker_delivers_what_it_had_queued(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    api.stop()
    page = browser.page(ORDERS)
    turn_pages(page, 1)
    expect_state(page, "away")
    browser.kill_worker()
    api.start()
    # No click, no new capture: the alarm alone wakes a new worker.
    wait_for(lambda: stored(admin) == ids(host, 40), "both pages to arrive", 30)
    browser.kill_worker()
    turn_pages(page, 1)
    wait_for(lambda: stored(admin) == ids(host, 60), "the next page to arrive")
    assert receipts(admin) == 3


def test_a_worker_killed_in_the_midst_of_each_capture_loses_nothing(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    page = browser.page(ORDERS)
    expect(page.locator("tr[data-row-key]")).to_have_count(20)
    for number in range(1, 7):
        page.get_by_role("button", name="下一页").click()
        browser.kill_worker()
        expect(page.locator("tr[data-row-key]").first).to_have_attribute(
            "data-row-key", host.shop.orders[20 * number]["id"]
        )
    wait_for(lambda: stored(admin) == ids(host, 140), "all seven pages", 30)
    wait_for(lambda: browser.kept()["outbox"] == [], "the outbox to be empty")
    assert receipts(admin) == len(set(api.keys())) == 7
    expect(badges(page)).to_have_count(20)
    assert browser.faults == []


def test_the_queue_outlives_the_browser_page_that_filled_it(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    api.stop()
    page = browser.page(ORDERS)
    expect_state(page, "away")
    page.close()
    browser.kill_worker()
    api.start()
    wait_for(lambda: stored(admin) == ids(host, 20), "the closed page's orders", 30)


def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    api.lose_answer = 1
    page = browser.page(ORDERS)
    wait_for(lambda: len(api.keys()) == 2, "the second try")
    [first, second] = [call.body for call in api.calls if call.path.endswith("/batches") and call.method == "POST"]
    assert first == second
    assert len(set(api.keys())) == 1
    wait_for(lambda: browser.kept()["outbox"] == [], "the receipt")
    assert receipts(admin) == 1
    assert stored(admin) == ids(host, 20)
    page.close()


def test_a_server_error_waits_and_tells_which_side_fails(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    api.fault = 503
    page = browser.page(ORDERS)
    expect_state(page, "away")
    assert len(browser.kept()["outbox"]) == 1
    api.fault = None
    wait_for(lambda: stored(admin) == ids(host, 20), "the batch")


def test_retry_after_is_honoured(browser: Browser, api: Api) -> None:
    api.fault, api.retry_after = 429, 3600
    page = browser.page(ORDERS)
    expect_state(page, "away")
    tries = len(api.keys())
    turn_pages(page, 2)
    page.wait_for_timeout(4000)  # a tick of the test build is 3 s
    assert len(api.keys()) == tries == 1
    assert len(browser.kept()["outbox"]) == 3


def test_a_poison_batch_is_set_aside_counted_and_blocks_nobody(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    api.fault = 422
    page = browser.page(ORDERS)
    wait_for(lambda: len(browser.kept()["aside"]) == 1, "the batch to be set aside")
    api.fault = None
    turn_pages(page, 1)
    wait_for(lambda: stored(admin) == ids(host, 40) - ids(host, 20), "the next batch")
    options = browser.own_page()
    expect(options.locator("#aside")).to_contain_text("1")
    options.locator("#retry-aside").click()
    wait_for(lambda: stored(admin) == ids(host, 40), "the one set aside")


def test_a_revoked_token_stops_sending_says_so_and_pairing_again_goes_on(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine", new_code: Callable[[], str]
) -> None:
    with admin.connect() as connection:
        connection.execute(text("UPDATE devices SET revoked_at = now()"))
    page = browser.page(ORDERS)
    expect_state(page, "revoked")
    turn_pages(page, 1)
    page.wait_for_timeout(500)
    assert stored(admin) == set()
    assert len(browser.kept()["outbox"]) == 2
    assert len(api.keys()) == 1, "asked once, not again and again"
    expect(page.locator("koubei-dock .pill")).to_contain_text("连接已失效")
    browser.setup_again(api, new_code())
    wait_for(lambda: stored(admin) == ids(host, 40), "what had waited")
    expect_state(page, "ok")


def test_a_wrong_pairing_code_says_what_to_do(fresh: Browser, api: Api, new_code: Callable[[], str]) -> None:
    new_code()
    page = fresh.own_page()
    page.locator("#server").fill(api.url)
    page.locator("#code").fill("AAAA2222")
    page.locator("#pair").click()
    expect(page.locator("#pair-result")).to_contain_text("koubei pair")
    page.locator("#server").fill("http://koubei.example")
    page.locator("#pair").click()
    expect(page.locator("#pair-result")).to_contain_text("https://")
    api.stop()
    page.locator("#server").fill(api.url)
    page.locator("#pair").click()
    expect(page.locator("#pair-result")).to_contain_text("koubei up")


def test_the_log_shows_every_request_and_wiping_leaves_nothing(browser: Browser, api: Api, admin: "Engine") -> None:
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    before = requests(api)
    options = browser.own_page()
    lines = options.locator("#log > li")
    expect(lines.first).to_be_visible()
    logged = Counter(line.split(" · ")[1] for line in lines.locator("summary").all_inner_texts())
    assert {f"POST {api.url}/v1/devices", f"PUT {api.url}/v1/subjects/{SHOP_ID}"} < set(logged)
    assert before <= logged
    with admin.connect() as connection:
        device = str(connection.execute(text("SELECT id FROM devices")).scalar_one())
    setting_up = {"devices", device, "members", "subjects", SHOP_ID, "settings", "capture-specs", "rule-packs", "ready"}
    assert {line.rpartition("/")[2] for line in logged - requests(api)} <= setting_up, "nobody made this request"
    lines.filter(has_text="POST").filter(has_text="/batches").locator("summary").click()
    expect(options.locator("#log pre").filter(has_text="koubei.records/1")).to_be_visible()
    assert "kb_" not in options.locator("#log").inner_text()
    options.locator("#wipe").click()
    assert browser.kept()["log"] != []
    options.locator("#wipe-yes").click()
    expect(options.locator("#agree")).to_be_visible()
    expect(options.locator("#wiped")).to_contain_text(api.url)
    kept = browser.kept()
    assert [kept[name] for name in ("outbox", "aside", "log", "asked", "kv")] == [[], [], [], [], []]
    assert "settings" not in kept["storage"]
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM devices WHERE revoked_at IS NULL")).scalar_one() == 0


def test_the_shops_name_travels_with_the_binding(browser: Browser, admin: "Engine") -> None:
    with admin.connect() as connection:
        assert connection.execute(text("SELECT id FROM subjects")).scalars().all() == [SHOP_ID]
    assert browser.kept()["storage"]["settings"]["shops"] == [{"id": SHOP_ID, "name": SHOP_NAME}]
