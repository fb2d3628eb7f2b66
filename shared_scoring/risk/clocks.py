"""What an open order waits for: what is due when, and what one more hour of waiting costs.

A mean of seconds pays for every hour, a step table only for the hour in which a step is crossed; a promise costs
nothing until it is broken, and then the outcome's `loss` of the same order. Sources: scoring.md, "Indicators" (A).
"""

import datetime as dt
from collections.abc import Collection, Mapping

from msgspec import Struct, structs

from shared_scoring.case import Case
from shared_scoring.clocks import HourCost, clock
from shared_scoring.explain_words import change_text
from shared_scoring.facts import Facts
from shared_scoring.ledger import State
from shared_scoring.measures import AMOUNTS, PICKUP_QUIET, Amount, clock_start
from shared_scoring.pack import Indicator, Pack
from shared_scoring.pack_base import Words
from shared_scoring.records import AfterSale, Order
from shared_scoring.response import own_sums
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint
from shared_scoring.what_if import Ground

_HOUR = dt.timedelta(hours=1)
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "pickup": ("pickup_seconds", "pickup_score"),
    "delivery": ("transit_seconds",),
    "audit": ("audit_seconds", "handled_in_time", "completion_seconds"),
    "confirm": ("completion_seconds",),
}
"""The measures that an hour more of each wait can move."""

WORDS: Mapping[str, Words] = {
    "pickup": Words("待揽收", "to be picked up"),
    "delivery": Words("待送达", "to be delivered"),
    "audit": Words("售后待审核", "an after-sale awaits your answer"),
    "confirm": Words("退货待确认", "a return to confirm"),
    "by": Words("{when} 前", "by {when}"),
    "past": Words("已过 {when}", "past {when}"),
    "rests": Words("{when} 起计时", "counts from {when}"),
    "hour": Words("每多 1 小时：{cost}", "each hour more: {cost}"),
    "points": Words("总分 {points}", "the total {points}"),
}


class OrderClock(Struct, frozen=True, kw_only=True):
    """One wait of an order, or of its after-sale `after_sale`. Times are in the subject's own offset.

    `starts_at` is when it began, or will begin, to count; `rests` that it does not yet. `deadline` is null where none
    is known, `past` says that it has passed. `hour` is by how much one more hour moves the indicator that counts it,
    null where none does or this hour is free; `points` what that does to the total, null while the dimension has no
    believed response.
    """

    kind: str
    after_sale: str | None
    starts_at: str | None
    rests: bool
    deadline: str | None
    past: bool
    hour: HourCost | None
    points: float | None
    text: str = ""


