"""Which records a part of an explanation rests on: the largest first."""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from shared_scoring.case_view import CaseView
from shared_scoring.definition import Definition
from shared_scoring.ledger import Plan, State
from shared_scoring.measures import HITS
from shared_scoring.merge import Told
from shared_scoring.viewpoint import Viewpoint

MOST = 20

CaseStates = tuple[str, State, State]
"""A case, what it added to the ledger on the first day and what on the other."""
LookUp = Callable[[Collection[str]], Mapping[str, Sequence[Told]]]
"""The records of some cases."""


class Named(Struct, frozen=True):
    kind: str
    id: str


class Watch(NamedTuple):
    """The contributions to look at: those of the days `first`..`last`.

    `cause`: `left` looks at the first day, `entered` at the other, `corrected` at what differs. `level` is the value
    before the step: what is as good as it does not move it. `direction` is +1 where the value rose, -1 where it fell.
    """

    cause: str
    definition: Definition
    first: int
    last: int
    level: float | None
    direction: int


def largest(cases: Iterable[CaseStates], watches: Sequence[Watch]) -> list[list[str]]:
    """For each watch the cases that moved the value most, in its direction."""
    by_series: dict[str, list[tuple[int, bool, bool]]] = {}
    for place, watch in enumerate(watches):
        whole = watch.definition.whole.series if watch.definition.measure in HITS else watch.definition.series
        for series in {watch.definition.series, whole}:
            by_series.setdefault(series, []).append((place, series == watch.definition.series, series == whole))
    heaps: list[list[tuple[float, str]]] = [[] for _ in watches]
    for case, before, after in cases:
        for place, (numerator, denominator) in _moved(before, after, watches, by_series).items():
            watch = watches[place]
            moved = numerator - denominator * (watch.level or 0.0)
            size = moved * watch.direction if watch.direction else abs(moved)
            if size > 0:
                heap = heaps[place]
                heapq.heappush(heap, (size, case))
                if len(heap) > MOST:
                    heapq.heappop(heap)
    return [[case for _, case in sorted(heap, reverse=True)] for heap in heaps]


def _moved(
    before: State, after: State, watches: Sequence[Watch], by_series: Mapping[str, Sequence[tuple[int, bool, bool]]]
) -> dict[int, tuple[float, float]]:
    """By watch, what a case did to its numerator and denominator."""
    found: dict[int, tuple[float, float]] = {}
    for sign, state in ((-1, before), (1, after)):
        for (series, day, parts), (numerator, denominator) in state.items():
            for place, is_top, is_bottom in by_series.get(series, ()):
                watch = watches[place]
                if watch.first <= day <= watch.last and _counts(watch.cause, sign):
                    top, bottom = found.get(place, (0.0, 0.0))
                    top += sign * numerator / parts if is_top else 0.0
                    found[place] = top, bottom + (sign * denominator if is_bottom else 0.0)
    return found


def _counts(cause: str, sign: int) -> bool:
    return cause == "corrected" or (sign < 0) == (cause == "left")


def named(
    watches: Sequence[Watch],
    cases: Sequence[Sequence[str]],
    plan: Plan,
    days: tuple[int, int],
    viewpoint: Viewpoint,
    look_up: LookUp,
) -> list[list[Named]]:
    """For each watch the records of its cases that make the difference: what hangs on the order, else the order."""
    told = look_up({case for own in cases for case in own})
    views: dict[tuple[str, int], CaseView] = {}

    def view(case: str, day: int) -> CaseView:
        if (case, day) not in views:
            views[case, day] = CaseView(told.get(case, ()), day, viewpoint)
        return views[case, day]

    found = []
    for watch, own in zip(watches, cases, strict=True):
        order = {"left": days[:1], "entered": days[1:], "corrected": (days[1], days[0])}[watch.cause]
        records: list[Named] = []
        for case in own:
            records += next((names for day in order if (names := _names(watch, view(case, day), plan))), [])
        found.append(records[:MOST])
    return found


def _names(watch: Watch, view: CaseView, plan: Plan) -> list[Named]:
    series = {watch.definition.series, watch.definition.whole.series}
    known = sorted(key for key, one in view.records.items() if one.record is not None)
    hanging = [key for key in known if key[0] != "order"]

    def moves(added: State) -> bool:
        return any(name in series and watch.first <= day <= watch.last for name, day, _ in added)

    # Of two reviews that say the same either alone would do.
    decisive = [key for key in hanging if moves(view.added(plan, key))]
    decisive = decisive or [key for key in hanging if moves(view.added_alone(plan, key))]
    return [Named(*key) for key in decisive or [key for key in known if key[0] == "order"] or known[:1]]
