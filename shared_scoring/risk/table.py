"""Orders as columns: what the models read of every case, as it was known at as-of.

Times are days since 1970 as floats, NaN where not known. What happened later than a landmark is masked by whoever
looks back (`before`); the table itself holds nothing that was not known at as-of.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import pickup_due, taken_to_platform
from shared_scoring.records import Order, Product

Column = NDArray[np.float64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]

DAY = 86400.0
_LOW = 2
"""Stars up to which a review is a bad one (cli-output.md, "at-risk")."""

_TIMES = (
    "created", "paid", "shipped", "picked_up", "delivered", "finished", "cancelled", "ship_by", "pickup_due",
    "deliver_by", "reviewed", "after_sale", "helped", "asked",
)  # fmt: skip
_FIGURES = (
    "amount", "freight", "quantity", "lines", "merchants", "late", "low", "quality", "damage", "presale",
    "tells_shipped", "tells_picked_up", "tells_delivered", "stars",
)  # fmt: skip
_NAMES = ("region", "courier", "merchant", "product", "category")


@dataclass(frozen=True)
class OrderTable:
    """Every valid order of the subject, sorted by id, so that nothing hangs on the order of a file.

    `columns` holds the times and figures, `codes` a whole number for each name (0 where there is none) and `sizes` how
    many there are. `cases` are the orders' cases, `start` is as-of and `offset` the zone's hours there, both in days.
    """

    ids: list[str]
    cases: list[Case]
    columns: Mapping[str, Column]
    codes: Mapping[str, Codes]
    sizes: Mapping[str, int]
    start: float
    offset: float
    observed: frozenset[str]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def before(self, name: str, moment: float) -> Column:
        """A time as it was known at a moment: NaN where it still lay ahead."""
        at = self.columns[name]
        return np.where(at < moment, at, np.nan)

    def is_open(self, moment: float) -> Mask:
        """Paid, and neither cancelled nor finished, as it stood at a moment."""
        paid, cancelled, finished = (self.columns[name] for name in ("paid", "cancelled", "finished"))
        return (paid < moment) & ~(cancelled < moment) & ~(finished < moment)


def order_table(
    cases: Mapping[str, Case],
    products: Mapping[str, Product],
    as_of: int,
    calendar: Calendar,
    in_48_hours: Collection[str] = (),
) -> OrderTable:
    """The table of the cases known at as-of, a day ordinal. `in_48_hours`: industries whose pickup is due so late."""
    start = calendar.start(as_of)
    now = start.timestamp() / DAY
    own = [(case.order, case) for case in cases.values() if case.order is not None and case.settle().is_valid]
    own.sort(key=lambda pair: pair[0].id)
    orders = [order for order, _ in own]
    category = {id_: product.category[0] for id_, product in products.items() if product.category}
    columns = _columns((_row(order, case, calendar, in_48_hours, now) for order, case in own), len(own))
    codes, sizes = {}, {}
    for name, names in zip(_NAMES, _names(orders, category), strict=True):
        codes[name], sizes[name] = coded(names)
    offset = calendar.local(start).utcoffset() or dt.timedelta()
    return OrderTable(
        ids=[order.id for order in orders],
        cases=[case for _, case in own],
        columns=columns,
        codes=codes,
        sizes=sizes,
        start=now,
        offset=offset / dt.timedelta(days=1),
        observed=_observed(columns, now),
    )


def _columns(rows: Iterable[tuple[float, ...]], count: int) -> dict[str, Column]:
    names = (*_TIMES, *_FIGURES)
    block = np.empty((len(names), count))
    for at, row in enumerate(rows):
        block[:, at] = row
    return dict(zip(names, block, strict=True))


def _row(order: Order, case: Case, calendar: Calendar, in_48_hours: Collection[str], now: float) -> tuple[float, ...]:
    due, delivered, late = _parcels(order, now)
    review = min(
        (one for one in case.reviews if one.created_at is not None),
        key=lambda one: (_days(one.created_at), one.id),
        default=None,
    )
    counts = review is not None and review.counts is not False
    stars = case.first_stars.get(review.id) if review is not None else None
    first = case.first_after_sale
    asked = [one.applied_at for one in case.after_sales] + [one.started_at for one in case.chats]
    lines = order.lines or ()
    return (
        _days(order.created_at), _days(order.paid_at), _days(order.shipped_at), _days(_picked_up(order)),
        delivered, _days(order.finished_at), _days(order.cancelled_at), _days(order.ship_by),
        _days(pickup_due(order, calendar, in_48_hours=case.industry in in_48_hours)), due,
        _days(review.created_at) if review is not None else np.nan,
        _days(first.applied_at) if first is not None else np.nan,
        _earliest(taken_to_platform(case)), _earliest(asked),
        np.nan if order.amount is None else order.amount, np.nan if order.freight is None else order.freight,
        sum(1 if line.quantity is None else line.quantity for line in lines) if lines else np.nan,
        len(lines) if lines else np.nan, len({line.merchant_id for line in lines}) if lines else np.nan,
        late, np.nan if stars is None else float(counts and stars <= _LOW), float(case.first_reason == "quality"),
        float(case.first_reason == "damage"), float(bool(order.presale)),
        float(order.shipped_at is not None), float(_tells(order, "picked_up_at")), float(_tells(order, "delivered_at")),
        float(stars) if counts and stars is not None else np.nan,
    )  # fmt: skip


def _days(moment: dt.datetime | None) -> float:
    return np.nan if moment is None else moment.timestamp() / DAY


def _earliest(moments: Iterable[dt.datetime | None]) -> float:
    return min((_days(moment) for moment in moments if moment is not None), default=np.nan)


def _picked_up(order: Order) -> dt.datetime | None:
    """When the last parcel was handed over; a delivery says that it was, whatever page was seen."""
    if order.picked_up_at is not None:
        return order.picked_up_at
    parcels = [waybill.picked_up_at or waybill.delivered_at for waybill in order.waybills or ()]
    known = [moment for moment in parcels if moment is not None]
    return max(known) if known and len(known) == len(parcels) else order.delivered_at


def _tells(order: Order, event: str) -> bool:
    """Whether the order, or a parcel of it, carries an event."""
    carriers = (order, *(order.waybills or ()))
    return any(getattr(carrier, event) is not None for carrier in carriers)


def _parcels(order: Order, now: float) -> tuple[float, float, float]:
    """The earliest promise still ahead, else the earliest; when all had arrived; whether any came late (NaN: open).

    A parcel without a promise takes the order's; an order without parcels counts as one.
    """
    parcels = [
        (_days(waybill.deliver_by or order.deliver_by), _days(waybill.delivered_at or order.delivered_at))
        for waybill in order.waybills or ()
    ] or [(_days(order.deliver_by), _days(order.delivered_at))]
    arrived = [at for _, at in parcels]
    delivered = _days(order.delivered_at) if order.delivered_at is not None else max(arrived)
    if any(np.isnan(at) for at in arrived):
        delivered = _days(order.delivered_at)
    waiting = [due for due, at in parcels if not np.isnan(due) and np.isnan(at)]
    promised = [due for due in waiting if due >= now] or waiting or [due for due, _ in parcels if not np.isnan(due)]
    late = float(any(at > due for due, at in parcels)) if not np.isnan(delivered) else np.nan
    return min(promised, default=np.nan), delivered, late


def _names(orders: list[Order], category: Mapping[str, str]) -> list[list[str]]:
    products = [_first(order, "product_id") for order in orders]
    return [
        [(order.region.province if order.region else None) or "" for order in orders],
        [order.courier or "" for order in orders],
        [_first(order, "merchant_id") for order in orders],
        products,
        [category.get(product, "") for product in products],
    ]


def _first(order: Order, field: str) -> str:
    return next((str(value) for line in order.lines or () if (value := getattr(line, field)) is not None), "")


def coded(names: list[str]) -> tuple[Codes, int]:
    """A number for each name, in the order of the alphabet, and how many there are."""
    known, codes = np.unique(np.array([*names, ""], dtype=object).astype(str), return_inverse=True)
    return codes[:-1].astype(np.int64), len(known)


def _observed(columns: Mapping[str, Column], start: float, days: float = 30) -> frozenset[str]:
    """The event fields that most of the orders finished in the last 30 days carry (records.md, "Not seen is not…")."""
    finished = (columns["finished"] >= start - days) & (columns["finished"] < start)
    return frozenset(
        name
        for name in ("shipped", "picked_up", "delivered")
        if 2 * np.count_nonzero(finished & (columns[f"tells_{name}"] > 0)) > np.count_nonzero(finished)
    )
