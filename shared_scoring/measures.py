"""The measures a definition may name: what one member of a cohort adds to a day.

AMOUNTS yield an exact amount: a numerator as an integer over `parts`, and a denominator; None leaves the member out.
Exact integers make the ledger add up to the last digit, whatever is taken out and put in again.
HITS only say whether a member of the cohort is one of those counted; the denominator is the cohort itself.
Sources: scoring.md, "Indicators" (A).
"""

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import Parcel
from shared_scoring.definition import Definition
from shared_scoring.records import AfterSale, Chat, Order

_MICRO = 1_000_000
_UNANSWERED_SECONDS = 600
_PICKUP_QUIET = (18, 6)  # a payment from 18:00 to 06:00 starts its clock at 06:00
_AUDIT_QUIET = (23, 8)


class Amount(NamedTuple):
    """`numerator / parts` over `denominator`."""

    numerator: int
    parts: int
    denominator: int


ONE = Amount(1, 1, 1)
_MISSED = Amount(0, 1, 1)


def seconds(span: dt.timedelta) -> tuple[int, int]:
    """A span as (numerator, parts) of seconds, whole where it is whole; never below 0."""
    micros = max(span // dt.timedelta(microseconds=1), 0)
    return (micros, _MICRO) if micros % _MICRO else (micros // _MICRO, 1)


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
    return first is not None and first.reason is not None and first.reason.class_ in definition.reasons


def _service(_case: Case, order: Order, definition: Definition) -> bool:
    return order.services is not None and any(service in definition.services for service in order.services)


def _pickup_seconds(_case: Case, order: Order, _definition: Definition, calendar: Calendar) -> Amount | None:
    if order.paid_at is None or order.picked_up_at is None:
        return None
    return Amount(*seconds(order.picked_up_at - clock_start(order.paid_at, _PICKUP_QUIET, calendar)), 1)


def _in_time(_case: Case, parcel: Parcel, _definition: Definition, _calendar: Calendar) -> Amount:
    delivered = parcel.delivered_at
    in_time = delivered is not None and delivered <= parcel.deliver_by and not parcel.trace_abnormal
    return ONE if in_time else _MISSED


def _audit_seconds(_case: Case, one: AfterSale, _definition: Definition, calendar: Calendar) -> Amount | None:
    agreed = one.agreed_at or one.refunded_at
    if one.applied_at is None or agreed is None:
        return None
    return Amount(*seconds(agreed - clock_start(one.applied_at, _AUDIT_QUIET, calendar)), 1)


def _reply_seconds(_case: Case, chat: Chat, _definition: Definition, _calendar: Calendar) -> Amount | None:
    if not chat.rounds:
        return None
    unanswered = chat.unanswered_rounds or 0
    if chat.reply_seconds is None and unanswered < chat.rounds:
        return None  # how long the answered rounds took is not known
    spent = dt.timedelta(seconds=(chat.reply_seconds or 0) + _UNANSWERED_SECONDS * unanswered)
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
    "in_time": _in_time,
    "audit_seconds": _audit_seconds,
    "reply_seconds": _reply_seconds,
    "dissatisfied": _dissatisfied,
    "helped": _helped,
}
HITS: dict[str, Callable[[Case, Any, Definition], bool]] = {
    "first_reason": _first_reason,
    "service": _service,
}
