"""What a page's main thread has done, in its own processor time: another program's hunger for it does not count."""

from typing import Final

from playwright.sync_api import Page

_WATCH: Final = """() => {
  window.longTasks ??= [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({duration}) => duration)))
    .observe({type: "longtask"});
}"""


class MainThread:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent_ms(self) -> float:
        """Milliseconds of tasks since the page was opened."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    def watch_long_tasks(self) -> None:
        self._page.evaluate(_WATCH)

    def long_tasks(self) -> list[float]:
        """Milliseconds on the clock of each task of 50 ms or more since they are watched, whoever kept it."""
        found: list[float] = self._page.evaluate("longTasks")
        return found
