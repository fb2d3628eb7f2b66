"""The risks of past days against what came, month by month: each by models that knew no more than their day."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.history import History
from shared_scoring.pack import Pack
from shared_scoring.records import Product
from shared_scoring.risk.at_risk import pickup_in_48_hours
from shared_scoring.risk.figures import RiskRecord, record
from shared_scoring.risk.happening import HAPPENINGS, is_seen
from shared_scoring.risk.learn import Past
from shared_scoring.risk.survival import DELIVERY, PICKUP
from shared_scoring.risk.table import order_table
from shared_scoring.risk.trial import HELD_OUT, Tried, try_happening, try_late

_APART = 28.0
_MONTHS = 6
_ENOUGH = 30.0  # days of orders before a past day is asked
_OBSERVED = {"late_pickup": "picked_up", "late_delivery": "delivered"}


_Ask = Callable[[float], Tried]
"""Days back → what was said then, and what came."""


class RiskBacktest(Struct, frozen=True):
    """`asked` are the past days, `outcomes` the figures of all their answers together, where there are any."""

    asked: list[str]
    outcomes: dict[str, RiskRecord]


def risk_backtest(history: History, pack: Pack, as_of: int) -> RiskBacktest:
    """From copies of records; what came is read up to `as_of`, a day ordinal."""
    _, cases = history.known(as_of)
    products = {told.merged.id: told.merged for told in history if isinstance(told.merged, Product)}
    table = order_table(cases, products, as_of, history.viewpoint().calendar, pickup_in_48_hours(pack))
    past, now = Past(table), table.start
    first = float(np.nanmin(table["paid"])) + _ENOUGH if len(table) else now
    back = [HELD_OUT + month * _APART for month in range(_MONTHS) if now - HELD_OUT - month * _APART >= first]
    tries: dict[str, _Ask] = {
        wait.outcome: partial(try_late, past, wait, now)
        for wait in (PICKUP, DELIVERY)
        if _OBSERVED[wait.outcome] in table.observed
    }
    tries |= {what.outcome: partial(try_happening, past, what, now) for what in HAPPENINGS if is_seen(table, what)}
    return RiskBacktest([iso(as_of - int(days)) for days in back], _figures(tries, back))


def _figures(tries: Mapping[str, _Ask], back: list[float]) -> dict[str, RiskRecord]:
    found: dict[str, RiskRecord] = {}
    for outcome, ask in tries.items():
        tried = [ask(days) for days in back]
        if sum(len(one.came) for one in tried):
            said, plain, came = (
                np.concatenate([getattr(one, name) for one in tried]) for name in ("said", "plain", "came")
            )
            found[outcome] = record(Tried(said, plain, came))
    return found
