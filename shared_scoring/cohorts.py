"""The cohorts a definition may name: what of a case is counted, and the day that puts it in a window.

Each takes a case as it was known at one moment and gives its members as (day, thing). They run for every case on
every day it changed: plain lists, and out at once where there is nothing. Sources: scoring.md, "Indicators" (A).
`columns/cohorts.py` says each of them once more, for all cases at once.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.definition import Definition
from shared_scoring.records import AfterSale, Chat, Order

SERVICE_HOURS = (8, 23)  # chats count from 08:00:00 to 22:59:59
PICKUP_SPAN = dt.timedelta(hours=48)
"""How long after payment goods that need more care may be picked up."""


class Parcel(NamedTuple):
    """One waybill, or an order without any, with what decides whether it was in time."""

    deliver_by: dt.datetime
    delivered_at: dt.datetime | None
    trace_abnormal: bool


class Due(NamedTuple):
    """An order with the last moment at which its pickup is in time."""

    order: Order
    by: dt.datetime


Member = tuple[int, Any]
Cohort = Callable[[Case, Calendar], Sequence[Member]]

IDLE_EVENTS = frozenset({"finished_at", "merchant_reply_at", "ended_at", "closed_at"})
"""Events that no cohort and no measure reads: a case need not be counted again for them (a test proves it)."""


def _orders_by(moment: str) -> Cohort:
    def cohort(case: Case, calendar: Calendar) -> Sequence[Member]:
        order = case.order
        if order is None or (at := getattr(order, moment)) is None or not case.is_valid:
            return ()
        return ((calendar.day(at), order),)

    return cohort


def _parcels_due(case: Case, calendar: Calendar) -> Sequence[Member]:
    """Parcels by the day of their `deliver_by`. A waybill without one takes the order's."""
    order = case.order
    if order is None or not case.is_valid:
        return ()
    if order.waybills:
        parcels = [
            Parcel(due, waybill.delivered_at, bool(waybill.trace_abnormal))
            for waybill in order.waybills
            if (due := waybill.deliver_by or order.deliver_by) is not None
        ]
    elif order.deliver_by is not None and not is_cancelled_before_dispatch(order):
        parcels = [Parcel(order.deliver_by, order.delivered_at, trace_abnormal=False)]
    else:
        return ()
    return [(calendar.day(parcel.deliver_by), parcel) for parcel in parcels]


def _parcels_shipped(case: Case, calendar: Calendar) -> Sequence[Member]:
    """Parcels by the day the order was dispatched; an order without any is one parcel of which nothing is known."""
    order = case.order
    if order is None or order.shipped_at is None or not case.is_valid:
        return ()
    day = calendar.day(order.shipped_at)
    return [(day, waybill) for waybill in order.waybills or (None,)]


def is_cancelled_before_dispatch(order: Order) -> bool:
    """Dispatch is the hand-over; where only a later sign of it is known (pickup, delivery), that sign."""
    if order.cancelled_at is None:
        return False
    dispatched = order.shipped_at or order.picked_up_at or order.delivered_at
    return dispatched is None or order.cancelled_at < dispatched


def _orders_due_for_pickup(case: Case, calendar: Calendar, industries: Collection[str] = ()) -> Sequence[Member]:
    """Orders by the day their pickup is due, unless they were cancelled by then.

    Due at the end of the day after payment; 48 hours after it for inspected goods (QIC) and for a shop of one of
    `industries`; by `ship_by` on pre-sale.
    """
    order = case.order
    if order is None or order.paid_at is None or not case.is_valid:
        return ()
    by = pickup_due(order, calendar, in_48_hours=case.industry in industries)
    if by is None or (order.cancelled_at is not None and order.cancelled_at <= by):
        return ()
    return ((calendar.day(by), Due(order, by)),)


