"""The settings page in Firefox: it comes up whole, talks to the real server, and withdraws consent."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api
from tests.browser.drivers import FirefoxTab, open_firefox, set_up, until
from tests.browser.firefox import FIREFOX, UUID

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: apt-get install firefox-esr")


@pytest.fixture
def ours(host: DemoHost, extension: Path, tmp_path: Path) -> Iterator[FirefoxTab]:
    with open_firefox(tmp_path / "profile", host, extension) as driver:
        yield driver


def test_it_works_in_firefox_too(ours: FirefoxTab, api: Api, new_code: Callable[[], str]) -> None:
    set_up(ours, api.url, new_code(), [{"id": SHOP_ID, "name": SHOP_NAME}])

    def press(place: str) -> None:
        ours.evaluate(f"document.querySelector({json.dumps(place)}).click()")

    def holds(place: str, what: str) -> None:
        until(ours, f"document.querySelector({json.dumps(place)})?.textContent.includes({json.dumps(what)})", what, 15)

    ours.go(f"moz-extension://{UUID}/options.html")
    until(ours, "document.querySelector('#warn_red_hours')?.value === '2'", "the settings of the server")
    holds("#packs", "2026-09-08")
    ours.evaluate("document.querySelector('#warn_yellow_hours').value = '36'")
    press("#preferences-save")
    holds("#preferences-result", "已完成")
    press("#test")
    holds("#test-result", "一切正常")
    press("#export-server")
    holds("#export-server-result", "已导出")
    press("#report-make")
    holds("#report", "koubei.diagnosis/1")
    press("#withdraw")
    holds("#withdrawn", "当时没有等待发送的数据")
    puts = [json.loads(call.body) for call in api.calls if call.method == "PUT" and call.path.endswith("/settings")]
    assert [put["warn_yellow_hours"] for put in puts] == [36]
    assert ours.faults == []


def test_an_invitation_by_hand_in_firefox_too(
    ours: FirefoxTab, api: Api, app: "Flask", new_code: Callable[[], str]
) -> None:
    set_up(ours, api.url, new_code(), [{"id": SHOP_ID, "name": SHOP_NAME}])
    ours.go(f"moz-extension://{UUID}/options.html")
    until(ours, "!document.querySelector('#invite-part').hidden", "what an owner may do", 15)
    invite = "document.querySelector('#invite-name')"
    ours.evaluate(f"{invite}.value = '李梅', document.querySelector('#invite').click()")
    ours.evaluate(f"{invite}.focus()")
    assert [call.path for call in api.calls if call.path.endswith("/invitations")] == [], "a script presses nothing"
    ours.key("\ue007")
    code = until(ours, "document.querySelector('#invited-code').textContent", "a code", 15)
    answer = app.test_client().post("/v1/devices", json={"code": code, "name": "phone"})
    assert (answer.json["member"], answer.json["role"]) == ("李梅", "member")
    at = until(
        ours,
        """(() => {
          const button = document.querySelector('#people-renew');
          button.scrollIntoView({block: 'center', behavior: 'instant'});
          const {x, y, width, height} = button.getBoundingClientRect();
          return JSON.stringify([x + width / 2, y + height / 2]);
        })()""",
        "the button",
    )
    ours.click(*json.loads(at))
    until(ours, "document.querySelectorAll('#members > li').length === 2", "the new member", 15)
    assert ours.faults == []
