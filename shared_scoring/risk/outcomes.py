"""Which outcomes of an open order are still open: cli-output.md, "at-risk", to the letter.

An outcome that has been decided either way, or cannot be known yet, has no probability; the code beside it says why.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import pickup_due, taken_to_platform
from shared_scoring.pack_base import Words
from shared_scoring.records import Order

OUTCOMES = ("late_pickup", "late_delivery", "bad_review", "quality_return", "damage_return", "platform_help")

OUTCOME_WORDS: Mapping[str, Words] = {
    "late_pickup": Words("揽收超时", "Late pickup"),
    "late_delivery": Words("配送超时", "Late delivery"),
    "bad_review": Words("差评", "Bad review"),
    "quality_return": Words("品质退货", "Quality return"),
    "damage_return": Words("破损退货", "Damage return"),
    "platform_help": Words("平台求助", "Taken to the platform"),
}

NOT_OBSERVED = "not_observed"
DECIDED = "decided"
NO_PROMISE = "no_promise"
PROMISE_PAST = "promise_past"


class Asked(NamedTuple):
    """Whether a probability is wanted: `why_not` is a code where not. `deadline` is the promise, even a past one."""

    why_not: str | None
    deadline: dt.datetime | None = None


_OPEN = Asked(None)
_DECIDED = Asked(DECIDED)


def is_open(case: Case) -> bool:
    """Valid, paid, not cancelled, not finished, as known."""
    order = case.order
    return order is not None and case.is_valid and order.cancelled_at is None and order.finished_at is None


def asked(
    case: Case, order: Order, now: dt.datetime, calendar: Calendar, observed: Collection[str], in_48_hours: bool
) -> Mapping[str, Asked]:
    """Of an open order, by outcome. `now` is as-of's first moment, `observed` the event fields the subject shows."""
    has_after_sale = case.first_after_sale is not None
    return {
        "late_pickup": _pickup(order, now, calendar, observed, in_48_hours),
        "late_delivery": _delivery(order, now, observed),
        "bad_review": _DECIDED if case.reviews else _OPEN,
        "quality_return": _DECIDED if has_after_sale else _OPEN,
        "damage_return": _DECIDED if has_after_sale else _OPEN,
        "platform_help": _DECIDED if any(at is not None for at in taken_to_platform(case)) else _OPEN,
    }


def _pickup(order: Order, now: dt.datetime, calendar: Calendar, observed: Collection[str], in_48_hours: bool) -> Asked:
    waybills = order.waybills or ()
    if order.picked_up_at is not None or order.delivered_at is not None:
        return _DECIDED
    if waybills and all((one.picked_up_at or one.delivered_at) is not None for one in waybills):
        return _DECIDED
    if "picked_up" not in observed:
        return Asked(NOT_OBSERVED)
    due = pickup_due(order, calendar, in_48_hours=in_48_hours)
    if due is None:
        return Asked(NO_PROMISE)
    return Asked(PROMISE_PAST if due < now else None, due)


def _delivery(order: Order, now: dt.datetime, observed: Collection[str]) -> Asked:
    waybills = order.waybills or ()
    if order.delivered_at is not None or (waybills and all(one.delivered_at is not None for one in waybills)):
        return _DECIDED
    if "delivered" not in observed:
        return Asked(NOT_OBSERVED)
    waiting = [one.deliver_by or order.deliver_by for one in waybills if one.delivered_at is None]
    known = [due for due in waiting or [order.deliver_by] if due is not None]
    ahead = [due for due in known if due >= now]
    if not ahead:
        return Asked(PROMISE_PAST, min(known)) if known else Asked(NO_PROMISE)
    return Asked(None, min(ahead))
