"""What is known of an open order at a moment, as features of what its buyer may still do, and whether they did."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from shared_scoring.risk import prior
from shared_scoring.risk.effects import shrunk
from shared_scoring.risk.frame import Frame, frame
from shared_scoring.risk.table import Codes, Column, Mask, OrderTable

_STRENGTH = {"merchant": 2.0, "category": 4.0, "courier": 4.0, "region": 4.0}
"""Hits as usual that weigh as much as what was seen of one of them."""
_PRODUCT_STRENGTH = 1.5
_HALF_LIFE = 180.0
_SAYS_LITTLE = 0.3  # a low rating of what came late says as much of the goods as this much of one
_MATURE = 12.0
"""Days after the promise, and after the landmark, by which nearly all that comes has come."""
_WITHOUT_PROMISE = 30.0
_SILENT, _LONG_SILENT = 8.0, 12.0  # nine in ten of those who answer have done so within a week


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
    quiet = moment - np.fmin(delivered, due)
    asked = table.before("asked", moment)[orders]
    features: dict[str, Column | float] = {
        "late_margin": np.where(arrived | np.isnan(due), 0.0, np.clip(np.nan_to_num(margin, nan=0.0) + 3, 0, 8)),
        "chance_late": np.where(arrived | np.isnan(margin), 0.0, expit(margin)),
        "past_due": (~arrived & (due < moment)).astype(float),
        "overdue": np.where(np.nan_to_num(overdue, nan=-1) > 0, np.log1p(np.maximum(np.nan_to_num(overdue), 0)), 0.0),
        "overdue_arrived": np.where(arrived & (np.nan_to_num(overdue, nan=-1) > 0), 1.0, 0.0),
        "overdue_long": np.clip(np.nan_to_num(overdue, nan=0.0) - 15, 0, 60),
        "arrived": arrived.astype(float),
        "days_since_arrival": np.where(arrived, np.minimum(since, 15), 0.0),
        "fresh_arrival": np.where(arrived & (since < 2), 1.0, 0.0),
        "silence": np.clip(quiet, -1, 30),
        "left": np.where(arrived, np.nan, np.clip(due - moment, -5, 40)),
        "early": np.where(arrived, np.clip(due - delivered, -20, 30), np.nan),
        "waited": np.where(arrived, delivered, moment) - paid,
        "transit": np.where(arrived, np.log1p(np.maximum(delivered - paid, 0)), np.nan),
        "transit_share": np.where(arrived, np.minimum((delivered - paid) / np.maximum(due - paid, 1), 3), np.nan),
        "arrived_late": (arrived & (delivered > due)).astype(float),
        "silent": (arrived & (quiet > _SILENT)).astype(float),
        "long_silent": (arrived & (quiet > _LONG_SILENT)).astype(float),
        "several_sellers": (table["merchants"][orders] > 1).astype(float),
        "several_lines": (table["lines"][orders] > 1).astype(float),
        "several_pieces": (table["quantity"][orders] > 1).astype(float),
        **dict(_excesses(table, what, moment, orders)),
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


def _excesses(table: OrderTable, what: Happening, moment: float, orders: Codes) -> Iterator[tuple[str, Column]]:
    """How much more often than usual it happened before, by seller, kind of goods, carrier, province, and product.

    Log ratios of what came to what was to be expected of orders in their situation, so that goods that came late are
    not bad goods. A product is shrunk towards its seller, the others towards the usual.
    """
    known, bad = _past(table, what, moment)
    came, weight, expected = _expected(table, what, moment, known, bad[known])

    def excess(name: str, strength: float, towards: Column) -> Column:
        codes, size = table.codes[name][known], table.sizes[name]
        hits, usual = np.bincount(codes, weight * came, size), np.bincount(codes, weight * expected, size)
        result: Column = np.log((hits + strength * np.exp(towards)) / (usual + strength))
        return result

    found = {name: excess(name, strength, np.zeros(table.sizes[name])) for name, strength in _STRENGTH.items()}
    sellers = np.zeros(table.sizes["product"])
    sold = table["paid"] < moment
    sellers[table.codes["product"][sold]] = found["merchant"][table.codes["merchant"][sold]]
    found["product"] = excess("product", _PRODUCT_STRENGTH, sellers)
    for name, one in found.items():
        yield f"excess_{name}", one[table.codes[name][orders]]


def _expected(
    table: OrderTable, what: Happening, moment: float, known: Mask, came: Column
) -> tuple[Column, Column, Column]:
    """Of the known orders: what came, how much each says, and the rate of their situation.

    The situations: in time, of several sellers, and late or rated before it came.
    """
    is_review = what.outcome == "bad_review"
    settled = table[what.at][known] if is_review else np.full(int(known.sum()), moment)
    since = settled if is_review else table["paid"][known]
    delivered = table.before("delivered", moment)[known]
    late = ~(delivered <= table["deliver_by"][known]) & ~np.isnan(table["deliver_by"][known]) | (settled < delivered)
    situation = np.where(late, 2, (table["merchants"][known] > 1).astype(np.int64))
    weight = 0.5 ** ((moment - since) / _HALF_LIFE)
    base = prior.BASE[what.outcome]
    rates = shrunk(situation, 3, came, weight, 10.0, shrunk(np.zeros_like(situation), 1, came, weight, 10.0, base)[0])
    if is_review:
        weight = weight * np.where(late, _SAYS_LITTLE, 1.0)
    return came, weight, rates[situation]


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
