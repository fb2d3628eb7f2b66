"""Answers that are late: nothing older, nothing of another shop, server or token, and nothing done twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect
from sqlalchemy import text

from server.demo.catalog import SHOP_ID
from server.demo.host import DemoHost
from server.demo.variants import OTHER_SHOP_ID, OTHER_SHOP_NAME
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, SCORE, Browser, badges, dock, events_of, expect_state
from tests.browser.conftest import plain_overlay
from tests.browser.held import Held
from tests.browser.proposing import TITLE
from tests.browser.selling import asked
from tests.browser.test_settings import fill, opened, saved

if TYPE_CHECKING:
    from sqlalchemy import Engine

SETTINGS = f"/{SHOP_ID}/settings"
ASK = "message => chrome.runtime.sendMessage(message)"


def asking(page: Page, question: dict[str, Any]) -> None:
    """Asks the service worker; `told` has its answer."""
    page.evaluate(f"question => {{ window.said = ({ASK})(question); }}", question)


def told(page: Page) -> Any:
    return page.evaluate("() => window.said")


def bind_other(browser: Browser) -> None:
    shop = {"id": OTHER_SHOP_ID, "name": OTHER_SHOP_NAME}
    browser._on_own_page(ASK, {"ask": "bind", "shop": shop})


def totals(total: float) -> Callable[[str, list[str]], dict[str, Any]]:
    def answer(page: str, ids: list[str]) -> dict[str, Any]:
        plain = plain_overlay(page, ids)
        return {**plain, "panel": {**plain["panel"], "total": total}}

    return answer


def toolbar(page: Page) -> str:
    return str(page.evaluate("chrome.action.getBadgeText({})"))


def test_what_was_said_of_one_shop_is_not_shown_under_the_login_of_another(
    browser: Browser, api: Api, host: DemoHost
) -> None:
    bind_other(browser)
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    pill = dock(page).locator(".pill")
    expect(pill).to_contain_text("85.31")
    api.stop()  # of the other shop nothing comes
    host.switches.login = "other_shop"
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("tr[data-row-key]").first).to_have_attribute("data-row-key", host.shop.orders[20]["id"])
    expect(pill).not_to_contain_text("85.31")
    page.get_by_role("button", name="上一页").click()
    expect(page.locator("tr[data-row-key]").first).to_have_attribute("data-row-key", host.shop.orders[0]["id"])
    expect_state(page, "away")
    expect(badges(page)).to_have_count(0)
    api.start()
    expect(badges(page)).to_have_count(20)
    assert {OTHER_SHOP_ID in call.path for call in asked(api, "/overlay")[-1:]} == {True}


def test_after_a_pause_the_page_is_asked_about_again(browser: Browser, api: Api) -> None:
    page = browser.page(SCORE)
    pill = dock(page).locator(".pill")
    expect(pill).to_contain_text("85.31")
    browser.change(paused=True)
    expect_state(page, "paused")
    api.overlay = totals(86.42)
    browser.change(paused=False)
    expect(pill).to_contain_text("86.42")


def test_a_second_click_on_an_action_is_none(browser: Browser, api: Api, proposed: str) -> None:
    page = browser.page(SCORE)
    button = dock(page).locator(".panel").get_by_role("button", name="明天再说")
    expect(button).to_be_visible()
    answers = f"/actions/{proposed}"
    held = Held(api, answers)
    button.dblclick()
    held.made(page)
    page.wait_for_timeout(500)
    held.let_go(page)
    expect(dock(page).locator(".panel")).not_to_contain_text(TITLE)
    assert [call.status for call in asked(api, answers)] == [200]
    expect_state(page, "ok")


def test_an_answer_to_what_was_asked_before_a_pause_puts_no_number_on_the_button(browser: Browser, api: Api) -> None:
    page = browser.page(SCORE)
    own = browser.own_page("blank")
    wait_for(lambda: toolbar(own) == "85.3", "the number", pause=events_of(browser.context))
    held = Held(api, "/overlay")
    asking(own, {"ask": "overlay", "page": "score", "shop": SHOP_ID, "ids": []})
    held.made(own)
    browser.change(paused=True)
    wait_for(lambda: toolbar(own) == "", "the number to go", pause=events_of(browser.context))
    held.let_go(own)
    told(own)
    assert toolbar(own) == ""
    expect_state(page, "paused")


def test_after_everything_was_deleted_nothing_that_was_asked_before_comes_back(browser: Browser, api: Api) -> None:
    own = browser.own_page("blank")
    held = Held(api, "/overlay")
    asking(own, {"ask": "overlay", "page": "score", "shop": SHOP_ID, "ids": []})
    held.made(own)
    own.evaluate(ASK, {"ask": "wipe"})
    held.let_go(own)
    told(own)
    kept = browser.kept()
    assert (kept["kv"], kept["storage"].keys() - {"capture", "health"}) == ([], set())
    assert toolbar(own) == ""


def test_a_late_refusal_of_an_old_token_says_nothing_of_the_new_one(
    browser: Browser, api: Api, admin: "Engine", new_code: Callable[[], str]
) -> None:
    own = browser.own_page("blank")
    with admin.begin() as connection:
        connection.execute(text("UPDATE devices SET revoked_at = now()"))
    held = Held(api, "/score")
    asking(own, {"ask": "part", "shop": SHOP_ID, "part": "score", "query": {}})
    held.made(own)
    assert own.evaluate(ASK, {"ask": "pair", "server": api.url, "code": new_code(), "name": "again"})["ok"]
    held.let_go(own)
    assert (told(own)["why"], asked(api, "/score")[-1].status) == ("shut", 401)
    assert browser.kept()["storage"]["health"]["revoked"] is False
    page = browser.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    expect_state(page, "ok")


def test_a_code_that_is_sent_twice_is_used_once(fresh: Browser, api: Api, new_code: Callable[[], str]) -> None:
    page = fresh.own_page()
    page.locator("#agree").click()
    expect(page.locator("#code")).to_be_focused()
    page.locator("#server").fill(api.url)
    page.locator("#code").fill(new_code())
    held = Held(api, "/v1/devices")
    page.locator("#pair").dblclick()
    held.made(page)
    page.wait_for_timeout(300)
    held.let_go(page)
    expect(page.locator("#paired")).to_contain_text(api.url)
    expect(page.locator("#pair-result")).to_have_text("已完成。")
    assert [call.method for call in asked(api, "/v1/devices")].count("POST") == 1


def test_of_two_addresses_that_are_tried_the_last_is_spoken_of(browser: Browser, api: Api) -> None:
    page = opened(browser)
    held = Held(api, "/v1/subjects")  # the test's last question but one
    page.locator("#test").click()
    held.made(page)
    page.locator("#server").fill("http://koubei.example")
    page.locator("#test").click()
    expect(page.locator("#test-result")).to_contain_text("地址写错了")
    held.let_go(page)
    wait_for(
        lambda: [call for call in api.calls if call.path.startswith("/v1/devices/") and call.method == "GET"],
        "the test's last question",
        pause=events_of(browser.context),
    )
    page.wait_for_timeout(500)
    expect(page.locator("#test-result")).to_contain_text("地址写错了")


def stored(admin: "Engine", shop: str) -> dict[str, Any]:
    with admin.connect() as connection:
        body = connection.execute(
            text("SELECT body FROM subject_preferences WHERE subject_id = :shop"), {"shop": shop}
        ).scalar()
        return dict(body or {})


def test_a_save_of_one_shop_does_not_come_back_in_the_form_of_another(
    browser: Browser, api: Api, admin: "Engine"
) -> None:
    bind_other(browser)
    page = opened(browser)
    fill(page, warn_yellow_hours=31)
    held = Held(api, SETTINGS)
    page.locator("#preferences-save").click()
    held.made(page)
    page.locator("#preferences-shop").select_option(OTHER_SHOP_ID)
    expect(page.locator("#warn_yellow_hours")).to_be_enabled()
    expect(page.locator("#warn_yellow_hours")).not_to_have_value("31")
    held.let_go(page)
    expect(page.locator("#warn_yellow_hours")).not_to_have_value("31")
    fill(page, quiet_from=21)
    saved(page)
    assert (stored(admin, SHOP_ID)["warn_yellow_hours"], stored(admin, OTHER_SHOP_ID)["quiet_from"]) == (31, 21)
    assert stored(admin, OTHER_SHOP_ID)["warn_yellow_hours"] != 31
    page.locator("#preferences-shop").select_option(SHOP_ID)
    expect(page.locator("#warn_yellow_hours")).to_have_value("31")


def test_what_is_typed_while_settings_are_read_stays(browser: Browser, api: Api) -> None:
    page = opened(browser)
    held = Held(api, SETTINGS)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    held.made(page)
    fill(page, warn_yellow_hours=33)
    held.let_go(page)
    expect(page.locator("#warn_yellow_hours")).to_have_value("33")
    expect(page.locator("#preferences-result")).to_have_text("有改动还没保存。")


def test_what_is_typed_and_saved_while_something_is_being_saved_is_kept(
    browser: Browser, api: Api, admin: "Engine"
) -> None:
    page = opened(browser)
    fill(page, warn_yellow_hours=33)
    held = Held(api, SETTINGS)
    page.locator("#preferences-save").click()
    held.made(page)
    fill(page, quiet_to=5)
    page.locator("#preferences-save").click()
    fill(page, quiet_from=20)
    held.let_go(page)
    wait_for(lambda: stored(admin, SHOP_ID).get("quiet_to") == 5, "both saves", pause=events_of(browser.context))
    expect(page.locator("#preferences-result")).to_have_text("有改动还没保存。")
    expect(page.locator("#quiet_from")).to_have_value("20")
    saved(page)
    held_now = stored(admin, SHOP_ID)
    assert [held_now[name] for name in ("warn_yellow_hours", "quiet_to", "quiet_from")] == [33, 5, 20]
