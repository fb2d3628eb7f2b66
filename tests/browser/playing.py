"""Plays a scenario in a browser without and in one with the extension, and compares all that can be seen of it."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, text, union_all

from server.demo import sentinels
from server.demo.host import DemoHost, Request
from tests.browser.api import Api, wait_for
from tests.browser.drivers import Driver, kept, until
from tests.browser.scenarios import READ, Scenario

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Longer than the extension lets what it has read wait for more (extension/src/delivery.ts).
_HANDED_OVER: Final = 0.3
_SETTLED: Final = """document.readyState === 'complete' && !!document.querySelector('main')
  && !document.querySelector('[aria-busy=true]')"""
_STATE: Final = "document.querySelector('koubei-dock')?.dataset.state ?? ''"
_ROWS: Final = "document.querySelectorAll('[data-row-key]').length"
# Each row's own badge, drawn: the rows without one are counted.
_BARE: Final = """[...document.querySelectorAll('[data-row-key]')]
  .filter((row) => !row.querySelector('koubei-badge')?.shadowRoot?.textContent).length"""
_DRESSED: Final = """[...document.querySelectorAll('koubei-badge')].every(
  (badge) => getComputedStyle(badge.shadowRoot.querySelector('.badge')).borderRadius !== '0px')"""
_BADGES: Final = "document.querySelectorAll('koubei-badge').length"
_PRESS: Final = """(() => {
  const named = (node) => node.textContent.trim() === %s;
  const found = [...document.querySelectorAll('button, a, [role=tab]')].find(named);
  found?.click();
  return !!found;
})()"""
_SCROLL: Final = """(() => {
  const list = document.querySelector('[data-scroller]');
  list.scrollTop = list.scrollHeight;
  return list.scrollTop > 0;
})()"""


@dataclass
class Stage:
    """Two browsers of a kind, one of them with the extension, before one backend and one server."""

    plain: Driver
    ours: Driver
    host: DemoHost
    api: Api
    admin: "Engine"

    def visit(self, driver: Driver, scenario: Scenario) -> None:
        driver.go(scenario.url)
        until(driver, _SETTLED, "the page")
        for label in scenario.then:
            until(driver, _PRESS % json.dumps(label), f"the button {label}")
            until(driver, _SETTLED, f"the page behind {label}")
        if scenario.scroll:
            until(driver, _SCROLL, "the end of the list")

    def prepare(self, scenario: Scenario) -> None:
        switches = self.host.switches
        switches.reset()
        switches.strict_policy, switches.login = scenario.strict, scenario.login
        if scenario.variant != "ok":
            for path in READ[scenario.page].answers:
                switches.set(path, scenario.variant)

    def play(self, scenario: Scenario) -> None:
        self.prepare(scenario)
        asked, faults = self._without(scenario)
        self.host.requests.clear()
        self.api.forget()
        self.ours.faults.clear()
        self.visit(self.ours, scenario)
        self._drawn(scenario)
        self._stored(scenario)
        if scenario.says == "other_shop":
            subjects = [c.path for c in self.api.calls if c.method != "OPTIONS" and "/subjects/" in c.path]
            # The settings page, open since the installation, asks for those of the bound shop.
            assert [path for path in subjects if not path.endswith("/settings")] == []
        self._no_personal_data()
        assert _counted(self.host.requests) == asked, "the platform saw other requests than without the extension"
        assert Counter(self.ours.faults) == faults, "the page has errors that it has not without the extension"
        self.ours.go("about:blank")

    def _without(self, scenario: Scenario) -> tuple[Counter[Request], Counter[str]]:
        self.plain.faults.clear()
        self.host.requests.clear()
        self.visit(self.plain, scenario)
        self.plain.pause(0.1)
        self.plain.evaluate("1")  # Firefox tells of errors with its next answer
        self.plain.go("about:blank")
        return _counted(self.host.requests), Counter(self.plain.faults)

    def _drawn(self, scenario: Scenario) -> None:
        driver = self.ours
        until(driver, f"{_STATE} === {json.dumps(scenario.says or '')}", f"the dock to say {scenario.says}")
        if scenario.marks and scenario.last == "order":
            until(driver, f"{_BADGES} === 1", "the order's badge")
        elif scenario.marks:
            until(driver, f"{_ROWS} > 0 && {_BARE} === 0", "a badge in every row")
            assert driver.evaluate(_DRESSED), "badges without a style sheet"
        elif not scenario.stores:
            assert driver.evaluate(_BADGES) == 0, "badges on what nobody can know"

    def _stored(self, scenario: Scenario) -> None:
        wanted: dict[str, set[str] | int] = {}
        if scenario.stores:
            for page in {scenario.page, scenario.last}:
                wanted |= READ[page].truth(self.host, scenario.size)
        for kind, ids in wanted.items():
            wait_for(partial(self._has, kind, ids), f"{ids} of {kind}", 45, self.ours.pause)
        if not scenario.stores:
            self.ours.pause(_HANDED_OVER)
            read = READ[scenario.page]
            left = read.left if scenario.variant == "empty" else ()
            sent = [record for batch in self.api.batches() for record in batch["records"]]
            kinds = read.truth(self.host, scenario.size)
            assert [one for one in sent if one["kind"] in kinds and ("total" in one or one["kind"] not in left)] == []
            wait_for(lambda: kept(self.ours)["outbox"] == [], "an empty outbox", 45, self.ours.pause)

    def _has(self, kind: str, wanted: set[str] | int) -> bool:
        found = self.ids(kind)
        return len(found) == wanted if isinstance(wanted, int) else found >= wanted

    def ids(self, kind: str) -> set[str]:
        with self.admin.connect() as connection:
            rows = connection.execute(text("SELECT id FROM records WHERE kind = :kind"), {"kind": kind})
            return set(rows.scalars())

    def everything_stored(self) -> str:
        """Every row of every table, as text."""
        from server.db.models import Base

        with self.admin.connect() as connection:
            every = [select(text("t::text")).select_from(table.alias("t")) for table in Base.metadata.sorted_tables]
            return "\n".join(connection.execute(union_all(*every)).scalars())

    def _no_personal_data(self) -> None:
        places: dict[str, Any] = {"the extension's storage": json.dumps(kept(self.ours), ensure_ascii=False)}
        places["the database"] = self.everything_stored()
        places["what was sent"] = "\n".join(call.everything for call in self.api.calls)
        found = [(word, place) for place, held in places.items() for word in sentinels.SENTINELS if word in held]
        assert found == []


def _counted(requests: list[Request]) -> Counter[Request]:
    return Counter(requests)
