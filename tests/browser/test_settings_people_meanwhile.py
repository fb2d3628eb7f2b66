"""People and devices while somebody else acts, the server takes its time, or a hand is in the middle of a click."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.api import Api, wait_for
from tests.browser.browser import Browser, events_of
from tests.browser.people import calls, line, opened, press

if TYPE_CHECKING:
    from tests.conftest import Paired


def test_a_button_that_is_held_is_not_drawn_anew_under_the_hand(
    browser: Browser, api: Api, pair: Callable[..., "Paired"]
) -> None:
    page = opened(browser)
    press(line(page, "owner"), "role")
    page.locator("[data-act=cancel]").hover()
    page.mouse.down()
    pair(name="phone", member="孙丽", role="member")
    api.forget()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_for(lambda: "/v1/members" in calls(api, "GET"), "the list to be read")
    page.wait_for_timeout(500)
    expect(page.locator("#members > li")).to_have_count(1)
    page.mouse.up()
    expect(page.locator("#new-role")).to_have_count(0)
    expect(page.locator("#members > li")).to_have_count(2)


def test_who_is_an_owner_no_more_is_told_so_and_keeps_no_buttons(
    browser: Browser, pair: Callable[..., "Paired"]
) -> None:
    boss = pair(name="boss", member="赵强")
    page = opened(browser)
    press(line(page, "赵强"), "remove")
    [own] = [one for one in boss.client.get("/v1/members").json["items"] if one["name"] == "owner"]
    path = f"/v1/members/{own['id']}"
    tag = boss.client.get(path).headers["ETag"]
    assert boss.client.patch(path, json={"role": "member"}, headers={"If-Match": tag}).status_code == 200
    page.locator("[data-act=yes]").click()
    expect(page.locator("#members-result")).to_contain_text("只有所有者")
    expect(page.locator("#people-self")).to_contain_text("角色是成员")
    expect(page.locator("#members-part")).to_be_hidden()
    assert boss.client.get("/v1/members").status_code == 200


def test_whom_somebody_else_removed_meanwhile_the_page_no_longer_shows(
    browser: Browser, pair: Callable[..., "Paired"]
) -> None:
    colleague = pair(name="colleague", member="赵强")
    for name in ("孙丽", "李梅"):
        pair(name="phone", member=name, role="member")
    page = opened(browser)
    listed = colleague.client.get("/v1/members").json["items"]
    for one in listed:
        if one["name"] in {"孙丽", "李梅"}:
            assert colleague.client.delete(f"/v1/members/{one['id']}").status_code == 204
    press(line(page, "李梅"), "remove")
    press(line(page, "李梅"), "yes")
    expect(page.locator("#members-result")).to_contain_text("李梅 已不是成员")  # as it was wanted
    expect(page.locator("#members > li")).to_have_count(2)
    page.reload()
    expect(page.locator("#members > li")).to_have_count(2)
    pair(name="phone", member="周", role="member")
    page.locator("#people-renew").click()
    [one] = [one for one in colleague.client.get("/v1/members").json["items"] if one["name"] == "周"]
    expect(line(page, "周")).to_be_visible()
    assert colleague.client.delete(f"/v1/members/{one['id']}").status_code == 204
    press(line(page, "周"), "role")
    expect(page.locator("#members-result")).to_contain_text("服务里已经没有它了")
    expect(page.locator("#members > li")).to_have_count(2)
    expect(page.locator("#members-title")).to_be_focused()


def test_a_late_answer_does_not_replace_a_newer_one(browser: Browser, pair: Callable[..., "Paired"]) -> None:
    page = opened(browser)
    page.evaluate(
        """() => {
          const send = chrome.runtime.sendMessage.bind(chrome.runtime);
          const held = new Promise((go) => { globalThis.release = go; });
          let first = true;
          chrome.runtime.sendMessage = async (message) => {
            const mine = message.ask === "people" && first;
            if (mine) first = false;
            const reply = await send(message);
            if (mine) { globalThis.waits = true; await held; }
            return reply;
          };
        }"""
    )
    page.locator("#people-renew").click()
    wait_for(
        lambda: page.evaluate("globalThis.waits === true"),
        "the held answer",
        pause=events_of(page.context),
    )
    pair(name="phone", member="孙丽", role="member")
    page.locator("#people-renew").click()
    expect(page.locator("#members > li")).to_have_count(2)
    page.evaluate("async () => { release(); await new Promise((go) => setTimeout(go, 100)); }")
    expect(page.locator("#members > li")).to_have_count(2)


def test_who_goes_on_while_the_server_takes_its_time_is_not_called_back(
    browser: Browser, api: Api, pair: Callable[..., "Paired"]
) -> None:
    for name in ("孙丽", "周"):
        pair(name="phone", member=name, role="member")
    page = opened(browser)
    press(line(page, "孙丽"), "role")
    page.locator("#new-role").select_option("owner")
    api.slow = lambda question: 1.0 if question.startswith("/v1/members/") else 0
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_have_text("请稍候……")
    press(line(page, "周"), "remove")
    expect(page.locator("#members-result")).to_contain_text("孙丽 现在是所有者")
    expect(line(page, "孙丽")).to_contain_text("所有者 ·")
    expect(line(page, "周").locator("[data-act=cancel]")).to_be_focused()
    # A form that takes its time to open does not take the place of what was begun since.
    press(line(page, "周"), "cancel")
    press(line(page, "孙丽"), "role")
    press(line(page, "周"), "remove")
    reads = r"/v1/members/[\da-f-]+$"
    wait_for(
        lambda: sum(call.method == "GET" and bool(re.match(reads, call.path)) for call in api.calls) == 2,
        "the member's own answer",
        pause=events_of(page.context),
    )
    page.wait_for_timeout(100)
    expect(page.locator("#new-role")).to_have_count(0)
    expect(line(page, "周").locator("[data-act=cancel]")).to_be_focused()


def test_a_form_opens_also_where_the_one_before_is_closed_only_then(
    browser: Browser, api: Api, pair: Callable[..., "Paired"]
) -> None:
    pair(name="phone", member="孙丽", role="member")
    page = opened(browser)
    press(line(page, "孙丽"), "role")
    page.locator("#new-role").select_option("owner")
    act = line(page, "owner").locator("[data-act^='role:']").get_attribute("data-act") or ""
    seconds = {"/v1/members": 0.5, f"/v1/members/{act.removeprefix('role:')}": 2.0}
    api.slow = lambda question: seconds.get(question.partition("?")[0], 0)
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("孙丽 现在是所有者")
    press(line(page, "owner"), "role")
    expect(line(page, "owner").locator("#new-role")).to_be_focused()
