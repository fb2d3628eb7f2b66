"""The cohorts a definition may name: what of a case is counted, and the day that puts it in a window.

Each takes a case as it was known at one moment and yields (day, thing). Sources: scoring.md, "Indicators" (A).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.records import AfterSale, Chat, Order

_SERVICE_HOURS = (8, 23)  # chats count from 08:00:00 to 22:59:59


class Parcel(NamedTuple):
    """One waybill, or an order without any, with what decides whether it was in time."""

    deliver_by: dt.datetime
    delivered_at: dt.datetime | None
    trace_abnormal: bool


Member = tuple[int, Any]


def _orders_by(moment: str) -> Callable[[Case, Calendar], Iterable[Member]]:
    def cohort(case: Case, calendar: Calendar) -> Iterable[Member]:
        order = case.order
        if order is not None and case.is_valid and (at := getattr(order, moment)) is not None:
            yield calendar.day(at), order

    return cohort


def _parcels_due(case: Case, calendar: Calendar) -> Iterable[Member]:
    """Parcels by the day of their `deliver_by`. A waybill without one takes the order's."""
    order = case.order
    if order is None or not case.is_valid:
        return
    if not order.waybills:
        if order.deliver_by is not None and not _cancelled_before_dispatch(order):
            yield calendar.day(order.deliver_by), Parcel(order.deliver_by, order.delivered_at, trace_abnormal=False)
        return
    for waybill in order.waybills:
        deliver_by = waybill.deliver_by or order.deliver_by
        if deliver_by is not None:
            yield calendar.day(deliver_by), Parcel(deliver_by, waybill.delivered_at, bool(waybill.trace_abnormal))


def _cancelled_before_dispatch(order: Order) -> bool:
    """Dispatch is the hand-over; where only a later sign of it is known (pickup, delivery), that sign."""
    if order.cancelled_at is None:
        return False
    dispatched = order.shipped_at or order.picked_up_at or order.delivered_at
    return dispatched is None or order.cancelled_at < dispatched


def _refunds(case: Case, calendar: Calendar) -> Iterable[Member]:
    if not case.is_valid:
        return
    for one in case.after_sales:
        if one.type in ("refund_shipped", "return_refund") and one.refunded_at is not None:
            yield calendar.day(one.refunded_at), one


def _chats_in_service_hours(case: Case, calendar: Calendar) -> Iterable[Member]:
    if case.is_excluded:
        return
    for chat in case.chats:
        if chat.started_at is not None:
            local = calendar.local(chat.started_at)
            if _SERVICE_HOURS[0] <= local.hour < _SERVICE_HOURS[1]:
                yield local.toordinal(), chat


def _orders_asking_or_helped(case: Case, calendar: Calendar) -> Iterable[Member]:
    """The order once on the last day it asked the merchant, and once on the last day it went to the platform.

    The last day known: any window that ends there and holds an earlier one holds it too, so an order counts once.
    """
    if not (case.after_sales or case.chats or case.helps) or not case.is_valid or not _names_order(case):
        return
    asked = [one.applied_at for one in case.after_sales] + [chat.started_at for chat in case.chats]
    helped = [one.arbitration.opened_at for one in case.after_sales if one.arbitration is not None]
    helped += [one.opened_at for one in case.helps if one.via == "arbitration" or one.same_issue_as_chat]
    for moments, kind in ((asked, "asked"), (helped, "helped")):
        if known := [moment for moment in moments if moment is not None]:
            yield calendar.day(max(known)), kind


def _names_order(case: Case) -> bool:
    satellites: list[AfterSale | Chat | Any] = [*case.after_sales, *case.chats, *case.helps]
    return case.order is not None or any(one.order_id for one in satellites)


COHORTS: dict[str, Callable[[Case, Calendar], Iterable[Member]]] = {
    "orders_paid": _orders_by("paid_at"),
    "orders_picked_up": _orders_by("picked_up_at"),
    "orders_delivered": _orders_by("delivered_at"),
    "parcels_due": _parcels_due,
    "refunds": _refunds,
    "chats_in_service_hours": _chats_in_service_hours,
    "orders_asking_or_helped": _orders_asking_or_helped,
}
