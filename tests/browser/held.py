"""Answers that are on their way for as long as a test likes."""

import threading

from playwright.sync_api import Page

from tests.browser.api import Api, wait_for
from tests.browser.browser import events_of

DRAWN_MS = 500


class Held:
    """Every answer under a route is on its way until `let_go`; what it says was fixed when it was made."""

    def __init__(self, api: Api, ending: str) -> None:
        self._ending = ending
        self._made, self._gone = threading.Event(), threading.Event()
        self._before = len(api.calls)
        self._api = api
        api.slow = self._hold

    def made(self, page: Page) -> None:
        wait_for(self._made.is_set, f"a question under {self._ending}", pause=events_of(page.context))

    def others_pass(self) -> None:
        """Those that are asked for from now on are not held."""
        self._api.slow = None

    def arrived(self) -> int:
        """How many answers."""
        calls = self._api.calls[self._before :]
        return sum(call.path.endswith(self._ending) and call.method != "OPTIONS" for call in calls)

    def let_go(self, page: Page) -> None:
        """The late answer is here, and what it leads to has been done."""
        before = self.arrived()
        self.others_pass()
        self._gone.set()
        wait_for(lambda: self.arrived() > before, f"the answer under {self._ending}", pause=events_of(page.context))
        page.wait_for_timeout(DRAWN_MS)

    def _hold(self, question: str) -> float:
        if question.partition("?")[0].endswith(self._ending) and not self._gone.is_set():
            self._made.set()
            self._gone.wait(60)
        return 0
