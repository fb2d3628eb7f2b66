"""One Chromium with the extension loaded, and what a test wants to do with it."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from server.demo.builds import EXTENSION
from tests.browser.api import Api, wait_for

CHROMIUM: Final = shutil.which("chromium")
ID: Final = "lkfjbigfadgcpdklbegclfahbbhhcfal"  # of static/test-key.txt
HOST: Final = "https://fxg.jinritemai.com"
ORDERS: Final = HOST + "/ffa/morder/order/list"
SCORE: Final = HOST + "/ffa/eco/experience-score"

CONSENT: Final = int(re.findall(r"CONSENT_VERSION = (\d+)", (EXTENSION / "src/settings.ts").read_text())[0])
SET_UP: Final = """async ([server, code, shops, settings]) => {
  const ask = async (message) => {
    const reply = await chrome.runtime.sendMessage(message);
    if (!reply.ok) throw new Error(JSON.stringify([message, reply]));
  };
  await ask({ask: "wipe"});
  await chrome.storage.local.set({settings});
  if (code) await ask({ask: "pair", server, code, name: "test"});
  for (const shop of shops) await ask({ask: "bind", shop});
}"""

_DUMP: Final = """async () => {
  const open = indexedDB.open("koubei");
  const done = (request) => new Promise((ok, no) => {
    request.onsuccess = () => ok(request.result);
    request.onerror = () => no(request.error);
  });
  const db = await done(open);
  const out = {storage: await chrome.storage.local.get(null)};
  const all = (name) => done(db.transaction(name).objectStore(name).getAll());
  for (const name of db.objectStoreNames) out[name] = await all(name);
  db.close();
  return out;
}"""


def agreed(**settings: Any) -> dict[str, Any]:
    """The extension's settings of whoever has agreed just now."""
    return {"consent": {"version": CONSENT, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}, **settings}


class Browser:
    """A context with its own profile. `faults` collects uncaught errors and console errors of the merchant's pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.faults: list[str] = []
        self._own: Page | None = None  # one for all messages, for a new one costs as much as a page of the merchant's

    def page(self, url: str | None = None) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        if url is not None:
            page.goto(url)
        return page

    own_url = f"chrome-extension://{ID}"

    def own_page(self, name: str = "options") -> Page:
        page = self.context.new_page()
        page.goto(f"{self.own_url}/{name}.html")
        return page

    def setup(self, api: Api, code: str, shop: tuple[str, str] | None = None) -> None:
        """Agrees, pairs and binds, as a merchant does it in the options page."""
        page = self.own_page()
        page.get_by_role("button", name="我已阅读并同意").click()
        expect(page.locator("#code")).to_be_focused()  # the page takes whoever agreed there; nothing is typed before
        self._pair(page, api, code)
        if shop is not None:
            page.locator("#shop-id").fill(shop[0])
            page.locator("#shop-name").fill(shop[1])
            page.locator("#shop-add").click()
            expect(page.locator("#shops li")).to_contain_text([shop[0]])
            expect(page.locator("#warn_yellow_hours")).not_to_have_value("")  # the shop's settings have come
        page.close()

    def begin_anew(self, server: str, code: str, *shops: dict[str, Any], **settings: Any) -> None:
        """As if just installed and set up: the same messages that the options page sends, without its clicks."""
        for page in self.context.pages[1:]:
            if page is not self._own:
                page.close()
        self.context.pages[0].goto("about:blank")
        self.kill_worker()
        self._on_own_page(SET_UP, [server, code, list(shops), agreed(**settings)])
        self.faults.clear()

    def setup_again(self, api: Api, code: str) -> None:
        """Pairs once more, after the token was revoked."""
        page = self.own_page()
        self._pair(page, api, code)
        page.close()

    def _pair(self, page: Page, api: Api, code: str) -> None:
        page.locator("#server").fill(api.url)
        page.locator("#code").fill(code)
        page.locator("#pair").click()
        expect(page.locator("#pair-result")).to_have_text("已完成。")
        expect(page.locator("#paired")).to_contain_text(api.url)

    def change(self, **settings: Any) -> None:
        """Sets what the options page would set."""
        self._on_own_page(
            "async (patch) => { const {settings} = await chrome.storage.local.get('settings');"
            " await chrome.storage.local.set({settings: {...settings, ...patch}}); }",
            settings,
        )

    def kept(self) -> dict[str, Any]:
        """Everything the extension has stored: storage.local and each IndexedDB store."""
        return self._on_own_page(_DUMP)

    def kill_worker(self) -> None:
        assert self.context.browser is not None
        session = self.context.browser.new_browser_cdp_session()
        targets = session.send("Target.getTargets")["targetInfos"]
        workers = [t for t in targets if t["type"] == "service_worker" and ID in t["url"]]
        for worker in workers:
            session.send("Target.closeTarget", {"targetId": worker["targetId"]})
        session.detach()

    def reload_extension(self) -> None:
        self._on_own_page("setTimeout(() => chrome.runtime.reload(), 50)")
        assert self._own is not None
        wait_for(self._own.is_closed, "the extension to reload", pause=events_of(self.context))

    def _on_own_page(self, script: str, argument: Any = None) -> Any:
        if self._own is None or self._own.is_closed():
            self._own = self._opened_behind(f"{self.own_url}/blank.html")
        return self._own.evaluate(script, argument)

    def _opened_behind(self, url: str) -> Page:
        """A tab that leaves the one in front where it is."""
        assert self.context.browser is not None
        session = self.context.browser.new_browser_cdp_session()
        with self.context.expect_page() as opening:
            session.send("Target.createTarget", {"url": url, "background": True})
        session.detach()
        opening.value.wait_for_url(url)
        return opening.value


def events_of(context: BrowserContext) -> Callable[[float], None]:
    """A pause in which Playwright hears what happens in the browser; on a page that outlives the extension, if any."""

    def pause(seconds: float) -> None:
        min(context.pages, key=lambda page: ID in page.url).wait_for_timeout(1000 * seconds)

    return pause


@contextmanager
def chromium(
    playwright: Playwright, profile: Path, arguments: list[str], extension: Path | None, *, lang: str = "zh-CN"
) -> Iterator[Browser]:
    loaded = [] if extension is None else [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        headless=True,
        args=[*loaded, *arguments],
        locale=lang,
        viewport={"width": 1440, "height": 900},
        env={**os.environ, "LANGUAGE": lang.replace("-", "_")},
    )
    try:
        if extension is not None:
            wait_for(
                lambda: any(f"{ID}/options.html" in page.url for page in context.pages),
                "the options page of a new installation",
                pause=events_of(context),
            )
        yield Browser(context)
    finally:
        context.close()


def badges(page: Page) -> Locator:
    return page.locator("koubei-badge")


def dock(page: Page) -> Locator:
    return page.locator("koubei-dock")


def state(page: Page) -> str | None:
    return dock(page).get_attribute("data-state")


def expect_state(page: Page, kind: str) -> None:
    expect(dock(page)).to_have_attribute("data-state", kind)


def text_of(kept: dict[str, Any]) -> str:
    return json.dumps(kept, ensure_ascii=False)
