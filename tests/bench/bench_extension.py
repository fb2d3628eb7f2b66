"""What the extension costs a page, against the same page without it in the same run.

Two Chromiums, one with the extension set up and watching, one without, take turns on the same host, so that the
machine's mood falls on both. The host answers from memory and at once. Latency is milliseconds from fetch() to
the parsed value, one figure the mean of five answers, because a page's clock shows tenths of a millisecond only.
Main-thread figures are the thread's own processor time (Chromium's `threadTicks`), which does not grow with the load
of the machine.
"""

import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from server.cli.local import pairing_code
from server.demo.builds import built_extension, built_site
from server.demo.catalog import SHOP_ID
from server.demo.generator import generate
from server.demo.host import DemoHost
from server.demo.hosts import SHOP
from server.demo.site import PAGES
from server.demo.variants import Reply
from tests.bench.main_thread import MainThread
from tests.bench.running import koubei, result
from tests.browser.browser import HOST, Browser, chromium

_MATCHED = "/api/order/searchlist"
_UNMATCHED = "/demo/penalty/list"
_SIZE = 50_000
_ROUNDS, _BLOCK, _EACH = 14, 20, 5
_NEW_ANSWERS, _NEW_TURNS = 60, 4
_ROWS, _PAINTS, _CHANGES = 200, 10, 30
_MEASURE = """async ([url, times, each]) => {
  const out = [];
  for (let n = 0; n < times; n++) {
    let spent = 0;
    for (let k = 0; k < each; k++) {
      const start = performance.now();
      const value = await (await fetch(url)).json();
      spent += performance.now() - start;
      if (value.code !== 0) throw new Error("not the answer");
      await new Promise((go) => setTimeout(go, 2));
    }
    out.push(spent / each);
  }
  await new Promise((go) => setTimeout(go, 50));
  return out;
}"""
_REPLACE_ROWS = """() => {
  const body = document.querySelector("tbody");
  const copies = [...body.rows].map((row) => row.cloneNode(true));
  for (const copy of copies) copy.querySelectorAll("koubei-badge").forEach((badge) => badge.remove());
  body.replaceChildren(...copies);
}"""
_CHANGE_ROW = """(n) => {
  const rows = document.querySelectorAll("tr[data-row-key]");
  const [one, other] = [rows[n % rows.length], rows[(n + 7) % rows.length]];
  const keys = [one, other].map((row) => row.dataset.rowKey);
  [other, one].forEach((row, index) => {
    row.dataset.rowKey = keys[index];
    row.querySelector("p").firstChild.data = `订单编号 ${keys[index]}`;
  });
}"""
_NOTHING = "() => {}"
_SETTLE = "new Promise((go) => setTimeout(go, 400))"
_BARE = "[...document.querySelectorAll('tr[data-row-key]')].filter((row) => !row.querySelector('koubei-badge')).length"


@dataclass
class Side:
    """One of the two browsers and its tab."""

    browser: Browser
    page: Page
    thread: MainThread

    @classmethod
    def of(cls, browser: Browser, url: str) -> "Side":
        page = browser.page(url)
        return cls(browser, page, MainThread(page))


Sides = dict[str, Side]


def main() -> None:
    with ExitStack() as stack:
        host = stack.enter_context(DemoHost(generate(3, date(2026, 11, 20), 40, 30), built_site()))
        playwright = stack.enter_context(sync_playwright())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="koubei-bench-")))
        server = stack.enter_context(koubei()).address
        plain = stack.enter_context(chromium(playwright, folder / "plain", host.browser_arguments, None))
        extension = built_extension("test")
        ours = stack.enter_context(chromium(playwright, folder / "ours", host.browser_arguments, extension))
        ours.begin_anew(server.url, pairing_code(server), {"id": SHOP_ID, "name": "bench"})
        browsers = {"without": plain, "with": ours}
        figures = _scripts() | _rows(browsers, host) | _answers(browsers, host)
    result("extension", figures)


def _scripts() -> dict[str, Any]:
    built = built_extension("prod")
    size = sum((built / name).stat().st_size for name in ("tap.js", "content.js"))
    return {"content_scripts_bytes": size, "content_scripts_goal_bytes": 40 * 1024}


def _answers(browsers: dict[str, Browser], host: DemoHost) -> dict[str, Any]:
    size = _answer_from_memory(host)
    sides = {name: Side.of(browser, HOST + "/ffa/g/list") for name, browser in browsers.items()}
    for side in sides.values():
        side.thread.watch_long_tasks()
    figures: dict[str, Any] = {"answer_bytes": size, "answers": _EACH * _ROUNDS * _BLOCK}
    for path, name in ((_MATCHED, "matched"), (_UNMATCHED, "unmatched")):
        figures |= _latency(sides, path, name)
    figures |= _new_rows(sides, host)
    return figures | {f"long_tasks_over_answers_{name}": len(side.thread.long_tasks()) for name, side in sides.items()}


def _latency(sides: Sides, path: str, name: str) -> dict[str, Any]:
    times: dict[str, list[float]] = {side: [] for side in sides}
    thread: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(_ROUNDS + 1):
        for key, side in _in_turn(sides, turn):
            before = side.thread.spent_ms()
            taken = side.page.evaluate(_MEASURE, [path, _BLOCK, _EACH])
            if turn:  # the first block warms up
                times[key] += taken
                thread[key].append((side.thread.spent_ms() - before) / (_BLOCK * _EACH))
    figures: dict[str, Any] = {}
    for kind, taken in (("ms", times), ("main_thread_ms", thread)):
        base, added = statistics.median(taken["without"]), statistics.median(taken["with"])
        figures |= {f"{name}_without_{kind}": base, f"{name}_with_{kind}": added, f"{name}_added_{kind}": added - base}
    return figures


