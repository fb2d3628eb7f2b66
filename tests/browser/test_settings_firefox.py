"""The settings page in Firefox: it comes up whole, talks to the real server, and withdraws consent."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api
from tests.browser.drivers import Driver, open_firefox, set_up, until
from tests.browser.firefox import FIREFOX, UUID

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: apt-get install firefox-esr")


@pytest.fixture
def ours(host: DemoHost, extension: Path, tmp_path: Path) -> Iterator[Driver]:
    with open_firefox(tmp_path / "profile", host, extension) as driver:
        yield driver


def test_it_works_in_firefox_too(ours: Driver, api: Api, new_code: Callable[[], str]) -> None:
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
