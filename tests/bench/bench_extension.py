"""What the extension adds to a page's own answers: a matched one of 50 KB and one it does not look at.

Two Chromiums, one with the extension set up and watching, one without, take turns in small blocks on the same host, so
that the machine's mood falls on both. The host answers from memory and at once. Milliseconds from fetch() to the parsed
value; one figure is the mean of five answers, because a page's clock shows tenths of a millisecond only.
"""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
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
from server.demo.variants import Reply
from tests.bench.running import koubei, result
from tests.browser.browser import HOST, chromium

_MATCHED = "/api/order/searchlist"
_UNMATCHED = "/product/tcomment/commentList"
_SIZE = 50_000
_ROUNDS, _BLOCK = 14, 20
_MEASURE = """async ([url, times]) => {
  const out = [];
  for (let n = 0; n < times; n++) {
    let spent = 0;
    for (let k = 0; k < 5; k++) {
      const start = performance.now();
      const value = await (await fetch(url)).json();
      spent += performance.now() - start;
      if (value.code !== 0) throw new Error("not the answer");
      await new Promise((go) => setTimeout(go, 2));
    }
    out.push(spent / 5);
  }
  return out;
}"""


def main() -> None:
    with ExitStack() as stack:
        host = stack.enter_context(DemoHost(generate(3, date(2026, 11, 20), 40, 30), built_site()))
        size = _answer_from_memory(host)
        playwright = stack.enter_context(sync_playwright())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="koubei-bench-")))
        server = stack.enter_context(koubei()).address
        pages: dict[str, Page] = {}
        plain = stack.enter_context(chromium(playwright, folder / "plain", host.browser_arguments, None))
        pages["without"] = plain.page(HOST + "/ffa/g/list")
        ours = stack.enter_context(
            chromium(playwright, folder / "ours", host.browser_arguments, built_extension("test"))
        )
        ours.begin_anew(server.url, pairing_code(server), (SHOP_ID, "bench"))
        pages["with"] = ours.page(HOST + "/ffa/g/list")
        times: dict[tuple[str, str], list[float]] = {}
        for turn in range(_ROUNDS + 1):
            for path in (_MATCHED, _UNMATCHED):
                for name, page in _in_turn(pages, turn):
                    taken = page.evaluate(_MEASURE, [path, _BLOCK])
                    if turn:  # the first block warms up
                        times.setdefault((path, name), []).extend(taken)
        captured = len(ours.kept()["log"])
    figures: dict[str, Any] = {
        "answer_bytes": size,
        "answers": 5 * _ROUNDS * _BLOCK,
        "requests_logged_by_the_extension": captured,
    }
    for path, name in ((_MATCHED, "matched"), (_UNMATCHED, "unmatched")):
        base, added = statistics.median(times[path, "without"]), statistics.median(times[path, "with"])
        figures |= {f"{name}_without_ms": base, f"{name}_with_ms": added, f"{name}_added_ms": added - base}
    result("extension", figures)


def _answer_from_memory(host: DemoHost) -> int:
    """The order list, cut to 50 KB, under both addresses; returns its size in bytes."""
    rows = 10
    while len((reply := host.answer(SHOP, _MATCHED, {"pageSize": str(rows)}) or Reply(404, b"")).body) < _SIZE:
        rows += 1
    # Headers and body are two writes; without this the second waits 40 ms for the first one's receipt.
    host._server.RequestHandlerClass.disable_nagle_algorithm = True  # type: ignore[attr-defined]
    kept = {_MATCHED: reply, _UNMATCHED: reply}
    host.answer = lambda _host, path, _query: kept.get(path)  # type: ignore[method-assign] # what is measured is the browser
    return len(reply.body)


def _in_turn(pages: dict[str, Page], turn: int) -> Iterator[tuple[str, Page]]:
    """Whoever comes first has it warmer or colder; so they change places."""
    return iter(pages.items() if turn % 2 else reversed(pages.items()))


if __name__ == "__main__":
    main()
