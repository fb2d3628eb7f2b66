"""One event more or fewer of what an indicator counts: what it is called, and what so many add to its sums."""

from collections.abc import Callable
from typing import NamedTuple

from shared_scoring.ledger import State
from shared_scoring.measures import HITS
from shared_scoring.pack import Indicator
from shared_scoring.sums import Sum

MOST = 100_000
_TOP_STARS, _LEAST_STARS = 5, 1
_LONGEST = 100
_SECONDS = {"pickup_seconds", "transit_seconds", "audit_seconds", "completion_seconds", "reply_seconds"}

Amounts = tuple[int, int]
"""What is added to numerator and denominator."""


class Event(NamedTuple):
    """`most` is how many there can be. A mean moves by what its whole numerator moves."""

    code: str
    most: int
    shift: Callable[[int], Amounts]


def better_event(indicator: Indicator, whole: Sum) -> Event:
    """The event that makes the indicator better."""
    measure, missed = indicator.definition.measure, int(whole.denominator - whole.numerator)
    if measure == "stars":
        return Event("more_five_stars", MOST, lambda n: (_TOP_STARS * n, n))
    if measure in _SECONDS:
        return Event("mean_of", int(whole.numerator), lambda n: (-n, 0))
    if indicator.unit == "points":
        return Event("mean_score", int(100 * whole.denominator - whole.numerator), lambda n: (n, 0))
    if indicator.better == "lower":
        return Event("fewer", int(whole.numerator), lambda n: (-n, 0))
    if measure == "praise":
        return Event("more_good", MOST, lambda n: (n, n))
    return Event("fewer_missed", missed, lambda n: (n, 0))


def worse_event(indicator: Indicator, whole: Sum) -> Event:
    """Its opposite: a low rating for stars, a bad review for praise, one of the good ones gone bad for the rest."""
    code, _, shift = better_event(indicator, whole)
    if code == "more_five_stars":
        return Event("more_one_stars", MOST, lambda n: (_LEAST_STARS * n, n))
    if code == "more_good":
        return Event("more_bad", MOST, lambda n: (0, n))
    rest = {"fewer": whole.denominator - whole.numerator, "mean_of": _LONGEST * whole.numerator}
    opposite = {"fewer": "more", "fewer_missed": "more_missed"}
    return Event(opposite.get(code, code), int(rest.get(code, whole.numerator)), lambda n: shift(-n))


def happened(indicator: Indicator, as_of: int, amounts: Amounts) -> State:
    """The amounts as if they had come on the last day of the window."""
    definition, (top, bottom) = indicator.definition, amounts
    day = as_of - 1
    if definition.measure in HITS and bottom:
        return {(definition.series, day, 1): (top, 0), (definition.whole.series, day, 1): (bottom, bottom)}
    return {(definition.series, day, 1): (top, bottom)}
