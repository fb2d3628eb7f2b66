"""What a test of the panel does with it: opens it, waits for it, asks the API the same."""

from typing import Any, Final

from playwright.sync_api import Page, expect

from server.demo.catalog import SHOP_ID
from tests.browser.api import Api
from tests.browser.browser import Browser
from tests.browser.selling import code_of

WIDTH, HEIGHT = 400, 900
TABS: Final = ("now", "why", "try", "course", "shops")
RUN: Final = """async () => {
  const {violations, passes} = await axe.run(document, {resultTypes: ["violations"]});
  const told = ({target, failureSummary}) => [target.join(" "), failureSummary];
  const found = violations.map(({id, nodes}) => [id, nodes.map(told)]);
  return {found, checked: passes.map(({id}) => id)};
}"""


def panel(browser: Browser, tab: str = "now") -> Page:
    page = browser.page()
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(f"{browser.own_url}/panel.html")
    if tab != "now":
        page.locator(f"#tab-{tab}").click()
    settled(page)
    return page


def settled(page: Page) -> None:
    expect(page.locator("section").first).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    # A section fades in.
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => null)")


def answer(api: Api, path: str, subject: str = SHOP_ID) -> Any:
    """What the API says to the panel's own question, asked beside it."""
    client = api.app.test_client()
    token = client.post("/v1/devices", json={"code": code_of(api.app), "name": "beside"}).json["token"]
    got = client.get(f"/v1/subjects/{subject}/{path}", headers={"Authorization": f"Bearer {token}"})
    assert got.status_code == 200, got.text
    return got.json
