"""The measures of `measures.py` for all members of a cohort at once: what each adds to its day, exactly.

Each has the name and the meaning of the one there; a test holds both to the same sums for every definition.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from shared_scoring.columns.cases import CaseColumns
from shared_scoring.columns.cohorts import AskingOrHelped, Members, ParcelsDue, ParcelsShipped, PickupsDue
from shared_scoring.columns.moments import SECOND, UNKNOWN, Flags, Ints
from shared_scoring.definition import Definition
from shared_scoring.measures import AUDIT_QUIET, PICKUP_QUIET, SPOILT_PICKUP, UNANSWERED_SECONDS, score_limit


class Amounts(NamedTuple):
    """`numerator / parts` over `denominator` for each member that is `counted`; the others are left out."""

    counted: Flags
    numerator: Ints
    parts: Ints
    denominator: Ints


Amount = Callable[[CaseColumns, Any, Definition], Amounts]
Hit = Callable[[CaseColumns, Any, Definition], Flags]


def _all(members: Members) -> Flags:
    return np.ones(len(members.day), np.bool_)


def _ones(members: Members) -> Ints:
    return np.ones(len(members.day), np.int64)


def _shares(members: Members, counted: Flags, is_hit: Flags) -> Amounts:
    ones = _ones(members)
    return Amounts(counted, is_hit.astype(np.int64), ones, ones)


def _seconds(counted: Flags, micros: Ints, denominator: Ints) -> Amounts:
    """Spans as seconds, whole where they are whole."""
    whole = micros % SECOND == 0
    return Amounts(counted, np.where(whole, micros // SECOND, micros), np.where(whole, 1, SECOND), denominator)


def _clock_start(cases: CaseColumns, moments: Ints, quiet: tuple[int, int]) -> Ints:
    """When a clock that rests from `quiet[0]` o'clock to `quiet[1]` o'clock starts."""
    days, hours = cases.clock.local(moments)
    started = moments.copy()
    late, early = hours >= quiet[0], hours < quiet[1]
    started[late] = cases.clock.at(days[late] + 1, quiet[1])
    started[early] = cases.clock.at(days[early], quiet[1])
    return started


def _waited(cases: CaseColumns, since: Ints, until: Ints, quiet: tuple[int, int]) -> tuple[Flags, Ints]:
    """Whether both ends of a wait are known, and the microseconds of its clock, which never runs below 0."""
    known = (since != UNKNOWN) & (until != UNKNOWN)
    waits = np.zeros(len(since), np.int64)
    waits[known] = np.maximum(until[known] - _clock_start(cases, since[known], quiet), 0)
    return known, waits


def _one(_cases: CaseColumns, members: Members, _definition: Definition) -> Amounts:
    return _shares(members, _all(members), _all(members))


def _stars(cases: CaseColumns, members: Members, _definition: Definition) -> Amounts:
    stars, reviews = cases.rated.stars[members.case], cases.rated.reviews[members.case]
    shared = np.maximum(np.gcd(stars, reviews), 1)
    return Amounts(reviews > 0, stars // shared, reviews // shared, _ones(members))


def _first_reason(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    wanted = cases.is_word("after_sale", "reason", definition.reasons)
    if definition.ruling:
        wanted &= cases.column("after_sale", "ruling")
    return _of_first(cases.first_after_sale[members.case], wanted)


def _of_first(first: Ints, flags: Flags) -> Flags:
    """What holds for each case's first record, of which -1 is none."""
    found: Flags = np.append(flags, False)[first]  # -1 is the last place
    return found


