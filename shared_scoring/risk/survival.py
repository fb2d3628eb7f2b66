"""How long orders wait, seen from the days just past: finished ones and those still waiting count alike.

Each order has a scale, the time its route, seller and product usually take. On that scale a life table of a few recent
days says how fast orders arrive now, at every age. It knows the regime at once: a label of lateness only matures when
the promise has passed, a parcel that did not move yesterday is seen today.
"""

from dataclasses import dataclass

import numpy as np

from shared_scoring.risk import prior
from shared_scoring.risk.effects import shrunk
from shared_scoring.risk.table import Codes, Column, Mask, OrderTable

GRID: Column = np.concatenate([[0.0], np.geomspace(0.15, 6, 30), [50.0]])
_LOOK_BACK = 400.0  # days: older orders say nothing of now
_EFFECTS_FROM, _EFFECTS_HALF_LIFE = 150.0, 40.0
_STRENGTH = {"region": 8.0, "courier": 8.0, "merchant": 8.0, "category": 10.0, "route": 6.0, "product": 6.0}
_ROUNDS = 2
_WEEK = 7


@dataclass(frozen=True)
class Wait:
    """One kind of waiting: from payment to `done`, promised by `due`."""

    outcome: str
    done: str
    due: str


PICKUP = Wait("late_pickup", "picked_up", "pickup_due")
DELIVERY = Wait("late_delivery", "delivered", "deliver_by")


class WorkingTime:
    """A clock that runs as fast as things happen on each day of the week; slow on days on which nothing moves."""

    def __init__(self, done: Column, moment: float, offset: float, days: float = 120.0) -> None:
        self._offset = offset
        recent = done[(done < moment) & (done >= moment - days)]
        counted = np.bincount(self.weekday(recent), minlength=_WEEK)
        self._speed = (counted + 30) / (counted.sum() + 30 * _WEEK) * _WEEK
        self._started = np.concatenate([[0.0], np.cumsum(self._speed)])

    def weekday(self, at: Column) -> Codes:
        result: Codes = ((np.floor(at + self._offset) + 3) % _WEEK).astype(np.int64)
        return result

    def __call__(self, at: Column) -> Column:
        """Days on this clock; NaN stays NaN."""
        known = np.where(np.isnan(at), 0.0, at) + self._offset + 3
        week, day = np.floor(known / _WEEK), np.floor(known) % _WEEK
        weekday = day.astype(np.int64)
        result: Column = week * _WEEK + self._started[weekday] + (known - np.floor(known)) * self._speed[weekday]
        return np.where(np.isnan(at), np.nan, result)


@dataclass(frozen=True)
class Waiting:
    """The orders of one moment on their own scales. `rows` index the table; `at_risk` those still waiting in time.

    Ages are multiples of the order's scale: at the moment, and when its promise falls due. `expected` and `happened`
    are the arrivals of the last three weeks, `expected_in_all` and `happened_in_all` those of each order's whole wait.
    """

    rows: Codes
    at_risk: Mask
    scale: Column
    age: Column
    age_due: Column
    left: Column
    hazards: dict[int, Column]
    expected: Column
    happened: Column
    expected_in_all: Column
    happened_in_all: Column
    level: float

    def late_log_cumulated(self, days: int) -> Column:
        """Log of the hazard still to come before the promise, under the table of so many days: low is dangerous."""
        hazard = self.hazards[days]
        ahead = cumulated(hazard, self.age_due[self.at_risk]) - cumulated(hazard, self.age[self.at_risk])
        result: Column = np.log(np.maximum(ahead, 1e-3))
        return result


def cumulated(hazard: Column, age: Column) -> Column:
    result: Column = np.interp(age, GRID, np.concatenate([[0.0], np.cumsum(hazard * np.diff(GRID))]))
    return result


def waiting(table: OrderTable, wait: Wait, moment: float) -> Waiting:
    """What was known of the wait at a moment."""
    paid = table["paid"]
    done, cancelled = (table.before(name, moment) for name in (wait.done, "cancelled"))
    in_time = np.isnan(done) & np.isnan(cancelled) & (table[wait.due] >= moment)
    # However old, what still waits in time is asked about.
    rows = np.flatnonzero((paid < moment) & ((paid >= moment - _LOOK_BACK) | in_time))
    done, cancelled = done[rows], cancelled[rows]
    clock = WorkingTime(done, moment, table.offset)
    begun, due, now = clock(paid[rows]), clock(table[wait.due][rows]), float(clock(np.array([moment]))[0])
    arrived = clock(done)
    scale = np.exp(_log_scale(table, rows, arrived - begun, due - begun, moment - done))
    ended = np.where(np.isnan(done), np.where(np.isnan(cancelled), now, clock(cancelled)), arrived)
    end = np.maximum(ended - begun, 0.0) / scale
    tables = _LifeTables(begun, end, np.where(np.isnan(done), np.nan, arrived), scale, now)
    hazards: dict[int, Column] = {}
    hazard = prior_hazard()
    for days, strength in ((120, 4.0), (42, 5.0), (14, 8.0), (6, 10.0)):
        hazard = hazards[days] = tables.hazard(days, hazard, strength)
    expected, happened = tables.account(21, hazards[120])
    expected_in_all, happened_in_all = tables.account(_LOOK_BACK, hazards[42])
    return Waiting(
        rows=rows,
        at_risk=in_time[rows],
        scale=scale,
        age=(now - begun) / scale,
        age_due=(due - begun) / scale,
        left=due - now,
        hazards=hazards,
        expected=expected,
        happened=happened,
        expected_in_all=expected_in_all,
        happened_in_all=happened_in_all,
        level=float(np.log((happened.sum() + 5) / (expected.sum() + 5))),
    )


