"""What an after-sale waits for: since when its clock counts, until when, and what an hour more of it costs.

Read off the newest copy of a record and not off the as-of day: a case that was filed this morning is the most urgent.
Sources: scoring.md, "Indicators" (A): an answer to a case filed from 23:00 to 08:00 is counted from 08:00 on.
"""

from collections.abc import Mapping

from msgspec import Struct

from shared_scoring.calendar import Calendar
from shared_scoring.measures import AUDIT_QUIET, clock_start
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import AfterSale
from shared_scoring.sums import Sum

_HOUR = 3600


class HourCost(Struct, frozen=True):
    """By how much one more hour moves an indicator, in its own unit."""

    key: str
    change: float


class Clock(Struct, frozen=True):
    """Times are RFC 3339 in the subject's own offset. `kind` says what is waited for.

    `audit`: the merchant's answer; `confirm`: the merchant's word on a return that has arrived. `starts_at` is when
    the clock began, or will begin, to count; `rested` that it did not count from the first minute. `deadline` is null
    where the page shows none. `hour` is null where no indicator of the pack counts the wait.
    """

    kind: str
    starts_at: str | None
    rested: bool
    deadline: str | None
    hour: HourCost | None


def clock(pack: Pack, case: AfterSale, sums: Mapping[str, Sum], calendar: Calendar) -> Clock | None:
    """The clock that runs, None where nothing is waited for. `sums` are those an hour is taken on, by indicator."""
    if case.refunded_at is not None or case.closed_at is not None or case.exempt:
        return None
    deadline = None if case.audit_by is None else calendar.local(case.audit_by).isoformat()
    if case.agreed_at is None:
        if case.applied_at is None:
            return None if deadline is None else Clock("audit", None, rested=False, deadline=deadline, hour=None)
        start = clock_start(case.applied_at, AUDIT_QUIET, calendar)
        starts_at = calendar.local(start).isoformat()
        return Clock("audit", starts_at, start != case.applied_at, deadline, _hour(pack, case, sums, "audit_seconds"))
    if case.return_received_at is not None and case.confirmed_at is None:
        starts_at = calendar.local(case.return_received_at).isoformat()
        return Clock("confirm", starts_at, rested=False, deadline=deadline, hour=None)
    return None


def _hour(pack: Pack, case: AfterSale, sums: Mapping[str, Sum], measure: str) -> HourCost | None:
    """One hour more for this case, once it is refunded and one of those the mean is taken of."""
    counting = (one for one in pack.indicators if one.definition.measure == measure)
    indicator: Indicator | None = next((one for one in counting if case.type in one.definition.types), None)
    if indicator is None:
        return None
    return HourCost(indicator.key, _HOUR / (sums[indicator.key].denominator + 1))
