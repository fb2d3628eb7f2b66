"""Forecasts held against generated shops: error beside "stays as it is", coverage of the bands, time a subject.

`python -m tests.bench.bench_forecast [orders a day …]`, or `creators`. Shops are those of `tests/worlds`, whose
response no learner knows, and the demo's generator as shops of another making. `values_known` is the same model told
the true values of the coming days: what then remains is the industry's drift and the response, and no forecast of
values can mend it.
"""

import datetime as dt
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

from server.demo.generator import generate
from shared_scoring.decode import decode_record
from shared_scoring.forecast.backtest import Backtest, backtest
from shared_scoring.forecast.forecast import forecast
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.history import History
from shared_scoring.ledger import Contribution, Plan
from shared_scoring.pack import Pack
from tests.bench.running import result
from tests.worlds import creators
from tests.worlds.creators import Creator
from tests.worlds.responses import FAMILIES
from tests.worlds.shop import build
from tests.worlds.world import World

Record = dict[str, Any]
HORIZONS = (1, 3, 7, 14)
SIZES = {20: 3, 150: 3, 1000: 1}
DAYS = 170
LAST_DAY = dt.date(2027, 2, 20)


class Counted:
    """A past whose rows are counted once, as a database keeps them. Fulfils forecast.past.Past."""

    def __init__(self, history: History) -> None:
        self._own = HistoryPast(history)
        self.viewpoint = self._own.viewpoint
        self.facts = self._own.facts
        self._rows: list[Contribution] | None = None

    def rows(self, plan: Plan, since: int, until: int) -> Iterator[Contribution]:
        if self._rows is None:
            sums: defaultdict[tuple[str, int, int, int], list[int]] = defaultdict(lambda: [0, 0])
            for row in self._own.rows(plan, 0, 10**9):
                own = sums[row[:4]]
                own[0] += row.numerator
                own[1] += row.denominator
            self._rows = [Contribution(*key, *amounts) for key, amounts in sums.items()]
        return (row for row in self._rows if row.day >= since and row.known_on <= until)


def history(records: list[Record]) -> History:
    return History(decode_record(json.dumps(one, default=float).encode()) for one in records)


def shops(size: int, seeds: int) -> Iterator[tuple[str, Counted, int, World | None]]:
    """Name, past, last official day, and the world where it is known."""
    for family in FAMILIES:
        for seed in range(1, seeds + 1):
            world = build(seed, family, size, DAYS)
            yield family, Counted(history(world.records())), world.last, world
    for seed in range(1, seeds + 1):
        records = list(generate(seed, LAST_DAY, DAYS, size, official=DAYS - 35))
        yield "another_making", Counted(history(records)), LAST_DAY.toordinal(), None


def creator(seed: int, size: int, *, shows: str = "ranks", shown_until: int | None = None) -> tuple[Counted, Creator]:
    """A creator whose peers are hidden; of its official days those up to `shown_until`."""
    world = creators.build(seed, size, shows=shows)
    seen = [day for day in range(world.first, world.last) if day not in world.missing]
    records = [world.official(day) for day in seen if shown_until is None or day <= shown_until]
    return Counted(history([*world.facts, *records, *(one for case in world.cases.values() for one in case)])), world


def page_is_old(seed: int, size: int, shows: str, days: int = 7) -> Iterator[tuple[float, float]]:
    """Errors of tomorrow's total, said and as it stays, where the newest page is a week old."""
    ends = creators.build(seed, size, shows=shows)
    for day in map(int, np.linspace(ends.first + 60, ends.last - 2, 5)):
        past, world = creator(seed, size, shows=shows, shown_until=day - days)
        said = forecast(past, day, 1).days[0].total.mid
        newest = past.facts(day).newest_official(day + 1)
        if said is not None and newest is not None and newest[1].total is not None:
            true = world.truth(day + 1).total
            yield abs(said - true), abs(newest[1].total - true)


def creators_told(size: int, seeds: range) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for shows in ("ranks", "scores"):
        own = [creator(seed, size, shows=shows) for seed in seeds]
        old = np.array([pair for seed in seeds for pair in page_is_old(seed, size, shows)])
        found[shows] = pooled([told(backtest(past, world.last - 1)) for past, world in own])
        found[shows]["page a week old, tomorrow"] = round(float(old[:, 0].mean() / old[:, 1].mean()), 3)
    return found


def told(found: Backtest) -> dict[int, dict[str, float]]:
    return {
        one.days: {
            "used": one.used or 0.0,
            "stays": one.stays or 0.0,
            "trend": one.trend or 0.0,
            "coverage": one.coverage or 0.0,
        }
        for one in found.total
        if one.days in HORIZONS and one.answers
    }


def values_known(past: Counted, last: int, world: World) -> Backtest:
    def true_values(pack: Pack, _anchor: object, _ahead: object, day: int, _at: int) -> dict[str, float | None]:
        values = world.truth(min(day, last)).values
        return {one.key: values.get(one.key) for one in pack.indicators}

    with patch("shared_scoring.forecast.model.values_ahead", true_values):
        return backtest(past, last)


def pooled(shops_told: list[dict[int, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Over shops, each worth the same: `ratio` of the mean errors, `mean_ratio` of the shops' own ratios."""
    found: dict[str, dict[str, float]] = {}
    for days in HORIZONS:
        own = [one[days] for one in shops_told if days in one]
        used, stays = (np.array([one[key] for one in own]) for key in ("used", "stays"))
        found[f"+{days}"] = {
            "ratio": round(float(used.mean() / stays.mean()), 3),
            "mean_ratio": round(float((used / stays).mean()), 3),
            "trend_ratio": round(float(np.mean([one["trend"] for one in own]) / stays.mean()), 3),
            "coverage": round(float(np.mean([one["coverage"] for one in own])), 3),
            "error": round(float(used.mean()), 3),
        }
    return found


def measure(size: int, seeds: int) -> dict[str, Any]:
    families: defaultdict[str, list[dict[int, dict[str, float]]]] = defaultdict(list)
    known: list[dict[int, dict[str, float]]] = []
    seconds: list[float] = []
    for family, past, last, world in shops(size, seeds):
        families[family].append(told(backtest(past, last)))
        if world is not None:
            known.append(told(values_known(past, last, world)))
        started = time.process_time()
        forecast(past, last, 30)
        seconds.append(time.process_time() - started)
    own = [one for family, found in families.items() if family != "another_making" for one in found]
    return {
        "worlds": pooled(own),
        "another_making": pooled(families["another_making"]),
        "values_known": pooled(known),
        **{family: pooled(found) for family, found in families.items() if family in FAMILIES},
        "seconds_30_days": round(float(np.median(seconds)), 2),
    }


def main() -> None:
    if sys.argv[1:] == ["creators"]:
        counts = {12: range(21, 26), 100: range(21, 22)}
        result("forecast_creators", {f"{size} a day": creators_told(size, seeds) for size, seeds in counts.items()})
        return
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    result("forecast", {f"{size} orders a day": measure(size, SIZES.get(size, 1)) for size in sizes})


if __name__ == "__main__":
    main()
