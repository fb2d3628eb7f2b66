"""The score with an indicator pushed by hand: so many events better or worse, several indicators at once.

The same mechanism as a what-if of records and the ways to a target: amounts added to the ledger's last day.
"""

import math
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from shared_scoring.actions.events import Event, better_event, happened, worse_event
from shared_scoring.delta import official_sum
from shared_scoring.ledger import State
from shared_scoring.measures import HITS
from shared_scoring.pack import Indicator
from shared_scoring.score import number
from shared_scoring.sums import Sum
from shared_scoring.what_if import Ground, WhatIf

_MEANS = {"mean_of", "mean_score"}
_ADDED = {"more_five_stars", "more_one_stars", "more_good", "more_bad"}
_STEPS = (1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200)
_POSITIONS = 100
_FEW, _SOME = 5, 20


class Lever(Struct, frozen=True, kw_only=True):
    """An indicator and how far it can be pushed: positions from `least` (worse) over 0 (as it is) to `most` (better).

    A position counts events, `better_event` above 0 and `worse_event` below; of a mean it counts its seconds or points,
    by which it gets better or worse. Positions are multiples of `step`. At `numerator` and `denominator` stand the
    official sums where they are known.
    """

    indicator: str
    dimension: str
    name: str
    unit: str
    better: str
    better_event: str
    worse_event: str
    value: float | None
    numerator: int | float
    denominator: int
    least: int
    most: int
    step: int


class LeverError(ValueError):
    """A position that no lever has; `indicator` is where."""

    def __init__(self, indicator: str, reason: str) -> None:
        super().__init__(f"{indicator}: {reason}")
        self.indicator = indicator
        self.reason = reason


def levers(ground: Ground, lang: str) -> list[Lever]:
    """Each indicator of which a value is known, in the order of the pack."""
    return [_lever(one, whole, lang) for one in ground.pack.indicators if (whole := ground.whole(one)).denominator]


def pushed(ground: Ground, positions: Mapping[str, int]) -> WhatIf:
    """The answer with the levers at these positions. Raises LeverError."""
    by_key = {one.key: one for one in ground.pack.indicators}
    state: State = {}
    for key, position in positions.items():
        indicator = by_key.get(key)
        if indicator is None:
            raise LeverError(key, f"is no indicator of {ground.pack.id}")
        whole = ground.whole(indicator)
        if not whole.denominator:
            raise LeverError(key, "has no value to push")
        for series, (top, bottom) in _pushed(ground, indicator, whole, position).items():
            was = state.get(series, (0, 0))
            state[series] = (was[0] + top, was[1] + bottom)
    return ground.answer(state)


def _pushed(ground: Ground, indicator: Indicator, whole: Sum, position: int) -> State:
    event = better_event(indicator, whole) if position >= 0 else worse_event(indicator, whole)
    count = abs(position) * _unit(event, whole)
    if count > event.most:
        raise LeverError(indicator.key, f"{position} is beyond the {event.most // _unit(event, whole)} there can be")
    official = official_sum(indicator, ground.before.known, ground.as_of)
    is_weighed = ground.pack.half_life_days is not None and official is None
    if is_weighed and event.code not in _ADDED:
        return _weighed(ground, indicator, event, position)
    return happened(indicator, ground.as_of, event.shift(count))


def _unit(event: Event, whole: Sum) -> int:
    """What a step of one is in the event's own count: a mean's second is a second for each of them."""
    return int(whole.denominator) if event.code in _MEANS else 1


def _weighed(ground: Ground, indicator: Indicator, event: Event, position: int) -> State:
    """Where older days weigh less it matters whose events they are: a mean moves on all days, of others the newest."""
    days = _days(ground, indicator)
    if event.code in _MEANS:
        return _all({day: event.shift(abs(position) * bottom)[0] for day, (_, bottom) in days.items()}, indicator)
    top, _ = event.shift(1)
    left, moved = abs(position), dict[int, int]()
    for day in sorted(days, reverse=True):
        hits, members = days[day]
        taken = min(left, int(hits) if top < 0 else members - math.ceil(hits))
        moved[day] = top * taken
        left -= taken
    return _all(moved, indicator)


def _all(numerators: Mapping[int, int], indicator: Indicator) -> State:
    return {(indicator.definition.series, day, 1): (top, 0) for day, top in numerators.items() if top}


def _days(ground: Ground, indicator: Indicator) -> dict[int, tuple[Fraction, int]]:
    """Numerator and denominator of each day of the window."""
    definition, (first, last) = indicator.definition, ground.pack.indicator_window(indicator, ground.as_of)
    days: dict[int, tuple[Fraction, int]] = {}
    for (series, day, parts), (top, bottom) in ground.before.sums.rows():
        if not first <= day <= last:
            continue
        was = days.get(day, (Fraction(0), 0))
        if series == definition.series:
            was = (was[0] + Fraction(top, parts), was[1])
        if series == (definition.whole.series if definition.measure in HITS else definition.series):
            was = (was[0], was[1] + bottom)
        days[day] = was
    return {day: amounts for day, amounts in days.items() if amounts[1]}


def _lever(indicator: Indicator, whole: Sum, lang: str) -> Lever:
    better, worse = better_event(indicator, whole), worse_event(indicator, whole)
    down, up = _reach(worse, whole), _reach(better, whole)
    step = next((one for one in _STEPS if down + up <= one * _POSITIONS), _STEPS[-1])
    return Lever(
        indicator=indicator.key,
        dimension=str(indicator.dimension),
        name=indicator.name.said(lang),
        unit=indicator.unit,
        better=indicator.better,
        better_event=better.code,
        worse_event=worse.code,
        value=whole.value,
        numerator=number(whole.numerator),
        denominator=int(whole.denominator),
        least=down % step - down,
        most=up - up % step,
        step=step,
    )


def _reach(event: Event, whole: Sum) -> int:
    """How far a slider goes: for a mean once its value, for events as many as there are, at least a few."""
    if event.code in _MEANS:
        return min(int(whole.value or 0), event.most // int(whole.denominator))
    if event.code in _ADDED:
        return max(_SOME, int(whole.denominator) // 10)
    bad = whole.numerator if event.code in {"fewer", "more"} else whole.denominator - whole.numerator
    return min(event.most, max(_FEW, int(bad)))
