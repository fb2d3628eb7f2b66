"""What is known of a waiting order at a moment, as features of its being late, and whether it was."""

from collections.abc import Iterator

import numpy as np

from shared_scoring.risk import prior
from shared_scoring.risk.effects import log_odds, shrunk_log_odds
from shared_scoring.risk.frame import Frame, frame
from shared_scoring.risk.survival import Wait, Waiting, route, waiting
from shared_scoring.risk.table import Codes, Column, Mask, OrderTable

_ACCOUNT_STRENGTH = {"region": 15.0, "merchant": 8.0}
_COHORT_DAYS, _COHORT_STRENGTH = 20.0, 3.0
_LATE_STRENGTH = {"region": 30.0, "merchant": 20.0, "courier": 20.0, "category": 30.0, "product": 15.0}


def lateness(table: OrderTable, wait: Wait, moment: float) -> Frame:
    """The orders that wait at a moment with their promise still ahead."""
    seen = waiting(table, wait, moment)
    at = seen.at_risk
    orders = seen.rows[at]
    paid, due = table["paid"][orders], table[wait.due][orders]
    ship_by, shipped = table["ship_by"][orders], table.before("shipped", moment)[orders]
    ahead = {days: seen.late_log_cumulated(days) for days in seen.hazards}
    features: dict[str, Column | float] = {
        "survival": _blend(ahead),
        **{f"ahead_{days}": log for days, log in ahead.items()},
        "left": due - moment,
        "left_working": seen.left[at],
        "waited": moment - paid,
        "waited_share": (moment - paid) / np.maximum(due - paid, 0.05),
        "promise": due - paid,
        "age": seen.age[at],
        "age_due": seen.age_due[at],
        "scale": np.log(seen.scale[at]),
        **dict(_accounts(table, seen, orders)),
        **dict(_cohorts(table, seen)),
        **dict(_late_before(table, wait, moment, orders)),
        **_load(table, wait, moment, orders),
        "approval": paid - table["created"][orders],
        "amount": np.log1p(np.maximum(table["amount"][orders], 0)),
        "freight": np.log1p(np.maximum(table["freight"][orders], 0)),
        "quantity": table["quantity"][orders],
        "merchants": table["merchants"][orders],
        "shipped_for": moment - shipped,
        "not_shipped": np.where(~np.isnan(ship_by) & np.isnan(shipped), 1.0, 0.0),
        "ship_overdue": np.where(np.isnan(shipped), np.maximum(moment - ship_by, -5.0), np.nan),
        "hour": ((paid + table.offset) % 1) * 24,
        "presale": table["presale"][orders],
    }
    return frame(orders, features)


def _blend(ahead: dict[int, Column]) -> Column:
    """Log odds of being late by the life tables of two and six weeks together."""
    late = (np.exp(-np.exp(ahead[14])) + np.exp(-np.exp(ahead[42]))) / 2
    return log_odds(late)


def _accounts(table: OrderTable, seen: Waiting, orders: Codes) -> Iterator[tuple[str, Column | float]]:
    """Arrivals of three weeks against what was to be expected: of the province, of the seller."""
    for name, strength in _ACCOUNT_STRENGTH.items():
        codes, size = table.codes[name], table.sizes[name]
        happened = np.bincount(codes[seen.rows], seen.happened, size)
        expected = np.bincount(codes[seen.rows], seen.expected, size)
        pace = np.log((happened + strength) / (expected + strength * np.exp(-seen.level)))
        yield f"pace_{name}", pace[codes[orders]]


def _cohorts(table: OrderTable, seen: Waiting) -> Iterator[tuple[str, Column]]:
    """Of the others that the same seller sold within 20 days, and of the same product: arrivals against the expected.

    What a seller packs on the same days arrives together or lies there together. 0 where the name is not known.
    """
    at, paid = seen.at_risk, table["paid"][seen.rows]
    near = paid >= np.min(paid[at], initial=np.inf) - _COHORT_DAYS
    recent, expected, happened = seen.rows[near], seen.expected_in_all[near], seen.happened_in_all[near]
    own = at[near]
    for name in ("merchant", "product"):
        codes = table.codes[name][recent]
        around = _Around(codes, paid[near], own, _COHORT_DAYS)
        came, usual = (around.others(values) + _COHORT_STRENGTH for values in (happened, expected))
        yield f"cohort_{name}", np.where(codes[own] == 0, 0.0, np.log(came / usual))


