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


def official_value(shown: OfficialIndicator) -> float | None:
    """The exact quotient where the page shows both, else the value it rounds."""
    if shown.numerator is not None and shown.denominator:
        return float(shown.numerator) / float(shown.denominator)
    return None if shown.value is None else float(shown.value)


def official_values(page: Official, keys: Sequence[str]) -> dict[str, float]:
    shown = page.indicators or {}
    values = {key: official_value(shown[key]) for key in keys if key in shown}
    return {key: value for key, value in values.items() if value is not None}


def days_of(pack: Pack, known: Facts, dimension: str, members: Sequence[Indicator], before: int) -> list[Day]:
    """The newest days before a day on which the page showed the score and a value, oldest first."""
    keys = [one.key for one in members]
    found: list[Day] = []
    for day in sorted(day for day in known.officials if day < before and in_force(pack, day)):
        page = known.officials[day]
        shown = getattr(page.dimensions, dimension, None)
        values = official_values(page, keys)
        if shown is not None and shown.score is not None and values and page.stage in (None, "formal"):
            found.append(Day(day, float(shown.score), values))
    return found[-MOST_DAYS:]