def _low_rated(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    stars, reviews = cases.rated.stars[members.case], cases.rated.reviews[members.case]
    return (reviews > 0) & (stars <= (definition.stars_at_most or 0) * reviews)


def _first_rated_low(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    low = cases.column("review", "first_stars") <= (definition.stars_at_most or 0)
    return _of_first(cases.first_rating[members.case], low)


def _complaint(cases: CaseColumns, members: Members, _definition: Definition) -> Flags:
    return cases.with_any("platform_help", cases.is_word("platform_help", "via", ["complaint"]))[members.case]


def _blamed(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    blamed = cases.is_arbitrated & cases.is_word("after_sale", "blame", definition.blames)
    return cases.with_any("after_sale", blamed)[members.case]


def _defect(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    lost = cases.is_arbitrated & ~cases.is_word("after_sale", "blame", ["buyer"])
    return _low_rated(cases, members, definition) | cases.with_any("after_sale", lost)[members.case]


def _cancelled(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    by = cases.is_order_word("cancelled_by", definition.by)
    return (by & cases.is_cancelled_before_dispatch)[members.case]


def _shipped_late(cases: CaseColumns, members: Members, _definition: Definition) -> Amounts:
    by, shipped = cases.order("ship_by")[members.case], cases.order_moments("shipped_at")[members.case]
    late, known = np.zeros(len(by), np.bool_), (by != UNKNOWN) & (shipped != UNKNOWN)
    late[known] = cases.clock.days(shipped[known]) > cases.clock.days(by[known])
    return _shares(members, shipped != UNKNOWN, late)


def _tracked(_cases: CaseColumns, parcels: ParcelsShipped, _definition: Definition) -> Flags:
    return parcels.tracked


def _clean_service(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    return _service(cases, members, definition) & ~cases.is_spoilt[members.case]


def _service(cases: CaseColumns, members: Members, definition: Definition) -> Flags:
    return cases.has_service(definition.services)[members.case]


def _pickup_waits(cases: CaseColumns, members: Members) -> tuple[Flags, Ints]:
    paid, picked_up = cases.order_moments("paid_at"), cases.order_moments("picked_up_at")
    return _waited(cases, paid[members.case], picked_up[members.case], PICKUP_QUIET)


def _pickup_seconds(cases: CaseColumns, members: Members, _definition: Definition) -> Amounts:
    return _seconds(*_pickup_waits(cases, members), _ones(members))


def _pickup_score(cases: CaseColumns, members: Members, definition: Definition) -> Amounts:
    counted, waits = _pickup_waits(cases, members)
    scores = np.full(len(waits), SPOILT_PICKUP)
    for hours, score in reversed(definition.steps):
        scores[waits <= score_limit(hours)] = int(score)
    scores[cases.is_spoilt[members.case]] = SPOILT_PICKUP
    return Amounts(counted, scores, _ones(members), _ones(members))


def _picked_up_in_time(cases: CaseColumns, due: PickupsDue, _definition: Definition) -> Amounts:
    picked_up = cases.order_moments("picked_up_at")[due.case]
    in_time = (picked_up != UNKNOWN) & (picked_up <= due.by) & ~cases.is_spoilt[due.case]
    return _shares(due, _all(due), in_time)


def _transit_seconds(cases: CaseColumns, members: Members, _definition: Definition) -> Amounts:
    paid, delivered = cases.order_moments("paid_at")[members.case], cases.order_moments("delivered_at")[members.case]
    known = (paid != UNKNOWN) & (delivered != UNKNOWN)
    return _seconds(known, np.where(known, delivered - paid, 0), _ones(members))


def _in_time(_cases: CaseColumns, parcels: ParcelsDue, _definition: Definition) -> Amounts:
    return _shares(parcels, _all(parcels), parcels.in_time)


def _audit_waits(cases: CaseColumns, members: Members, definition: Definition) -> tuple[Flags, Ints]:
    rows = members.row
    agreed, refunded = cases.moments("after_sale", "agreed_at"), cases.moments("after_sale", "refunded_at")
    ended = np.where(agreed != UNKNOWN, agreed, refunded)[rows]
    known, waits = _waited(cases, cases.moments("after_sale", "applied_at")[rows], ended, AUDIT_QUIET)
    return known & cases.is_word("after_sale", "type", definition.types)[rows], waits


def _audit_seconds(cases: CaseColumns, members: Members, definition: Definition) -> Amounts:
    return _seconds(*_audit_waits(cases, members, definition), _ones(members))


def _not_platforms(cases: CaseColumns, members: Members) -> Flags:
    return ~cases.is_word("after_sale", "handled_by", ["platform"])[members.row]


def _handled_in_time(cases: CaseColumns, members: Members, definition: Definition) -> Amounts:
    counted, waits = _audit_waits(cases, members, definition)
    received = cases.moments("after_sale", "return_received_at")[members.row]
    confirmed = cases.moments("after_sale", "confirmed_at")[members.row]
    waited_twice = cases.is_word("after_sale", "type", ["return_refund"])[members.row]
    waited_twice &= (received != UNKNOWN) & (confirmed != UNKNOWN)
    waits[waited_twice] += confirmed[waited_twice] - received[waited_twice]
    in_time = waits <= (definition.limit_seconds or 0) * SECOND
    return _shares(members, counted & _not_platforms(cases, members), in_time)


def _completion_seconds(cases: CaseColumns, members: Members, definition: Definition) -> Amounts:
    applied = cases.moments("after_sale", "applied_at")[members.row]
    refunded = cases.moments("after_sale", "refunded_at")[members.row]
    known = (applied != UNKNOWN) & (refunded != UNKNOWN) & _not_platforms(cases, members)
    known &= cases.is_word("after_sale", "type", definition.types)[members.row]
    return _seconds(known, np.where(known, refunded - applied, 0), _ones(members))


def _praise(cases: CaseColumns, members: Members, definition: Definition) -> Amounts:
    stars = cases.column("review", definition.rating or "stars")[members.row]
    return _shares(members, stars > 0, stars >= (definition.stars_at_least or 0))


def _reply_seconds(cases: CaseColumns, members: Members, _definition: Definition) -> Amounts:
    rounds, unanswered = (cases.column("chat", name)[members.row] for name in ("rounds", "unanswered_rounds"))
    told = cases.column("chat", "has_reply_seconds")[members.row] | (unanswered >= rounds)
    spent = cases.column("chat", "reply_micros")[members.row] + unanswered * (UNANSWERED_SECONDS * SECOND)
    return _seconds((rounds > 0) & told, spent, rounds)


def _dissatisfied(cases: CaseColumns, members: Members, definition: Definition) -> Amounts:
    stars = cases.column("chat", "stars")[members.row]
    return _shares(members, stars > 0, stars <= (definition.stars_at_most or 0))


def _helped(_cases: CaseColumns, members: AskingOrHelped, _definition: Definition) -> Amounts:
    helped = members.helped.astype(np.int64)
    return Amounts(_all(members), helped, _ones(members), 1 - helped)


AMOUNTS: dict[str, Amount] = {
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
HITS: dict[str, Hit] = {
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
