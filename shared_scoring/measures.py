"""The measures a definition may name: what one member of a cohort adds to a day.

AMOUNTS yield an exact amount: a numerator as an integer over `parts`, and a denominator; None leaves the member out.
Exact integers make the ledger add up to the last digit, whatever is taken out and put in again.
HITS only say whether a member of the cohort is one of those counted; the denominator is the cohort itself.
Sources: scoring.md, "Indicators" (A). `columns/measures.py` says each of them once more, for all cases at once.
"""

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import Due, Parcel, is_cancelled_before_dispatch
from shared_scoring.definition import Definition
from shared_scoring.merge import OLDEST
from shared_scoring.records import AfterSale, Chat, Order, Review, Waybill

_MICRO = 1_000_000
UNANSWERED_SECONDS = 600
PICKUP_QUIET = (18, 6)  # a payment from 18:00 to 06:00 starts its clock at 06:00
AUDIT_QUIET = (23, 8)
SPOILT_PICKUP = 50  # what a fraudulent or abnormal shipment scores, whatever its hours


class Amount(NamedTuple):
    """`numerator / parts` over `denominator`."""

    numerator: int
    parts: int
    denominator: int


ONE = Amount(1, 1, 1)
_MISSED = Amount(0, 1, 1)


def seconds(span: dt.timedelta) -> tuple[int, int]:
    """A span as (numerator, parts) of seconds, whole where it is whole."""
    micros = span // dt.timedelta(microseconds=1)
    return (micros, _MICRO) if micros % _MICRO else (micros // _MICRO, 1)


def waited(span: dt.timedelta) -> tuple[int, int]:
    """The seconds of a clock, which never run below 0."""
    return seconds(max(span, dt.timedelta()))


def clock_start(moment: dt.datetime, quiet: tuple[int, int], calendar: Calendar) -> dt.datetime:
    """When a clock that rests from `quiet[0]` o'clock to `quiet[1]` o'clock starts for a moment."""
    local = calendar.local(moment)
    if local.hour >= quiet[0]:
        return calendar.at(local.toordinal() + 1, quiet[1])
    if local.hour < quiet[1]:
        return calendar.at(local.toordinal(), quiet[1])
    return moment


def _one(_case: Case, _order: Order, _definition: Definition, _calendar: Calendar) -> Amount:
    return ONE


def _stars(case: Case, _order: Order, _definition: Definition, _calendar: Calendar) -> Amount | None:
    """The order's product ratings, averaged first."""
    stars = [review.stars for review in case.reviews if review.stars is not None and review.counts is not False]
    if not stars:
        return None
    mean = Fraction(sum(stars), len(stars))
    return Amount(mean.numerator, mean.denominator, 1)


def _first_reason(case: Case, _order: Order, definition: Definition) -> bool:
    first = case.first_after_sale
    if first is None or case.first_reason not in definition.reasons:
        return False
    return bool(first.ruling) or not definition.ruling


def _low_rated(case: Case, _order: Order, definition: Definition) -> bool:
    """Whether the order's product ratings average so few stars."""
    stars = [review.stars for review in case.reviews if review.stars is not None and review.counts is not False]
    return bool(stars) and sum(stars) <= (definition.stars_at_most or 0) * len(stars)


def _first_rated_low(case: Case, _order: Order, definition: Definition) -> bool:
    """Whether the first rating, as it was first written, gave so few stars."""
    rated = [one for one in case.reviews if one.id in case.first_stars and one.counts is not False]
    first = min(
        rated,
        key=lambda one: (one.created_at is None, one.created_at or OLDEST, one.id),
        default=None,
    )
    return first is not None and case.first_stars[first.id] <= (definition.stars_at_most or 0)


def _complaint(case: Case, _order: Order, _definition: Definition) -> bool:
    return any(one.via == "complaint" for one in case.helps)


def _blamed(case: Case, _order: Order, definition: Definition) -> bool:
    """Whether an arbitration was decided against one of `blames`."""
    return any(one.arbitration is not None and one.arbitration.blame in definition.blames for one in case.after_sales)


def _defect(case: Case, order: Order, definition: Definition) -> bool:
    """Whether an order was rated low, or an arbitration against it was not won: once, whatever of it happened."""
    return _low_rated(case, order, definition) or any(
        one.arbitration is not None and one.arbitration.blame != "buyer" for one in case.after_sales
    )


def _cancelled(_case: Case, order: Order, definition: Definition) -> bool:
    """Whether the order was cancelled before dispatch by one of `by`."""
    return order.cancelled_by in definition.by and is_cancelled_before_dispatch(order)


def _tracked(_case: Case, parcel: Waybill | None, _definition: Definition) -> bool:
    """Whether the parcel has a number and a sound trace."""
    return parcel is not None and bool(parcel.id) and not parcel.trace_abnormal


def _clean_service(case: Case, order: Order, definition: Definition) -> bool:
    """Whether the order has a service and nothing went wrong on its way."""
    return _service(case, order, definition) and not _is_spoilt(order)


def _is_spoilt(order: Order) -> bool:
    return bool(order.fraud_shipping) or any(waybill.trace_abnormal for waybill in order.waybills or ())


def _service(_case: Case, order: Order, definition: Definition) -> bool:
    return order.services is not None and any(service in definition.services for service in order.services)


def _pickup_seconds(_case: Case, order: Order, _definition: Definition, calendar: Calendar) -> Amount | None:
    if order.paid_at is None or order.picked_up_at is None:
        return None
    return Amount(*waited(order.picked_up_at - clock_start(order.paid_at, PICKUP_QUIET, calendar)), 1)


def score_limit(hours: float) -> int:
    """The longest wait of a step, in microseconds."""
    return int(hours * 3600 * _MICRO)


def _pickup_score(case: Case, order: Order, definition: Definition, calendar: Calendar) -> Amount | None:
    """The score of the hours to pickup by the table of `steps`, (hours at most, score)."""
    took = _pickup_seconds(case, order, definition, calendar)
    if took is None:
        return None
    micros = took.numerator * (_MICRO // took.parts)
    reached = (score for hours, score in definition.steps if micros <= score_limit(hours))
    score = SPOILT_PICKUP if _is_spoilt(order) else next(reached, SPOILT_PICKUP)
    return Amount(int(score), 1, 1)


def _picked_up_in_time(_case: Case, due: Due, _definition: Definition, _calendar: Calendar) -> Amount:
    picked_up = due.order.picked_up_at
    in_time = picked_up is not None and picked_up <= due.by and not _is_spoilt(due.order)
    return ONE if in_time else _MISSED


def _shipped_late(_case: Case, order: Order, _definition: Definition, calendar: Calendar) -> Amount | None:
    """Whether the order was dispatched after the promised day; the hour does not matter."""
    if order.shipped_at is None:
        return None
    late = order.ship_by is not None and calendar.day(order.shipped_at) > calendar.day(order.ship_by)
    return ONE if late else _MISSED


def _transit_seconds(_case: Case, order: Order, _definition: Definition, _calendar: Calendar) -> Amount | None:
    if order.paid_at is None or order.delivered_at is None:
        return None
    return Amount(*seconds(order.delivered_at - order.paid_at), 1)


def _in_time(_case: Case, parcel: Parcel, _definition: Definition, _calendar: Calendar) -> Amount:
    delivered = parcel.delivered_at
    in_time = delivered is not None and delivered <= parcel.deliver_by and not parcel.trace_abnormal
    return ONE if in_time else _MISSED


def _audit_seconds(_case: Case, one: AfterSale, definition: Definition, calendar: Calendar) -> Amount | None:
    """How long the merchant took to agree; where that is not known, until the refund."""
    agreed = one.agreed_at or one.refunded_at
    if one.type not in definition.types or one.applied_at is None or agreed is None:
        return None
    return Amount(*waited(agreed - clock_start(one.applied_at, AUDIT_QUIET, calendar)), 1)


def _handled_in_time(case: Case, one: AfterSale, definition: Definition, calendar: Calendar) -> Amount | None:
    """Whether the waits for the merchant stayed within the limit; refunds the platform handled do not count."""
    took = None if one.handled_by == "platform" else _audit_seconds(case, one, definition, calendar)
    if took is None:
        return None
    total = dt.timedelta(microseconds=took.numerator * (_MICRO // took.parts))
    if one.type == "return_refund" and one.return_received_at is not None and one.confirmed_at is not None:
        total += one.confirmed_at - one.return_received_at
    return ONE if total <= dt.timedelta(seconds=definition.limit_seconds or 0) else _MISSED


def _completion_seconds(_case: Case, one: AfterSale, definition: Definition, _calendar: Calendar) -> Amount | None:
    """From filing to refund, where the platform did not handle it."""
    if one.type not in definition.types or one.handled_by == "platform":
        return None
    if one.applied_at is None or one.refunded_at is None:
        return None
    return Amount(*seconds(one.refunded_at - one.applied_at), 1)


def _praise(_case: Case, review: Review, definition: Definition, _calendar: Calendar) -> Amount | None:
    """Whether the rating named gave so many stars."""
    stars: int | None = getattr(review, definition.rating or "stars")
    if stars is None:
        return None
    return ONE if stars >= (definition.stars_at_least or 0) else _MISSED


def _reply_seconds(_case: Case, chat: Chat, _definition: Definition, _calendar: Calendar) -> Amount | None:
    if not chat.rounds:
        return None
    unanswered = chat.unanswered_rounds or 0
    if chat.reply_seconds is None and unanswered < chat.rounds:
        return None  # how long the answered rounds took is not known
    spent = dt.timedelta(seconds=chat.reply_seconds or 0) + unanswered * dt.timedelta(seconds=UNANSWERED_SECONDS)
    return Amount(*seconds(spent), chat.rounds)


def _dissatisfied(_case: Case, chat: Chat, definition: Definition, _calendar: Calendar) -> Amount | None:
    if chat.stars is None:
        return None
    return ONE if chat.stars <= (definition.stars_at_most or 0) else _MISSED


def _helped(_case: Case, kind: str, _definition: Definition, _calendar: Calendar) -> Amount:
    return Amount(1, 1, 0) if kind == "helped" else Amount(0, 1, 1)


AMOUNTS: dict[str, Callable[[Case, Any, Definition, Calendar], Amount | None]] = {
    "one": _one,
    "stars": _stars,
    "pickup_seconds": _pickup_seconds,
    "pickup_score": _pickup_score,
    "picked_up_in_time": _picked_up_in_time,
    "shipped_late": _shipped_late,
    "transit_seconds": _transit_seconds,
    "in_time": _in_time,
    "praise": _praise,
    "audit_seconds": _audit_seconds,
    "handled_in_time": _handled_in_time,
    "completion_seconds": _completion_seconds,
    "reply_seconds": _reply_seconds,
    "dissatisfied": _dissatisfied,
    "helped": _helped,
}
HITS: dict[str, Callable[[Case, Any, Definition], bool]] = {
    "blamed": _blamed,
    "cancelled": _cancelled,
    "clean_service": _clean_service,
    "complaint": _complaint,
    "defect": _defect,
    "first_rated_low": _first_rated_low,
    "first_reason": _first_reason,
    "low_rated": _low_rated,
    "service": _service,
    "tracked": _tracked,
}