class _Around:
    """Sums over the rows of the same code within some days of each of `own`, without itself."""

    def __init__(self, codes: Codes, times: Column, own: Mask, days: float) -> None:
        line = codes * (np.ptp(times) + 2 * days + 1 if len(times) else 1.0) + times  # codes far apart, in one sort
        self._own, self._order = own, np.argsort(line, kind="stable")
        self._low = np.searchsorted(line[self._order], line[own] - days)
        self._high = np.searchsorted(line[self._order], line[own] + days, side="right")

    def others(self, values: Column) -> Column:
        up_to = np.concatenate([[0.0], np.cumsum(values[self._order])])
        result: Column = np.maximum(up_to[self._high] - up_to[self._low] - values[self._own], 0.0)
        return result


def was_late(table: OrderTable, wait: Wait) -> Column:
    """1 where the promise was broken, 0 where it was kept or the order cancelled before, as far as as-of knows."""
    done, due, cancelled = table[wait.done], table[wait.due], table["cancelled"]
    late = np.where(done <= due, 0.0, np.where(np.isnan(done) & (cancelled <= due), 0.0, 1.0))
    if wait.done == "delivered":  # of several parcels each has its own promise
        known = table["late"]
        late = np.where(np.isnan(known), late, known)
    return late


def _late_before(table: OrderTable, wait: Wait, moment: float, orders: Codes) -> Iterator[tuple[str, Column | float]]:
    """Rates of promises that fell due lately: of all, and of those that were still out near it."""
    due, done, late = table[wait.due], table[wait.done], was_late(table, wait)
    fallback = prior.BASE[wait.outcome]
    past = (due < moment) & (due >= moment - 120)
    for name, strength in _LATE_STRENGTH.items():
        codes, size = table.codes[name], table.sizes[name]
        yield f"late_{name}", shrunk_log_odds(codes[past], size, late[past], strength, fallback)[codes[orders]]
    routes, size = route(table, np.arange(len(table)))
    yield "late_route", shrunk_log_odds(routes[past], size, late[past], 15.0, fallback)[routes[orders]]
    fresh = past & (due >= moment - 45)
    for name in ("region", "merchant"):
        codes, size = table.codes[name], table.sizes[name]
        yield f"fresh_{name}", shrunk_log_odds(codes[fresh], size, late[fresh], 15.0, fallback)[codes[orders]]
    for days in (14, 30):
        near = past & (due >= moment - days) & ~(done <= due - 5)
        rate = np.array([(late[near].sum() + 1) / (np.count_nonzero(near) + 5)])
        yield f"near_{days}", float(log_odds(rate)[0])


def _load(table: OrderTable, wait: Wait, moment: float, orders: Codes) -> dict[str, Column | float]:
    """How much more there is to carry than usual, and how much of it waits at the order's seller."""
    paid = table["paid"]
    lately = np.count_nonzero((paid < moment) & (paid >= moment - 10)) / 10
    usually = np.count_nonzero((paid < moment) & (paid >= moment - 40)) / 40
    merchant = table.codes["merchant"]
    out = (paid < moment) & np.isnan(table.before(wait.done, moment)) & ~(table["cancelled"] < moment)
    overdue = out & (table[wait.due] < moment)
    sold = (paid < moment) & (paid >= moment - 60)
    sent = (table[wait.due] < moment) & (table[wait.due] >= moment - 120)
    size = table.sizes["merchant"]
    with np.errstate(invalid="ignore"):  # unknown where nothing was sold
        out_share = np.bincount(merchant[sold & out], minlength=size) / np.bincount(merchant[sold], minlength=size)
    out_share[0] = np.nan  # no seller is known
    day = np.floor(paid + table.offset)
    same_day = _orders_a_day(day, moment + table.offset)
    return {
        "surge": float(np.log((lately + 3) / (usually + 3))),
        "peak": np.log((same_day[day[orders]] + 5) / (usually + 5)) if len(orders) else 0.0,
        "backlog": np.log1p(np.bincount(merchant[out], minlength=size))[merchant[orders]],
        "out_share": out_share[merchant[orders]],  # not shrunk: "one sold, one still out" is a small seller
        "overdue_share": (
            (np.bincount(merchant[overdue], minlength=size) + 0.3) / (np.bincount(merchant[sent], minlength=size) + 6)
        )[merchant[orders]],
    }


class _Days:
    """Orders paid on a day."""

    def __init__(self, days: Column) -> None:
        self._known, self._counts = np.unique(days, return_counts=True)

    def __getitem__(self, days: Column) -> Column:
        result: Column = self._counts[np.searchsorted(self._known, days)].astype(float)
        return result


def _orders_a_day(day: Column, today: float) -> _Days:
    return _Days(day[day < today])


def label(table: OrderTable, wait: Wait, found: Frame, until: float) -> tuple[Column, Mask]:
    """Whether each row's order was late, and of which rows that is known: those whose promise fell due before `until`.

    Never those that were decided: of the recent past good ends are known sooner than bad ones.
    """
    return was_late(table, wait)[found.orders], table[wait.due][found.orders] < until
