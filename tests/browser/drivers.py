"""The same few things done in Chromium (Playwright) and in Firefox (BiDi): one list of scenarios plays in both."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Error, Playwright

from server.demo.host import DemoHost
from tests.browser.api import wait_for
from tests.browser.browser import _DUMP, SET_UP, Browser, agreed, chromium
from tests.browser.firefox import UUID, Firefox, firefox


class Driver(Protocol):
    """One tab of the merchant's; `faults` are the errors its pages reported."""

    faults: list[str]

    def go(self, url: str) -> None: ...
    def evaluate(self, expression: str) -> Any: ...
    def click(self, x: float, y: float) -> None: ...
    def picture(self, file: Path) -> None: ...
    def own(self, script: str, argument: Any = None) -> Any: ...
    def pause(self, seconds: float) -> None: ...


class Chromium:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.faults = browser.faults
        self._page = browser.page()

    def go(self, url: str) -> None:
        self._page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(expression)

    def click(self, x: float, y: float) -> None:
        self._page.mouse.click(x, y)

    def picture(self, file: Path) -> None:
        self._page.screenshot(path=file)

    def own(self, script: str, argument: Any = None) -> Any:
        return self.browser._on_own_page(script, argument)

    def pause(self, seconds: float) -> None:
        self._page.wait_for_timeout(1000 * seconds)


class FirefoxTab:
    """The extension's own pages are asked in the tab that it opened, the merchant's are in another."""

    def __init__(self, browser: Firefox, extension: Path | None) -> None:
        self.browser = browser
        self.faults = browser.log
        if extension is not None:
            browser.install(extension)
        self._own = browser._tab
        made = browser.call("browsingContext.create", {"type": "tab"})
        self._tab = str(made["context"])

    def go(self, url: str) -> None:
        self._in(self._tab, lambda: self.browser.go(url))

    def evaluate(self, expression: str) -> Any:
        return self._in(self._tab, lambda: self.browser.evaluate(expression))

    def click(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": int(x), "y": int(y)}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        source = {"type": "pointer", "id": "mouse", "actions": actions}
        self.browser.call("input.performActions", {"context": self._tab, "actions": [source]})

    def key(self, value: str) -> None:
        """Presses one key, named as WebDriver names it."""
        actions = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.browser.call("input.performActions", {"context": self._tab, "actions": [source]})

    def picture(self, file: Path) -> None:
        raise NotImplementedError("pictures are taken in Chromium")

    def own(self, script: str, argument: Any = None) -> Any:
        expression = f"({script})({json.dumps(argument)}).then((value) => JSON.stringify(value ?? null))"
        self._in(self._own, lambda: self.browser.go(f"moz-extension://{UUID}/blank.html"))
        return json.loads(self._in(self._own, lambda: self.browser.evaluate(expression)))

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def _in(self, tab: str, work: Callable[[], Any]) -> Any:
        self.browser._tab = tab
        return work()


def set_up(driver: Driver, server: str, code: str | None, shops: list[dict[str, Any]], **settings: Any) -> None:
    """As if just installed, agreed, paired (with a `code`), bound to these shops; `settings` are the options page's."""
    driver.go("about:blank")
    driver.own(SET_UP, [server, code, shops, agreed(lang="zh", **settings)])
    driver.faults.clear()


def kept(driver: Driver) -> dict[str, Any]:
    """Everything the extension has stored: storage.local and each IndexedDB store."""
    return dict(driver.own(_DUMP))


def until(driver: Driver, expression: str, what: str, seconds: float = 45) -> Any:
    """The first true value of a JavaScript expression."""

    def look() -> Any:
        try:
            return driver.evaluate(expression)
        except Error:  # the page was changing under the question
            return None

    return wait_for(look, what, seconds, driver.pause)


@contextmanager
def open_chromium(playwright: Playwright, profile: Path, host: DemoHost, extension: Path | None) -> Iterator[Chromium]:
    with chromium(playwright, profile, host.browser_arguments, extension) as browser:
        yield Chromium(browser)


@contextmanager
def open_firefox(profile: Path, host: DemoHost, extension: Path | None) -> Iterator[FirefoxTab]:
    with firefox(profile, host.port) as browser:
        yield FirefoxTab(browser, extension)