class Clocks:
    """The clocks of one subject's orders on one day; what an hour costs is worked out once for like waits."""

    def __init__(
        self, pack: Pack, as_of: int, sums: Sums, known: Facts, viewpoint: Viewpoint, observed: Collection[str]
    ) -> None:
        self._pack, self._as_of, self._sums, self._known, self._viewpoint = pack, as_of, sums, known, viewpoint
        self._calendar, self._observed = viewpoint.calendar, observed
        self._now = self._calendar.start(as_of)
        self._own = own_sums(pack, sums, as_of)
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self._costs: dict[tuple[object, ...], tuple[HourCost | None, float | None]] = {}

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment in the subject's own offset, in whole seconds."""
        return self._calendar.local(moment).replace(microsecond=0)

    def of(self, case: Case, order: Order, due: Mapping[str, dt.datetime | None]) -> list[OrderClock]:
        """The waits of an open order, the nearest deadline first. `due` has the promises of `pickup` and `delivery`."""
        found = [*self._order(case, order, due), *self._after_sales(case)]
        return sorted(found, key=lambda one: (one.deadline is None, one.deadline or "", one.kind, one.after_sale or ""))

    def _order(self, case: Case, order: Order, due: Mapping[str, dt.datetime | None]) -> list[OrderClock]:
        paid, found = order.paid_at, []
        if paid is None or order.delivered_at is not None:
            return []
        parcels = order.waybills or ()
        waits = {
            "pickup": order.picked_up_at is None and not (parcels and all(one.picked_up_at for one in parcels)),
            "delivery": not (parcels and all(one.delivered_at for one in parcels)),
        }
        starts = {"pickup": clock_start(paid, PICKUP_QUIET, self._calendar), "delivery": paid}
        sees = {"pickup": "picked_up", "delivery": "delivered"}
        for kind, start in starts.items():
            if waits[kind] and sees[kind] in self._observed:
                hour, points = self._cost(kind, case, order, self._now - start)
                if due[kind] is not None or hour is not None:
                    found.append(self._clock(kind, None, start, due[kind], hour, points))
        return found

    def _after_sales(self, case: Case) -> list[OrderClock]:
        found = []
        for one in case.after_sales:
            running = clock(self._pack, one, self._own, self._calendar)
            if running is None:
                continue
            start = None if running.starts_at is None else dt.datetime.fromisoformat(running.starts_at)
            waited = dt.timedelta() if start is None else self._now - start
            hour, points = self._cost(running.kind, case, one, waited)
            found.append(self._clock(running.kind, one.id, start, one.audit_by, hour, points))
        return found

    def _clock(
        self,
        kind: str,
        after_sale: str | None,
        start: dt.datetime | None,
        due: dt.datetime | None,
        hour: HourCost | None,
        points: float | None,
    ) -> OrderClock:
        return OrderClock(
            kind=kind,
            after_sale=after_sale,
            starts_at=None if start is None else self.local(start).isoformat(),
            rests=start is not None and start > self._now,
            deadline=None if due is None else self.local(due).isoformat(),
            past=due is not None and due < self._now,
            hour=hour,
            points=points,
        )

    def _cost(
        self, kind: str, case: Case, one: Order | AfterSale, waited: dt.timedelta
    ) -> tuple[HourCost | None, float | None]:
        """What one hour more does, had the wait otherwise ended now."""
        waited = max(waited, dt.timedelta()) // dt.timedelta(seconds=1) * dt.timedelta(seconds=1)
        counting = [found for found in self._pack.indicators if found.definition.measure in _OF_KIND[kind]]
        start: State = {}
        now: State = {}
        later: State = {}
        for found in counting:
            amounts = [self._amount(found, case, one, span) for span in (dt.timedelta(), waited, waited + _HOUR)]
            for state, amount in zip((start, now, later), amounts, strict=True):
                if amount is not None:
                    key = (found.definition.series, self._as_of - 1, amount.parts)
                    state[key] = (amount.numerator, amount.denominator)
        difference: State = {
            key: (later[key][0] - now[key][0], 0) for key in later if key in now and later[key] != now[key]
        }
        if not difference:
            return None, None
        like = (kind, *sorted(start.items()), *sorted(difference.items()))
        if like not in self._costs:
            self._costs[like] = self._tried(counting, start, difference)
        return self._costs[like]

    def _amount(self, found: Indicator, case: Case, one: Order | AfterSale, waited: dt.timedelta) -> Amount | None:
        """What the wait adds if it ends so long after it began; begun at ten, when no clock rests."""
        begun = self._calendar.at(self._as_of - 1, 10)
        ended = begun + waited
        over = (
            structs.replace(one, paid_at=begun, picked_up_at=ended, delivered_at=ended)
            if isinstance(one, Order)
            else structs.replace(one, applied_at=begun, agreed_at=ended, refunded_at=ended, return_received_at=None)
        )
        return AMOUNTS[found.definition.measure](case, over, found.definition, self._calendar)

    def _tried(
        self, counting: Collection[Indicator], start: State, difference: State
    ) -> tuple[HourCost | None, float | None]:
        key = tuple(sorted(start))
        if key not in self._grounds:
            stands = self._sums.plus(start.items())
            self._grounds[key] = Ground(self._pack, self._as_of, stands, self._known, self._viewpoint)
        answer = self._grounds[key].answer(difference)
        moves = answer.moves
        hour = next((HourCost(one.key, moves[one.key]) for one in counting if one.key in moves), None)
        return hour, answer.delta.total


def worded_clock(one: OrderClock, pack: Pack, lang: str) -> OrderClock:
    """The clock with its text in a language, `zh` or `en`."""
    said = [WORDS[one.kind].said(lang)]
    if one.rests and one.starts_at is not None:
        said.append(WORDS["rests"].said(lang).format(when=_short(one.starts_at)))
    if one.deadline is not None:
        said.append(WORDS["past" if one.past else "by"].said(lang).format(when=_short(one.deadline)))
    indicator = next((found for found in pack.indicators if one.hour is not None and found.key == one.hour.key), None)
    if indicator is not None and one.hour is not None:
        cost = f"{indicator.name.said(lang)} {change_text(indicator, one.hour.change, lang)}"
        if one.points is not None:
            cost += f"{_comma(lang)}{WORDS['points'].said(lang).format(points=f'{one.points:+.4f}')}"
        said.append(WORDS["hour"].said(lang).format(cost=cost))
    return structs.replace(one, text=" · ".join(said))


def _comma(lang: str) -> str:
    return "，" if lang == "zh" else ", "


def _short(written: str) -> str:
    return f"{written[5:10]} {written[11:16]}"