def prior_hazard() -> Column:
    """The hazard of each cell of the grid before any order has been seen."""
    upper = np.array([up for up, _ in prior.HAZARD])
    result: Column = np.array([rate for _, rate in prior.HAZARD])[np.searchsorted(upper, GRID[:-1], side="right")]
    return result


def _log_scale(table: OrderTable, rows: Codes, took: Column, promised: Column, since: Column) -> Column:
    """The log of the time each order usually takes: by its promise, then by where it goes and who sends what."""
    length = np.log(np.clip(np.where(np.isnan(promised), np.nanmedian([*promised, 4.0]), promised), 0.2, 80))
    learn = ~np.isnan(took) & (since <= _EFFECTS_FROM)
    weights = np.exp(-since[learn] / _EFFECTS_HALF_LIFE / 1.4427)
    target = np.log(np.maximum(took[learn], 0.05))
    design = np.column_stack([np.ones(len(rows)), length])
    start = np.array([np.log(prior.TRANSIT_SHARE), 1.0])
    weighed = design[learn] * weights[:, None]
    slope = weighed.T @ design[learn] + np.diag([prior.WAITED_FOR, prior.WAITED_FOR * 2])
    fitted: Column = design @ (start + np.linalg.solve(slope, weighed.T @ (target - design[learn] @ start)))
    names = {name: (table.codes[name][rows], table.sizes[name]) for name in _STRENGTH if name != "route"}
    names["route"] = route(table, rows)
    effects = {name: np.zeros(size) for name, (_, size) in names.items()}
    for _ in range(_ROUNDS):
        for name, (codes, size) in names.items():
            rest = target - fitted[learn] + effects[name][codes[learn]]
            effect = shrunk(codes[learn], size, rest, weights, _STRENGTH[name])
            fitted = fitted + (effect - effects[name])[codes]
            effects[name] = effect
    return fitted


def route(table: OrderTable, rows: Codes) -> tuple[Codes, int]:
    """Seller × courier × province, numbered without holes."""
    merchant, courier, region = (table.codes[name][rows] for name in ("merchant", "courier", "region"))
    key = (merchant * table.sizes["courier"] + courier) * table.sizes["region"] + region
    known, codes = np.unique(key, return_inverse=True)
    return codes.astype(np.int64), len(known)


class _LifeTables:
    """Exposure and arrivals by age over the last days."""

    def __init__(self, begun: Column, end: Column, arrived: Column, scale: Column, now: float) -> None:
        self._begun, self._end, self._arrived, self._scale, self._now = begun, end, arrived, scale, now

    def _entered(self, days: float) -> tuple[Column, Mask]:
        """The age at which each order entered the last days, and whether it was still waiting in them."""
        entered = np.maximum(self._now - days - self._begun, 0.0) / self._scale
        return entered, self._end > entered

    def hazard(self, days: float, towards: Column, strength: float) -> Column:
        """Arrivals per unit of age in each cell, shrunk towards an older table by so much exposure."""
        entered, inside = self._entered(days)
        started, ended = entered[inside], self._end[inside]
        exposure = _between(started, ended)
        counted, _ = np.histogram(ended[self._arrived[inside] >= self._now - days], GRID)
        result: Column = (counted + strength * towards) / (exposure + strength)
        return result

    def account(self, days: float, hazard: Column) -> tuple[Column, Column]:
        """Of each order: arrivals that were to be expected of it in the last days, and whether it did arrive."""
        entered, inside = self._entered(days)
        expected = np.where(inside, cumulated(hazard, self._end) - cumulated(hazard, entered), 0.0)
        return expected, (inside & (self._arrived >= self._now - days)).astype(float)


def _between(started: Column, ended: Column) -> Column:
    """The exposure in each cell of the grid of spans from `started` to `ended`."""
    return _up_to(ended) - _up_to(started)


def _up_to(ages: Column) -> Column:
    """Σ over the ages of how much of each cell lies below it."""
    cell = np.clip(np.searchsorted(GRID, ages, side="right") - 1, 0, len(GRID) - 2)
    width = np.diff(GRID)
    whole = np.concatenate([np.cumsum(np.bincount(cell, minlength=len(width))[::-1])[::-1][1:], [0]])
    partial = np.bincount(cell, np.minimum(ages, GRID[-1]) - GRID[cell], len(width))
    result: Column = whole * width + partial
    return result
