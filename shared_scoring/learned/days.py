"""What the subject's own official days say of a dimension: its score beside the values it was made of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from shared_scoring.facts import Facts, in_force
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import Official, OfficialIndicator

MOST_DAYS = 400
MOST_OWN_DAYS = 60
"""Of days whose values have to be counted from the own records; each costs a count in a large file."""
FEWEST_DAYS = 8  # fewer say nothing that could be tested
_SEEN = 0.9  # of the valid orders that a page counts: with less, the own values are not the platform's


class Day(NamedTuple):
    """An official day of one dimension. `values` are those of its indicators that had a cohort."""

    day: int
    score: float
    values: dict[str, float]


class Days(NamedTuple):
    """Oldest first. `are_own`: the values are the own counts, because the pages show none."""

    days: list[Day]
    are_own: bool


NO_DAYS = Days([], are_own=False)


def official_value(shown: OfficialIndicator, *, decays: bool = False) -> float | None:
    """The exact quotient where the page shows both, else the value it rounds.

    Where older days weigh less (`decays`), plain sums are not those of the value: that comes first.
    """
    if decays and shown.value is not None:
        return float(shown.value)
    if shown.numerator is not None and shown.denominator:
        return float(shown.numerator) / float(shown.denominator)
    return None if shown.value is None else float(shown.value)


def official_values(page: Official, keys: Sequence[str], *, decays: bool = False) -> dict[str, float]:
    shown = page.indicators or {}
    values = {key: official_value(shown[key], decays=decays) for key in keys if key in shown}
    return {key: value for key, value in values.items() if value is not None}


def days_of(pack: Pack, known: Facts, dimension: str, members: Sequence[Indicator], before: int) -> Days:
    """The newest days before a day on which the page showed the dimension's score, oldest first."""
    shown = {
        day: float(found.score)
        for day, page in _pages(pack, known, before)
        if (found := getattr(page.dimensions, dimension, None)) is not None and found.score is not None
    }
    return _beside_values(pack, known, shown, [one.key for one in members])


def ranked_days_of(pack: Pack, known: Facts, indicator: Indicator, before: int) -> Days:
    """The same of one indicator's rank: the score is what the share of peers beaten makes on the pack's scale."""
    shown = {
        day: rank_score(pack, found.better_than)
        for day, page in _pages(pack, known, before)
        if (found := (page.indicators or {}).get(indicator.key)) is not None and found.better_than is not None
    }
    return _beside_values(pack, known, shown, [indicator.key])


def _pages(pack: Pack, known: Facts, before: int) -> Iterator[tuple[int, Official]]:
    for day in sorted(day for day in known.officials if day < before and in_force(pack, day)):
        if (page := known.officials[day]).stage in (None, "formal"):
            yield day, page


def _beside_values(pack: Pack, known: Facts, shown: Mapping[int, float], keys: Sequence[str]) -> Days:
    """Scores beside the page's values; where hardly a page shows any, beside the own ones. Never both kinds."""
    decays = pack.half_life_days is not None
    found = [
        Day(day, score, values)
        for day, score in shown.items()
        if (values := official_values(known.officials[day], keys, decays=decays))
    ]
    if len(found) >= FEWEST_DAYS or len(shown) == len(found) or known.own_days is None:
        return Days(found[-MOST_DAYS:], are_own=False)
    asked = list(shown)[-MOST_OWN_DAYS:]
    own = known.own_days(pack, asked)
    days = [
        Day(day, shown[day], values)
        for day in asked
        if day in own
        and own[day].valid_orders >= _SEEN * (known.officials[day].valid_orders_30d or 0)
        and (values := {key: own[day].values[key] for key in keys if key in own[day].values})
    ]
    return Days(days, are_own=True) if len(days) > len(found) else Days(found, are_own=False)


def rank_score(pack: Pack, better_than: float) -> float:
    """What a share of peers beaten scores (scoring.md, "Rule packs", ?)."""
    low, high = pack.response.scale
    return low + (high - low) * float(better_than)