def _new_rows(sides: Sides, host: DemoHost) -> dict[str, Any]:
    """The dearest case: every row of every answer is new, so all is projected, compared, handed over and queued."""
    template = json.loads(_kept(host).body)
    count = 0

    def fresh(_host: str, path: str, _query: Any) -> Reply | None:
        nonlocal count
        if path != _MATCHED:
            return None
        count += 1
        rows = [row | {"update_time": row["update_time"] + count} for row in template["data"]]
        return Reply(200, json.dumps(template | {"data": rows}, ensure_ascii=False).encode())

    host.answer = fresh  # type: ignore[method-assign] # what is measured is the browser
    times: dict[str, list[float]] = {key: [] for key in sides}
    spent: dict[str, list[float]] = {key: [] for key in sides}
    for turn in range(_NEW_TURNS):
        for key, side in _in_turn(sides, turn):
            before = side.thread.spent_ms()
            times[key] += side.page.evaluate(_MEASURE, [_MATCHED, _NEW_ANSWERS // _EACH, _EACH])
            side.page.wait_for_timeout(1_500)  # until all is handed over, so that the next turn is not disturbed
            spent[key].append((side.thread.spent_ms() - before) / _NEW_ANSWERS)
    return {
        "new_rows_added_ms": statistics.median(times["with"]) - statistics.median(times["without"]),
        "new_rows_added_main_thread_ms": statistics.median(spent["with"]) - statistics.median(spent["without"]),
        "new_rows_rows": len(template["data"]),
    }


def _rows(browsers: dict[str, Browser], host: DemoHost) -> dict[str, Any]:
    """200 rows of the order list: what their badges cost, and what one row costs that has become another's."""
    host.requests.clear()
    sides: Sides = {}
    asked: dict[str, Counter[Any]] = {}
    for key, browser in browsers.items():
        sides[key] = side = Side.of(browser, f"{PAGES['orders']}?size={_ROWS}")
        side.page.wait_for_function(f"document.querySelectorAll('tr[data-row-key]').length === {_ROWS}")
        if key == "with":
            side.page.wait_for_function(f"{_BARE} === 0")
        side.page.evaluate(_SETTLE)
        asked[key] = Counter(host.requests)
        host.requests.clear()
        side.thread.watch_long_tasks()
    spent: dict[str, dict[str, list[float]]] = {key: {"idle": [], "painted": [], "changed": []} for key in sides}
    for turn in range(_PAINTS):
        for key, side in _in_turn(sides, turn):
            side.page.bring_to_front()
            spent[key]["idle"].append(_cost(side, key, _NOTHING))
            spent[key]["painted"].append(_cost(side, key, _REPLACE_ROWS))
    for turn in range(_CHANGES):
        for key, side in _in_turn(sides, turn):
            spent[key]["changed"].append(_cost(side, key, f"() => ({_CHANGE_ROW})({turn})"))
    median = {key: {name: statistics.median(taken) for name, taken in kinds.items()} for key, kinds in spent.items()}
    added = {name: median["with"][name] - median["without"][name] for name in median["with"]}
    figures: dict[str, Any] = {
        "requests_identical": asked["with"] == asked["without"],
        "rows": _ROWS,
        "idle_added_ms": added["idle"],
        "rows_painted_added_ms": added["painted"] - added["idle"],
        # Two rows have changed places, so two badges are new.
        "row_changed_added_ms": (added["changed"] - added["idle"]) / 2,
    }
    figures |= {f"long_tasks_over_rows_{name}": len(side.thread.long_tasks()) for name, side in sides.items()}
    for side in sides.values():
        side.page.close()
    return figures


def _cost(side: Side, key: str, change: str) -> float:
    before = side.thread.spent_ms()
    side.page.evaluate(f"({change})(), {_SETTLE}")
    spent = side.thread.spent_ms() - before
    if key == "with" and (bare := side.page.evaluate(_BARE)):
        raise RuntimeError(f"{bare} rows had no badge after the time in which they were measured")
    return spent


def _kept(host: DemoHost) -> Reply:
    """The order list, cut to 50 KB."""
    rows = 10
    while (
        len((reply := DemoHost.answer(host, SHOP, _MATCHED, {"pageSize": str(rows)}) or Reply(404, b"")).body) < _SIZE
    ):
        rows += 1
    return reply


def _answer_from_memory(host: DemoHost) -> int:
    """The same 50 KB under both addresses; returns their size in bytes."""
    reply = _kept(host)
    kept = {_MATCHED: reply, _UNMATCHED: reply}
    host.answer = lambda _host, path, _query: kept.get(path)  # type: ignore[method-assign] # what is measured is the browser
    return len(reply.body)


def _in_turn(sides: Sides, turn: int) -> Iterator[tuple[str, Side]]:
    """Whoever comes first has it warmer or colder; so they change places."""
    return iter(sides.items() if turn % 2 else reversed(sides.items()))


if __name__ == "__main__":
    main()
