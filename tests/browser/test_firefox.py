"""The same package in Firefox: what Chromium forgives, Firefox may not (objects behind Xrays, shared style sheets)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.demo import sentinels
from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.host import DemoHost
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS
from tests.browser.firefox import FIREFOX, firefox

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: apt-get install firefox-esr")

SETUP = """(async () => {
  const [server, code, shop] = %s;
  await browser.storage.local.set({settings: {consent: {version: 2, at: new Date().toISOString()}, lang: "zh"}});
  const paired = await browser.runtime.sendMessage({ask: "pair", server, code, name: "Firefox"});
  const bound = await browser.runtime.sendMessage({ask: "bind", shop});
  return paired.ok && bound.ok;
})()"""


@pytest.mark.parametrize("strict_policy", [False, True])
def test_orders_are_read_sent_and_marked(
    host: DemoHost, api: Api, new_code: Callable[[], str], extension: Path, tmp_path: Path, *, strict_policy: bool
) -> None:
    host.switches.strict_policy = strict_policy
    with firefox(tmp_path / "profile", host.port) as browser:
        browser.install(extension)
        wait_for(lambda: browser.evaluate("document.readyState") == "complete", "the settings page to load")
        assert browser.evaluate(SETUP % json.dumps([api.url, new_code(), {"id": SHOP_ID, "name": SHOP_NAME}]))
        browser.go(ORDERS)
        wait_for(lambda: browser.evaluate("document.querySelectorAll('koubei-badge').length") == 20, "a badge a row")
        first = "document.querySelector('koubei-badge').shadowRoot.querySelector('.badge')"
        assert "分" in browser.evaluate(f"{first}.textContent")
        assert browser.evaluate(f"getComputedStyle({first}).borderRadius") == "6px"
        assert browser.evaluate("document.querySelector('koubei-dock').dataset.state") == "ok"
        assert browser.log == []
    [batch] = api.batches()
    assert {record["id"] for record in batch["records"]} == {order["id"] for order in host.shop.orders[:20]}
    assert [word for word in sentinels.SENTINELS for call in api.calls if word in call.everything] == []
