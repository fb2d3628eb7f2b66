"""What the subject's own official days say of a dimension: its score beside the values it was made of."""

from collections.abc import Sequence
from typing import NamedTuple

from shared_scoring.facts import Facts, in_force
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import Official, OfficialIndicator

MOST_DAYS = 400


class Day(NamedTuple):
    """An official day of one dimension. `values` are those of its indicators that had a cohort."""

    day: int
    score: float
    values: dict[str, float]


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


def days_of(pack: Pack, known: Facts, dimension: str, members: Sequence[Indicator], before: int) -> list[Day]:
    """The newest days before a day on which the page showed the score and a value, oldest first."""
    keys = [one.key for one in members]
    found: list[Day] = []
    for day in sorted(day for day in known.officials if day < before and in_force(pack, day)):
        page = known.officials[day]
        shown = getattr(page.dimensions, dimension, None)
        values = official_values(page, keys, decays=pack.half_life_days is not None)
        if shown is not None and shown.score is not None and values and page.stage in (None, "formal"):
            found.append(Day(day, float(shown.score), values))
    return found[-MOST_DAYS:]


def ranked_days_of(pack: Pack, known: Facts, indicator: Indicator, before: int) -> list[Day]:
    """The same of one indicator's rank: the score is what the share of peers beaten makes on the pack's scale."""
    found: list[Day] = []
    for day in sorted(day for day in known.officials if day < before and in_force(pack, day)):
        page = known.officials[day]
        shown = (page.indicators or {}).get(indicator.key)
        values = official_values(page, [indicator.key], decays=pack.half_life_days is not None)
        if shown is not None and shown.better_than is not None and values and page.stage in (None, "formal"):
            found.append(Day(day, rank_score(pack, shown.better_than), values))
    return found[-MOST_DAYS:]


def rank_score(pack: Pack, better_than: float) -> float:
    """What a share of peers beaten scores (scoring.md, "Rule packs", ?)."""
    low, high = pack.response.scale
    return low + (high - low) * float(better_than)
