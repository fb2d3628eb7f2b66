"""The cohorts of `cohorts.py` for all cases at once: who is a member, and the day that puts it in a window.

Each has the name and the meaning of the one there; a test holds both to the same sums for every definition.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shared_scoring.cohorts import PICKUP_SPAN, SERVICE_HOURS
from shared_scoring.columns.cases import CaseColumns
from shared_scoring.columns.moments import UNKNOWN, Flags, Ints, micros_of_span
from shared_scoring.columns.pull import Column
from shared_scoring.definition import Definition


@dataclass(frozen=True)
class Members:
    """One row a member. `row` is its place among the records of its kind; for an order it is its case."""

    day: Ints
    case: Ints
    row: Ints


@dataclass(frozen=True)
class ParcelsDue(Members):
    in_time: Flags


@dataclass(frozen=True)
class ParcelsShipped(Members):
    tracked: Flags


@dataclass(frozen=True)
class PickupsDue(Members):
    by: Ints


@dataclass(frozen=True)
class AskingOrHelped(Members):
    helped: Flags


Cohort = Callable[[CaseColumns, Definition], Members]


def _valid_orders(cases: CaseColumns) -> Flags:
    return cases.has_order & cases.is_valid


def _orders_by(moment: str) -> Cohort:
    def cohort(cases: CaseColumns, _definition: Definition) -> Members:
        moments = cases.order_moments(moment)
        members = np.flatnonzero(_valid_orders(cases) & (moments != UNKNOWN))
        return Members(cases.clock.days(moments[members]), members, members)

    return cohort


def _parcels_due(cases: CaseColumns, _definition: Definition) -> ParcelsDue:
    valid = _valid_orders(cases)
    of_order = cases.order("deliver_by")
    own = cases.column("parcel", "deliver_by")
    due = np.where(own != UNKNOWN, own, of_order[cases.parcel_case])
    rows = np.flatnonzero(valid[cases.parcel_case] & (due != UNKNOWN))
    due, case = due[rows], cases.parcel_case[rows]
    sound = ~cases.column("parcel", "trace_abnormal")[rows]
    arrived = cases.parcel_moments("delivered_at")[rows]
    whole = np.flatnonzero(
        valid & ~cases.order("has_waybills") & (of_order != UNKNOWN) & ~cases.is_cancelled_before_dispatch
    )
    arrived_whole = cases.order_moments("delivered_at")[whole]
    return ParcelsDue(
        cases.clock.days(np.concatenate((due, of_order[whole]))),
        np.concatenate((case, whole)),
        np.concatenate((rows, whole)),
        np.concatenate((_by(arrived, due) & sound, _by(arrived_whole, of_order[whole]))),
    )


def _parcels_shipped(cases: CaseColumns, _definition: Definition) -> ParcelsShipped:
    shipped = cases.order_moments("shipped_at")
    counted = _valid_orders(cases) & (shipped != UNKNOWN)
    rows = np.flatnonzero(counted[cases.parcel_case])
    whole = np.flatnonzero(counted & ~cases.order("has_waybills"))
    case = np.concatenate((cases.parcel_case[rows], whole))
    sound = cases.column("parcel", "has_id") & ~cases.column("parcel", "trace_abnormal")
    tracked = np.concatenate((sound[rows], np.zeros(len(whole), np.bool_)))
    return ParcelsShipped(cases.clock.days(shipped[case]), case, np.concatenate((rows, whole)), tracked)


def _by(moments: Ints, limits: Ints) -> Flags:
    in_time: Flags = (moments != UNKNOWN) & (moments <= limits)
    return in_time


def _orders_due_for_pickup(cases: CaseColumns, definition: Definition) -> PickupsDue:
    paid = cases.order_moments("paid_at")
    orders = np.flatnonzero(_valid_orders(cases) & (paid != UNKNOWN))
    paid, due = paid[orders], cases.order("ship_by")[orders]
    presale = cases.order("presale")[orders]
    in_48_hours = ~presale & cases.has_service(["qic"])[orders]
    if cases.viewpoint.industry in definition.industries_48h:
        in_48_hours = ~presale
    other = ~presale & ~in_48_hours
    due[in_48_hours] = paid[in_48_hours] + micros_of_span(PICKUP_SPAN)
    due[other] = cases.clock.start(cases.clock.days(paid[other]) + 2) - 1
    cancelled = cases.order_moments("cancelled_at")[orders]
    members = np.flatnonzero((due != UNKNOWN) & ~_by(cancelled, due))
    return PickupsDue(cases.clock.days(due[members]), orders[members], orders[members], due[members])


def _of(cases: CaseColumns, kind: str, moment: str, chosen: Flags) -> Members:
    """Records of a kind by the day of one of their moments."""
    moments = cases.moments(kind, moment)
    rows = np.flatnonzero(chosen & (moments != UNKNOWN))
    return Members(cases.clock.days(moments[rows]), _cases(cases.column(kind, "case")[rows]), rows)


def _cases(numbers: Column) -> Ints:
    return numbers.astype(np.int64)


def _reviews_written(cases: CaseColumns, _definition: Definition) -> Members:
    return _of(cases, "review", "created_at", cases.column("review", "counts") & cases.of_valid("review"))


def _refunds(cases: CaseColumns, _definition: Definition) -> Members:
    return _of(cases, "after_sale", "refunded_at", cases.of_valid("after_sale"))


def _chats_in_service_hours(cases: CaseColumns, _definition: Definition) -> Members:
    started = cases.moments("chat", "started_at")
    rows = np.flatnonzero((started != UNKNOWN) & ~cases.is_excluded[cases.column("chat", "case")])
    days, hours = cases.clock.local(started[rows])
    open_ = (hours >= SERVICE_HOURS[0]) & (hours < SERVICE_HOURS[1])
    return Members(days[open_], _cases(cases.column("chat", "case")[rows][open_]), rows[open_])


def _orders_asking_or_helped(cases: CaseColumns, _definition: Definition) -> AskingOrHelped:
    opened = np.where(cases.is_arbitrated, cases.column("after_sale", "arbitration_opened_at"), UNKNOWN)
    taken = cases.is_word("platform_help", "via", ["arbitration"]) | cases.column("platform_help", "same_issue_as_chat")
    asked = cases.latest(
        {"after_sale": cases.moments("after_sale", "applied_at"), "chat": cases.moments("chat", "started_at")}
    )
    helped = cases.latest(
        {
            "after_sale": opened,
            "platform_help": np.where(taken, cases.moments("platform_help", "opened_at"), UNKNOWN),
        }
    )
    countable = cases.is_valid & cases.is_named
    askers = np.flatnonzero(countable & (asked != UNKNOWN))
    helpless = np.flatnonzero(countable & (helped != UNKNOWN))
    members = np.concatenate((askers, helpless))
    return AskingOrHelped(
        cases.clock.days(np.concatenate((asked[askers], helped[helpless]))),
        members,
        members,
        np.arange(len(members)) >= len(askers),
    )


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