def pickup_due(order: Order, calendar: Calendar, *, in_48_hours: bool) -> dt.datetime | None:
    """The last moment at which a pickup is in time; None where the order is not paid, or a pre-sale without promise."""
    paid_at = order.paid_at
    if paid_at is None or order.presale:
        return None if paid_at is None else order.ship_by
    if in_48_hours or (order.services is not None and "qic" in order.services):
        return paid_at + PICKUP_SPAN
    return calendar.start(calendar.day(paid_at) + 2) - dt.timedelta(microseconds=1)


def _reviews_written(case: Case, calendar: Calendar) -> Sequence[Member]:
    if not case.reviews or not case.is_valid:
        return ()
    counted = [one for one in case.reviews if one.counts is not False]
    return [(calendar.day(one.created_at), one) for one in counted if one.created_at is not None]


def _refunds(case: Case, calendar: Calendar) -> Sequence[Member]:
    if not case.after_sales or not case.is_valid:
        return ()
    return [(calendar.day(one.refunded_at), one) for one in case.after_sales if one.refunded_at is not None]


def _chats_in_service_hours(case: Case, calendar: Calendar) -> Sequence[Member]:
    if not case.chats or case.is_excluded:
        return ()
    started = [(calendar.local(chat.started_at), chat) for chat in case.chats if chat.started_at is not None]
    return [(local.toordinal(), chat) for local, chat in started if is_in_service_hours(local)]


def is_in_service_hours(local: dt.datetime) -> bool:
    """Whether chats that begin at this wall-clock time count towards replies and ratings."""
    return SERVICE_HOURS[0] <= local.hour < SERVICE_HOURS[1]


def _orders_asking_or_helped(case: Case, calendar: Calendar) -> Sequence[Member]:
    """The order once on the last day it asked the merchant, and once on the last day it went to the platform.

    The last day known: any window that ends there and holds an earlier one holds it too, so an order counts once.
    """
    if not (case.after_sales or case.chats or case.helps) or not case.is_valid or not _names_order(case):
        return ()
    asked = [one.applied_at for one in case.after_sales] + [chat.started_at for chat in case.chats]
    found: list[Member] = []
    for moments, kind in ((asked, "asked"), (taken_to_platform(case), "helped")):
        days = [calendar.day(moment) for moment in moments if moment is not None]
        past = days if case.until is None else [day for day in days if day < case.until]
        if days:
            found.append((max(past or days), kind))
    return found


def taken_to_platform(case: Case) -> list[dt.datetime | None]:
    """When the order was taken to the platform: arbitration, or complaint / platform service over the same issue."""
    helped = [one.arbitration.opened_at for one in case.after_sales if one.arbitration is not None]
    return helped + [one.opened_at for one in case.helps if one.via == "arbitration" or one.same_issue_as_chat]


def _names_order(case: Case) -> bool:
    satellites: list[AfterSale | Chat | Any] = [*case.after_sales, *case.chats, *case.helps]
    return case.order is not None or any(one.order_id for one in satellites)


COHORTS: dict[str, Cohort] = {
    "orders_paid": _orders_by("paid_at"),
    "orders_shipped": _orders_by("shipped_at"),
    "orders_due_for_pickup": _orders_due_for_pickup,
    "orders_picked_up": _orders_by("picked_up_at"),
    "orders_delivered": _orders_by("delivered_at"),
    "parcels_due": _parcels_due,
    "parcels_shipped": _parcels_shipped,
    "reviews_written": _reviews_written,
    "refunds": _refunds,
    "chats_in_service_hours": _chats_in_service_hours,
    "orders_asking_or_helped": _orders_asking_or_helped,
}
BY_INDUSTRY = frozenset({"orders_due_for_pickup"})
"""The cohorts that read `industries_48h` of a definition."""


def cohort_of(definition: Definition) -> Cohort:
    """The cohort a definition names, with the parameters that are the cohort's."""
    if definition.industries_48h:
        return partial(_orders_due_for_pickup, industries=frozenset(definition.industries_48h))
    return COHORTS[definition.cohort]
