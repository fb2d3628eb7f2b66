"""What an outcome costs: the same case once as it ends well and once with the outcome, in points of the total.

One mechanism with every other difference: the case's contributions under the pack, tried on what stands. The
hypothetical end lies on the last days of the window, so that all of it counts.
"""

import datetime as dt
from collections.abc import Mapping

import msgspec

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.case_view import minus
from shared_scoring.facts import Facts
from shared_scoring.learned.response import Band
from shared_scoring.ledger import State
from shared_scoring.pack import Pack
from shared_scoring.records import AfterSale, Order, PlatformHelp, Reason, Review
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint
from shared_scoring.what_if import Ground

_LATE_BY: Mapping[str, dt.timedelta] = {"late_pickup": dt.timedelta(days=1), "late_delivery": dt.timedelta(days=1)}
"""How late an order is when it is late (?): means of seconds move by it, rates do not care."""
_HYPOTHETICAL = "?"


class Losses:
    """Losses of one subject on one day; each kind of case is worked out once."""

    def __init__(self, pack: Pack, as_of: int, sums: Sums, known: Facts, viewpoint: Viewpoint) -> None:
        self._pack, self._as_of, self._sums, self._known, self._viewpoint = pack, as_of, sums, known, viewpoint
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self._found: dict[tuple[object, ...], Band | None] = {}

    def of(self, case: Case, order: Order, outcome: str) -> Band | None:
        """Points of the total with their 80 % band; None while the dimension has no believed response.

        Positive: the total falls.
        """
        good, bad = _ends(case, order, outcome, self._as_of, self._viewpoint.calendar)
        plan, calendar = self._pack.plan, self._viewpoint.calendar
        well, badly = plan.contributions(good, calendar), plan.contributions(bad, calendar)
        key = (_key(well), _key(badly))
        if key not in self._found:
            self._found[key] = self._points(well, badly)
        return self._found[key]

    def _points(self, well: State, badly: State) -> Band | None:
        difference = minus(badly, well)
        if not difference:
            return Band(0.0, 0.0, 0.0)
        key = _key(well)
        if key not in self._grounds:
            stands = self._sums.plus(well.items())
            self._grounds[key] = Ground(self._pack, self._as_of, stands, self._known, self._viewpoint)
        change = self._grounds[key].answer(difference).delta
        if change.total is None or change.low is None or change.high is None:
            return None
        return Band(0.0 - change.total, 0.0 - change.high, 0.0 - change.low)


def _key(state: State) -> tuple[object, ...]:
    return tuple(sorted(state.items()))


def _ends(case: Case, order: Order, outcome: str, as_of: int, calendar: Calendar) -> tuple[Case, Case]:
    """The case ending well and with the outcome: paid, picked up, promised and delivered in the window's last days."""
    paid = calendar.at(as_of - 4, 10)
    promised = calendar.at(as_of - 2, 12)
    picked_up = calendar.at(as_of - 3, 12)
    last = calendar.at(as_of - 1, 12)
    happy = msgspec.structs.replace(
        order,
        created_at=paid,
        paid_at=paid,
        shipped_at=picked_up,
        picked_up_at=picked_up,
        deliver_by=promised,
        delivered_at=promised,
        finished_at=None,
        presale=None,
        waybills=None,
    )
    sad = happy
    if outcome == "late_pickup":
        due = calendar.start(as_of - 2)
        happy = msgspec.structs.replace(happy, picked_up_at=due - _LATE_BY[outcome] / 2)
        sad = msgspec.structs.replace(happy, picked_up_at=due + _LATE_BY[outcome] / 2)
    elif outcome == "late_delivery":
        sad = msgspec.structs.replace(happy, delivered_at=promised + _LATE_BY[outcome])
    good, bad = _bare(case, happy), _bare(case, sad)
    match outcome:
        case "bad_review":
            bad.add(Review(id=_HYPOTHETICAL, order_id=order.id, created_at=last, stars=1), first_stars=1)
        case "quality_return" | "damage_return":
            reason = Reason(class_="quality" if outcome == "quality_return" else "damage")
            bad.add(
                AfterSale(id=_HYPOTHETICAL, order_id=order.id, type="return_refund", applied_at=last, reason=reason)
            )
        case "platform_help":
            bad.add(PlatformHelp(id=_HYPOTHETICAL, order_id=order.id, opened_at=last, via="arbitration"))
    return good.settle(), bad.settle()


def _bare(case: Case, order: Order) -> Case:
    return Case(case.creator, case.industry, order)
