"""Actions on after-sales: answer before the clock costs, ask for exemptions that evidence supports."""

import datetime as dt
from collections.abc import Iterator

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.actions.stakes import points_between
from shared_scoring.case import Case
from shared_scoring.definition import Definition
from shared_scoring.measures import AUDIT_QUIET, clock_start
from shared_scoring.records import AfterSale
from shared_scoring.standing import leaves

_ANSWERED = dt.timedelta(minutes=30)
_LEFT_ALONE = dt.timedelta(hours=24)
_SLOW_PRIOR = (0.2, 5)  # how often an answer takes a day where little is known, and what that is worth
_MOST_APPEALS = 100
_REFUNDS = {"refund_unshipped", "refund_shipped", "return_refund"}
_EVIDENCE = {"blamed_buyer": 0.7, "blamed_platform": 0.6, "withdrawn": 0.5}
"""What speaks for an exemption, and how often it convinces (?)."""


def answer_after_sales(scene: Scene) -> Iterator[Candidate]:
    """Open after-sales whose answer time counts, all in one go; the first deadline still ahead leads."""
    definition = next(
        (one.definition for one in scene.pack.indicators if one.definition.measure == "audit_seconds"), None
    ) or next((one.definition for one in scene.pack.indicators if one.definition.measure == "handled_in_time"), None)
    if definition is None:
        return
    waiting = [(case, one) for case in scene.iter_cases() for one in case.after_sales if _is_waiting(one, definition)]
    if not waiting:
        return
    waiting.sort(key=lambda pair: (_costs_from(scene, pair[1]), pair[1].id))
    deadlines = [_costs_from(scene, one) for _, one in waiting]
    answered = scene.now + _ANSWERED
    soon = [_answered(one, answered) for _, one in waiting]
    late = [_answered(one, answered + _LEFT_ALONE) for _, one in waiting]
    at_stake = points_between(scene, [case for case, _ in waiting], late, soon)
    yield Candidate(
        "answer_after_sales",
        "open",
        [Ref("after_sale", one.id) for _, one in waiting],
        [AfterSale(id=one.id, agreed_at=answered) for _, one in waiting],
        gain_on=scene.as_of + 1,
        params={"count": len(waiting)},
        # An overdue answer still shortens the mean: where no deadline is ahead, the time is now.
        deadline=next((moment for moment in deadlines if moment > scene.now), answered),
        things=len(waiting),
        at_stake=None if at_stake is None else _slow_share(scene, definition) * at_stake,
        is_risk=True,
    )


def _is_waiting(one: AfterSale, definition: Definition) -> bool:
    """Neither decided nor in the platform's hands."""
    decided = (one.agreed_at, one.refunded_at, one.closed_at, one.arbitration)
    return one.type in definition.types and one.applied_at is not None and not any(decided)


def _answered(one: AfterSale, moment: dt.datetime) -> AfterSale:
    return AfterSale(id=one.id, agreed_at=moment, refunded_at=moment)


def _costs_from(scene: Scene, one: AfterSale) -> dt.datetime:
    """The platform's own deadline; where it is not known, a day after the clock started."""
    if one.audit_by is not None:
        return scene.calendar.local(one.audit_by)
    start = scene.now if one.applied_at is None else clock_start(one.applied_at, AUDIT_QUIET, scene.calendar)
    return scene.calendar.local(start + _LEFT_ALONE)


def _slow_share(scene: Scene, definition: Definition) -> float:
    """How often this merchant takes a day or longer, leaning on a prior where few answers are known."""
    took = [
        one.agreed_at - clock_start(one.applied_at, AUDIT_QUIET, scene.calendar)
        for case in scene.iter_cases()
        for one in case.after_sales
        if one.type in definition.types and one.applied_at is not None and one.agreed_at is not None
        if scene.in_window(one.agreed_at)
    ]
    prior, worth = _SLOW_PRIOR
    return (sum(one >= _LEFT_ALONE for one in took) + prior * worth) / (len(took) + worth)


def appeal_after_sale(scene: Scene) -> Iterator[Candidate]:
    """After-sales that count against the shop although something speaks for it, the newest first."""
    counted = [
        (leaves(scene.pack, indicator, day), indicator.key, one)
        for indicator in scene.pack.indicators
        if indicator.definition.measure == "first_reason"
        for case in scene.iter_cases()
        if (one := case.first_after_sale) is not None
        and case.first_reason in indicator.definition.reasons
        and (day := _cohort_day(scene, case, indicator.definition)) is not None
        and scene.first <= day < scene.as_of
    ]
    found = [(until, key, one, code) for until, key, one in counted if (code := _evidence(one)) is not None]
    found.sort(key=lambda row: (-row[0], row[2].id))
    for until, key, one, code in found[:_MOST_APPEALS]:
        yield Candidate(
            "appeal_after_sale",
            one.id,
            [Ref("after_sale", one.id)],
            [AfterSale(id=one.id, exempt=True)],
            gain_on=scene.as_of + 1,
            params={"id": one.id, "indicator": key, "evidence": code},
            deadline=scene.calendar.local(scene.calendar.start(until - 1)),
            success=_EVIDENCE[code],
        )


def _cohort_day(scene: Scene, case: Case, definition: Definition) -> int | None:
    """The day that puts the case's order in an indicator's window."""
    if case.order is None or not case.is_valid:
        return None
    moment = case.order.delivered_at if definition.cohort == "orders_delivered" else case.order.paid_at
    return None if moment is None else scene.calendar.day(moment)


def _evidence(one: AfterSale) -> str | None:
    """What speaks for an exemption: the dispute was won, somebody else was to blame, or the buyer withdrew."""
    blame = one.arbitration.blame if one.arbitration is not None else None
    if blame == "buyer":
        return "blamed_buyer"
    if blame == "platform":
        return "blamed_platform"
    # An exchange, a repair or a resent parcel ends without a refund when all went well.
    withdrawn = one.type in _REFUNDS and one.closed_at is not None and one.refunded_at is None
    return "withdrawn" if withdrawn else None
