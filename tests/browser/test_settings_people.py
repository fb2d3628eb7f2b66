"""People and devices in the settings page: two browsers of one account, real clicks, one real server."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest
from playwright.sync_api import Page, expect

from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api
from tests.browser.axe import findings
from tests.browser.browser import Browser
from tests.browser.conftest import Installed
from tests.browser.people import calls, line, opened, press
from tests.browser.test_settings_looks import picture

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Paired

CODE: Final = re.compile(r"^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$")
WORDS: Final = {
    "zh": {
        "member": "成员", "read_only": "只读", "now": "李梅 现在是只读",
        "gone": "李梅 已不是成员", "void": "令牌已失效",
    },
    "en": {
        "member": "member", "read_only": "read-only", "now": "李梅 is now read-only",
        "gone": "李梅 is no member any more", "void": "no longer valid",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def other(installed: Installed, _host: DemoHost) -> Iterator[Browser]:
    with installed(_host) as browser:
        yield browser


def invited(page: Page, name: str, role: str) -> str:
    page.locator("#invite-name").fill(name)
    page.locator("#invite-role").select_option(role)
    page.locator("#invite").click()
    expect(page.locator("#invited-code")).to_have_text(CODE)
    return page.locator("#invited-code").inner_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_invitation_to_the_end_of_it_in_two_browsers(
    browser: Browser, other: Browser, api: Api, app: "Flask", lang: str
) -> None:
    words = WORDS[lang]
    owner = opened(browser, lang)
    expect(owner.locator("#members > li")).to_have_count(1)
    code = invited(owner, "李梅", "member")
    expect(owner.locator("#invited")).to_be_focused()
    expect(owner.locator("#invited-steps")).to_contain_text(api.url)

    other.begin_anew(api.url, code, {"id": SHOP_ID, "name": SHOP_NAME})
    second = opened(other, lang)
    expect(second.locator("#people-self")).to_contain_text("李梅")
    expect(second.locator("#people-self")).to_contain_text(words["member"])
    expect(second.locator("#devices > li")).to_have_count(1)
    token = app.test_client()
    [kept] = [each["token"] for each in other.kept()["kv"] if isinstance(each, dict) and "token" in each]
    token.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {kept}"

    owner.locator("#people-renew").click()
    expect(line(owner, "李梅")).to_contain_text(words["member"])
    press(line(owner, "李梅"), "role")
    expect(owner.locator("#new-role")).to_be_focused()
    owner.locator("#new-role").select_option("read_only")
    press(line(owner, "李梅"), "yes")
    expect(owner.locator("#members-result")).to_contain_text(words["now"])
    expect(line(owner, "李梅").locator("[data-act^='role']")).to_be_focused()
    expect(line(owner, "李梅")).to_contain_text(words["read_only"])
    second.locator("#people-renew").click()
    expect(second.locator("#people-self")).to_contain_text(words["read_only"])
    expect(second.locator("#paired")).to_contain_text(words["read_only"])
    assert token.put("/v1/subjects/shop-2", json={}).status_code == 403

    press(line(owner, "李梅"), "remove")
    expect(owner.locator("#remove-sure")).to_contain_text("李梅")
    expect(owner.locator("[data-act=cancel]")).to_be_focused()  # the harmless answer
    assert token.get("/v1/subjects").status_code == 200, "asked once more first"
    owner.locator("[data-act=yes]").click()
    expect(owner.locator("#members-result")).to_contain_text(words["gone"])
    expect(owner.locator("#members > li")).to_have_count(1)
    expect(owner.locator("#members-title")).to_be_focused()
    assert token.get("/v1/subjects").status_code == 401
    second.locator("#people-renew").click()
    expect(second.locator("#people-shut")).to_contain_text(words["void"])
    expect(second.locator("#people-self")).to_be_hidden()
    expect(second.locator("#devices-part")).to_be_hidden()
    assert second.get_by_text("李梅").filter(visible=True).count() == 0, "whom it may not see any more it does not show"


@pytest.mark.parametrize("role", ["read_only", "member"])
def test_who_is_no_owner_sees_the_own_device_and_no_button_that_is_refused(
    browser: Browser, api: Api, pair: Callable[..., "Paired"], app: "Flask", role: Any
) -> None:
    from server.devices.codes import create_code
    from server.http.state import KEY

    assert pair(name="boss").client.put(f"/v1/subjects/{SHOP_ID}", json={}).status_code == 200
    code = create_code(app.extensions[KEY].database.gate, member="王芳", role=role)
    browser.begin_anew(api.url, code, {"id": SHOP_ID, "name": SHOP_NAME})
    api.forget()
    page = opened(browser)
    expect(page.locator("#people-self")).to_contain_text("王芳")
    expect(page.locator("#people-self")).to_contain_text(WORDS["zh"][role])
    expect(page.locator("#devices > li")).to_have_count(1)
    expect(page.locator("#devices > li")).to_contain_text("本浏览器")
    assert page.locator("#people button").filter(visible=True).all_inner_texts() == ["刷新"]
    page.locator("#people-renew").click()
    expect(page.locator("#people-read")).to_be_empty()
    own = page.locator("#devices > li").get_attribute("data-id")
    asked = [call for call in api.calls if call.method != "OPTIONS" and re.match("/v1/(members|devices)", call.path)]
    assert {(call.method, call.status) for call in asked} == {("GET", 200)}
    assert {call.path for call in asked} == {f"/v1/devices/{own}"}


def test_a_role_that_somebody_else_changed_meanwhile_is_not_overruled_unseen(
    browser: Browser, api: Api, pair: Callable[..., "Paired"]
) -> None:
    colleague = pair(name="colleague", member="赵强")
    reader = pair(name="phone", member="孙丽", role="read_only")
    page = opened(browser)

    def meanwhile(role: str) -> None:
        [one] = [each for each in colleague.client.get("/v1/members").json["items"] if each["name"] == "孙丽"]
        path = f"/v1/members/{one['id']}"
        tag = colleague.client.get(path).headers["ETag"]
        answer = colleague.client.patch(path, json={"role": role}, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text

    press(line(page, "孙丽"), "role")
    page.locator("#new-role").select_option("owner")
    meanwhile("member")
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("别人在这期间改了 孙丽")
    expect(page.locator("label[for=new-role]")).to_contain_text("现在：成员")
    expect(page.locator("#new-role")).to_have_value("owner")  # what was wanted is still there
    expect(page.locator("[data-act=yes]")).to_be_focused()
    assert reader.client.get("/v1/members").status_code == 403
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("孙丽 现在是所有者")
    assert reader.client.get("/v1/members").status_code == 200
    # What somebody else did is what was wanted: nothing is left to decide.
    press(line(page, "孙丽"), "role")
    page.locator("#new-role").select_option("member")
    meanwhile("member")
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("孙丽 现在是成员")
    assert [call.status for call in api.calls if call.method == "PATCH"] == [412, 200, 412]


def test_the_last_owner_stays_and_is_told_what_to_do(browser: Browser, pair: Callable[..., "Paired"]) -> None:
    pair(name="phone", member="孙丽", role="member")
    page = opened(browser)
    press(line(page, "owner"), "role")
    expect(page.locator("#members .note")).to_be_hidden()
    page.locator("#new-role").select_option("member")
    expect(page.locator("#members .note")).to_contain_text("您自己")
    press(line(page, "owner"), "yes")
    expect(page.locator("#members-result")).to_contain_text("唯一的所有者。请先把另一个成员改成所有者")
    press(line(page, "owner"), "cancel")
    press(line(page, "owner"), "remove")
    expect(page.locator("#remove-sure")).to_contain_text("您自己")
    press(line(page, "owner"), "yes")
    expect(page.locator("#members-result")).to_contain_text("唯一的所有者")
    expect(page.locator("#members > li")).to_have_count(2)
    # With a second owner it goes, and this browser has no more to say at once.
    press(line(page, "owner"), "cancel")
    press(line(page, "孙丽"), "role")
    page.locator("#new-role").select_option("owner")
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("孙丽 现在是所有者")
    expect(page.locator("#new-role")).to_have_count(0)
    press(line(page, "owner"), "role")
    page.locator("#new-role").select_option("read_only")
    press(line(page, "owner"), "yes")
    expect(page.locator("#people-self")).to_contain_text("角色是只读")
    expect(page.locator("#people-self")).to_be_focused()
    assert page.locator("#people button").filter(visible=True).all_inner_texts() == ["刷新"]


def test_a_device_is_revoked_and_this_browser_is_not_offered(browser: Browser, pair: Callable[..., "Paired"]) -> None:
    lost = pair(name="lost", member="孙丽", role="member")
    page = opened(browser)
    assert line(page, "test", "devices").locator("button").count() == 0
    expect(line(page, "test", "devices").locator("a[href='#data']")).to_be_visible()
    press(line(page, "lost", "devices"), "revoke")
    expect(page.locator("#revoke-sure")).to_contain_text("不能恢复")
    page.keyboard.press("Escape")
    expect(page.locator("#revoke-sure")).to_have_count(0)
    expect(line(page, "lost", "devices").locator("button")).to_be_focused()
    assert lost.client.get("/v1/subjects").status_code == 200
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#devices-result")).to_contain_text("“lost”已注销")
    expect(page.locator("#devices-title")).to_be_focused()
    assert lost.client.get("/v1/subjects").status_code == 401
    expect(page.locator("#devices > li")).to_have_count(1)
    expect(page.locator("#revoked > li")).to_be_hidden()
    page.locator("#revoked-title").click()
    expect(page.locator("#revoked > li")).to_contain_text("孙丽")
    expect(line(page, "孙丽")).to_contain_text("0 台设备")


def test_an_invitation_is_one_more_device_for_who_is_in_and_refused_under_another_role(
    browser: Browser, api: Api, client: Any, pair: Callable[..., "Paired"]
) -> None:
    pair(name="phone", member="孙丽", role="member")
    page = opened(browser)
    page.locator("#invite-name").fill("孙丽")
    page.locator("#invite-role").select_option("owner")
    page.locator("#invite").press("Enter")
    expect(page.locator("#invite-result")).to_contain_text("角色不同")
    expect(page.locator("#invited")).to_be_hidden()
    press(line(page, "孙丽"), "another")
    expect(page.locator("#invited-title")).to_contain_text("再加一台设备")
    code = page.locator("#invited-code").inner_text()
    page.locator("#copy-message").click()
    expect(page.locator("#copy-result")).to_have_text("已复制。")
    page.locator("#log-search").focus()
    page.keyboard.press("Control+v")
    copied = page.locator("#log-search").input_value()
    assert code in copied
    assert api.url in copied
    assert client.post("/v1/devices", json={"code": code, "name": "tablet"}).json["member"] == "孙丽"
    page.locator("#people-renew").click()
    expect(line(page, "孙丽")).to_contain_text("2 台设备")
    # Enter in the field is a hand too; the code is nowhere but on the page.
    page.locator("#invite-name").fill("周")
    page.locator("#invite-role").select_option("read_only")
    page.locator("#invite-name").press("Enter")
    expect(page.locator("#invited-title")).to_contain_text("周（只读）")
    expect(page.locator("#invite-role")).to_have_value(
        "member"
    )  # the next one gets no more than they need by oversight
    second = page.locator("#invited-code").inner_text()
    assert second != code
    kept = str(browser.kept())
    assert not [each for each in (code, second) if each in kept or each.replace("-", "") in kept]
    assert "周" in kept, "what was sent stands in the log"
    page.locator("#invited-hide").click()
    expect(page.locator("#invited")).to_be_hidden()
    expect(page.locator("#invite-name")).to_be_focused()
    assert page.locator("#invited-code").inner_text() == ""


def test_a_code_that_is_over_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    monkeypatch.setattr("server.members.routes.LIFETIME", dt.timedelta(seconds=3))
    page = opened(browser)
    invited(page, "李梅", "member")
    expect(page.locator("#invited-until")).to_contain_text("已过期")
    expect(page.locator("#invited-code")).to_be_empty()
    expect(page.locator("#copy-code")).to_be_hidden()


def test_what_the_server_cannot_do_is_said_with_what_to_do(
    browser: Browser, api: Api, app: "Flask", pair: Callable[..., "Paired"], monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.http.limits import RateLimits
    from server.http.state import KEY
    from server.members import service

    def broken(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("on purpose")

    pair(name="phone", member="孙丽", role="member")
    page = opened(browser)
    press(line(page, "孙丽"), "role")
    page.locator("#new-role").select_option("owner")
    with monkeypatch.context() as patch:
        patch.setattr(service, "change_role", broken)
        press(line(page, "孙丽"), "yes")
        expect(page.locator("#members-result")).to_contain_text("koubei doctor")
        expect(page.locator("#new-role")).to_have_value("owner")
        patch.setattr(service, "list_members", broken)
        page.locator("#people-renew").click()
        expect(page.locator("#people-read")).to_contain_text("服务出错了")
        expect(page.locator("#members > li")).to_have_count(2)  # what was read before stays
        asked = len(calls(api, "GET"))
        page.wait_for_timeout(1500)
        assert len(calls(api, "GET")) == asked, "nobody hammers at what is broken"
    state = app.extensions[KEY]
    with monkeypatch.context() as patch:
        patch.setitem(app.extensions, KEY, dataclasses.replace(state, limits=RateLimits(None, 1)))
        for _ in range(2):
            page.locator("#people-renew").click()
        expect(page.locator("#people-read")).to_contain_text(re.compile(r"\d+ 秒后再试"))
    api.stop()
    page.locator("#people-renew").click()
    expect(page.locator("#people-read")).to_contain_text("连不上")
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("连不上")
    api.start()
    page.locator("#test").click()
    expect(page.locator("#people-read")).to_be_empty()  # read again by itself
    press(line(page, "孙丽"), "yes")
    expect(page.locator("#members-result")).to_contain_text("孙丽 现在是所有者")


def test_a_script_in_the_page_does_nothing(browser: Browser, api: Api, pair: Callable[..., "Paired"]) -> None:
    pair(name="phone", member="孙丽", role="member")
    page = opened(browser)
    page.locator("#invite-name").fill("李梅")
    page.evaluate(
        """() => {
          for (const one of document.querySelectorAll("#people [data-act], #invite")) one.click();
          document.querySelector("#invite-form").requestSubmit();
        }"""
    )
    press(line(page, "孙丽"), "remove")
    page.evaluate("document.querySelector('[data-act=yes]').click()")
    page.locator("#people-renew").click()
    expect(page.locator("#remove-sure")).to_be_visible()
    expect(page.locator("#members > li")).to_have_count(2)
    assert calls(api, "POST", "PATCH", "DELETE") == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_fits_a_wide_and_a_narrow_window(browser: Browser, pair: Callable[..., "Paired"], lang: str) -> None:
    long = "Wolfeschlegelsteinhausenbergerdorff-und-sehr-lange-Namen-ohne-Ende-die-jemand-einmal-eingetippt-hat"
    pair(name="Chromium", member="李梅", role="member")
    pair(name="Firefox", member=long[:100], role="read_only")
    gone = pair(name="Chromium", member="李梅", role="member")
    assert gone.client.delete(f"/v1/devices/{gone.device_id}").status_code == 204
    page = opened(browser, lang)
    expect(page.locator("#members > li")).to_have_count(3)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        picture(page, f"settings-people-{lang}-{scheme}", "#people")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    invited(page, "王芳", "read_only")
    page.locator("#revoked-title").click()
    for width in (1440, 800, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for deed, of in (("role", "members"), ("remove", "members"), ("revoke", "devices")):
            page.locator(f"#{of} [data-act^='{deed}:']").last.click()
            expect(page.locator("[data-act=yes]")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert findings(page) == []
            picture(page, f"settings-people-{deed}-{lang}-{width}", "#people")
            page.locator("[data-act=cancel]").click()
