"""The demo's own browser: Chromium with a profile of its own, the extension loaded, the platform's hosts mapped."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.demo.host import DemoHost
from server.demo.site import PAGES

try:
    from playwright.sync_api import BrowserContext, Error, Page, sync_playwright
except ImportError as error:
    raise ImportError("the demo's browser needs Playwright: pip install playwright") from error

# A person should be able to follow what the demo clicks in its own settings page.
VISIBLE_PAUSE_MS: Final = 250
WIDTH: Final = 1440
HEIGHT: Final = 900
_INSTALLED_SECONDS: Final = 20
# The settings page has been drawn: it offers to agree, or to take that back.
_DRAWN: Final = "#agree:not([hidden]) ~ #withdraw[hidden], #agree[hidden] ~ #withdraw:not([hidden])"


class BrowserError(RuntimeError):
    """Something the demo's browser needs is missing or refused; the message says what to do."""


@dataclass(frozen=True)
class DemoBrowser:
    """An open browser; `context` is Playwright's own handle for whatever else is wanted."""

    context: BrowserContext
    extension_id: str

    def consent(self, server: str, code: str, shop_id: str, shop_name: str) -> Page:
        """Does what a merchant does first, in the extension's settings page: agree, pair, name the shop.

        `server` is the address of koubei's own server, `code` a fresh pairing code. Returns the page, left open. Raises
        BrowserError with the page's own words where pairing or binding is refused.
        """
        page = self._settings_page()
        page.wait_for_selector(_DRAWN, state="attached")
        if page.is_visible("#agree"):  # a profile that was used before has agreed already
            page.click("#agree")
        page.fill("#server", server)
        page.fill("#code", code)
        page.click("#pair")
        self._await(page, "#pair-result")
        page.fill("#shop-id", shop_id)
        page.fill("#shop-name", shop_name)
        page.click("#shop-add")
        self._await(page, "#shop-result")
        return page

    def bind_creator(self, creator_id: str, name: str) -> None:
        """A creator beside the shop, by the same message that the extension's own pages send for one.

        Raises BrowserError with the server's words where it is refused.
        """
        answer = self._settings_page().evaluate(
            "shop => chrome.runtime.sendMessage({ask: 'bind', shop})",
            {"id": creator_id, "name": name, "type": "creator"},
        )
        if not answer["ok"]:
            raise BrowserError(f"the extension does not take the creator {creator_id}: {answer}")

    def await_installed(self) -> None:
        """An extension just loaded opens its settings by itself, in whatever tab is empty: nothing is opened before."""
        for _ in range(_INSTALLED_SECONDS * 20):
            if self._opened():
                break
            self.context.pages[0].wait_for_timeout(50)

    def _settings_page(self) -> Page:
        page = self._opened()
        if page is None:
            page = self.context.new_page()
            page.goto(self._settings)
        page.bring_to_front()
        return page

    def _opened(self) -> Page | None:
        return next((page for page in self.context.pages if page.url == self._settings), None)

    @property
    def _settings(self) -> str:
        return f"chrome-extension://{self.extension_id}/options.html"

    def _await(self, page: Page, output: str) -> None:
        page.wait_for_selector(f"{output}:not(:empty):not(.working)", state="attached")
        said = page.inner_text(output)
        if "bad" in (page.get_attribute(output, "class") or "").split():
            raise BrowserError(f"the extension's settings page says: {said}")

    def open(self, name: str, query: str = "", *, overlay: bool = True) -> Page:
        """Opens one of PAGES; with `overlay` waits until the extension has drawn on it."""
        page = self.context.new_page()
        page.goto(PAGES[name] + query)
        page.wait_for_load_state("networkidle")
        if overlay:
            page.wait_for_selector("koubei-dock", state="attached")
        return page

    def screenshot(self, page: Page, file: Path) -> Path:
        """A PNG of what the page shows now."""
        file.parent.mkdir(parents=True, exist_ok=True)
        page.bring_to_front()
        page.screenshot(path=file)
        return file

    def wait_closed(self) -> None:
        """Returns when the person has closed the browser or its last tab."""
        while pages := self.context.pages:
            with suppress(Error):
                pages[0].wait_for_event("close", timeout=0)


def find_chromium() -> str:
    """The path of a Chromium that loads unpacked extensions (branded Chrome no longer does). Raises BrowserError."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise BrowserError("no Chromium here; install it with: apt-get install chromium fonts-noto-cjk")
    return found


@contextmanager
def open_browser(
    host: DemoHost, extension: Path, profile: Path, *, headless: bool, lang: str = "zh-CN"
) -> Iterator[DemoBrowser]:
    """Opens Chromium on `profile` (made where missing) with the unpacked `extension`, until the block ends.

    Raises BrowserError where Chromium is missing or the extension does not start.
    """
    chromium = find_chromium()
    if not (extension / "manifest.json").is_file():
        raise BrowserError(f"no built extension in {extension}; in extension/ run: npm ci && node build.mjs prod")
    loading = [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            headless=headless,
            slow_mo=0 if headless else VISIBLE_PAUSE_MS,
            args=[*loading, *host.browser_arguments],
            locale=lang,
            viewport={"width": WIDTH, "height": HEIGHT},
            env={**os.environ, "LANGUAGE": lang.replace("-", "_")},
        )
        try:
            workers = context.service_workers or [context.wait_for_event("serviceworker")]
            browser = DemoBrowser(context, workers[0].url.split("/")[2])
            browser.await_installed()
            yield browser
        except Error as error:
            raise BrowserError(f"the demo's browser stopped: {error.message.splitlines()[0]}") from error
        finally:
            context.close()
