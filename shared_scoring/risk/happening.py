"""What is known of an open order at a moment, as features of what its buyer may still do, and whether they did."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from shared_scoring.risk import prior
from shared_scoring.risk.effects import shrunk, shrunk_log_odds
from shared_scoring.risk.frame import Frame, frame
from shared_scoring.risk.table import Codes, Column, Mask, OrderTable

_STRENGTH = {"product": 12.0, "merchant": 15.0, "category": 30.0, "courier": 30.0, "region": 40.0}
_STAR_STRENGTH = {"product": 8.0, "merchant": 10.0, "category": 20.0}
_MATURE = 12.0
"""Days after the promise, and after the landmark, by which nearly all that comes has come."""
_WITHOUT_PROMISE = 30.0
_EPISODE = 60.0


@dataclass(frozen=True)
class Happening:
    """`at`: when what settles the outcome came; `is_bad`: 1 where it was the outcome, as far as as-of knows.

    `seen`: whether the subject's records hold any of the kind at all; what was never seen is not "never happens".
    """

    outcome: str
    at: str
    is_bad: Callable[[OrderTable], Column]
    kind: str


def _low(table: OrderTable) -> Column:
    return np.nan_to_num(table["low"])


def _after_sale_for(reason: str) -> Callable[[OrderTable], Column]:
    return lambda table: table[reason]


def _helped(table: OrderTable) -> Column:
    return (~np.isnan(table["helped"])).astype(float)


HAPPENINGS = (
    Happening("bad_review", "reviewed", _low, "review"),
    Happening("quality_return", "after_sale", _after_sale_for("quality"), "after_sale"),
    Happening("damage_return", "after_sale", _after_sale_for("damage"), "after_sale"),
    Happening("platform_help", "helped", _helped, "platform_help"),
)


def is_seen(table: OrderTable, what: Happening) -> bool:
    """Whether the subject's records speak of such things at all."""
    return bool(np.any(~np.isnan(table[what.at])))


def happening(table: OrderTable, what: Happening, moment: float, late_margin: Column) -> Frame:
    """The open orders at a moment to which it has not happened.

    `late_margin` has for each order of the table the log odds of its arriving late as they stood at the moment, NaN
    where it has arrived, its promise is past or nothing is promised.
    """
    orders = np.flatnonzero(table.is_open(moment) & ~(table[what.at] < moment))
    paid, due = table["paid"][orders], table["deliver_by"][orders]
    delivered = table.before("delivered", moment)[orders]
    arrived = ~np.isnan(delivered)
    since = moment - delivered
    overdue = np.where(arrived, delivered, moment) - due
    margin = late_margin[orders]
    asked = table.before("asked", moment)[orders]
    features: dict[str, Column | float] = {
        "late_margin": np.where(arrived, 0.0, np.clip(np.nan_to_num(margin, nan=0.0) + 3, 0, 8)),
        "overdue": np.where(np.nan_to_num(overdue, nan=-1) > 0, np.log1p(np.maximum(np.nan_to_num(overdue), 0)), 0.0),
        "overdue_arrived": np.where(arrived & (np.nan_to_num(overdue, nan=-1) > 0), 1.0, 0.0),
        "overdue_long": np.clip(np.nan_to_num(overdue, nan=0.0) - 15, 0, 60),
        "arrived": arrived.astype(float),
        "days_since_arrival": np.where(arrived, np.minimum(since, 15), 0.0),
        "fresh_arrival": np.where(arrived & (since < 2), 1.0, 0.0),
        "silence": np.clip(moment - np.fmin(delivered, due), -1, 30),
        "left": np.where(arrived, np.nan, np.clip(due - moment, -5, 40)),
        "early": np.where(arrived, np.clip(due - delivered, -20, 30), np.nan),
        "waited": np.where(arrived, delivered, moment) - paid,
        **dict(_rates(table, what, moment, orders)),
        "amount": np.log1p(np.maximum(table["amount"][orders], 0)),
        "freight_share": table["freight"][orders] / np.maximum(table["amount"][orders], 1),
        "quantity": np.log1p(table["quantity"][orders]),
        "lines": table["lines"][orders],
        "merchants": np.minimum(table["merchants"][orders], 3),
        "asked": (~np.isnan(asked)).astype(float),
        "after_sale_open": (table["after_sale"][orders] < moment).astype(float),
        "hour": ((paid + table.offset) % 1) * 24,
    }
    return frame(orders, features)


def _rates(table: OrderTable, what: Happening, moment: float, orders: Codes) -> Iterator[tuple[str, Column | float]]:
    """How often it happened before: by product, seller, kind of goods, carrier, province, and lately of all."""
    known, bad = _past(table, what, moment)
    fallback = prior.BASE[what.outcome]
    for name, strength in _STRENGTH.items():
        codes, size = table.codes[name], table.sizes[name]
        rates = shrunk_log_odds(codes[known], size, bad[known], strength, fallback)
        yield f"rate_{name}", rates[codes[orders]]
    in_time = known & ~(table["delivered"] > table["deliver_by"]) & (table["delivered"] < moment)
    for name in ("product", "merchant", "category"):
        codes, size = table.codes[name], table.sizes[name]
        rates = shrunk_log_odds(codes[in_time], size, bad[in_time], _STRENGTH[name], fallback)
        yield f"rate_in_time_{name}", rates[codes[orders]]
    fresh = known & (table[what.at if what.outcome == "bad_review" else "paid"] >= moment - _EPISODE)
    if what.outcome == "bad_review":
        for name, strength in _STAR_STRENGTH.items():
            codes, size = table.codes[name], table.sizes[name]
            stars = table["stars"][known] - np.nanmean(table["stars"][known]) if known.any() else np.empty(0)
            told = ~np.isnan(stars)
            mean = shrunk(codes[known][told], size, stars[told], np.ones(int(told.sum())), strength)
            yield f"stars_{name}", mean[codes[orders]]
    codes, size = table.codes["merchant"], table.sizes["merchant"]
    yield "fresh_merchant", shrunk_log_odds(codes[fresh], size, bad[fresh], 15.0, fallback)[codes[orders]]


def _past(table: OrderTable, what: Happening, moment: float) -> tuple[Mask, Column]:
    """The orders whose rate can be told at a moment, and which of them it had happened to.

    Of reviews the reviewed ones; of what few buyers do, all that were paid a month before.
    """
    at = table[what.at]
    bad = what.is_bad(table) * (at < moment)
    if what.outcome == "bad_review":
        return at < moment, bad
    return table["paid"] < moment - _WITHOUT_PROMISE, bad


def label(table: OrderTable, what: Happening, found: Frame, moment: float, until: float) -> tuple[Column, Mask]:
    """Whether it came after the landmark and before the order's end, and of which rows that is known by `until`.

    Chosen by what was promised and by the landmark, never by what came: bad news is slower.
    """
    at, finished = table[what.at][found.orders], table["finished"][found.orders]
    came = (at >= moment) & ~(at > finished)
    due = table["deliver_by"][found.orders]
    mature = np.where(np.isnan(due), moment + _WITHOUT_PROMISE, np.maximum(due, moment) + _MATURE)
    return what.is_bad(table)[found.orders] * came, mature < until
