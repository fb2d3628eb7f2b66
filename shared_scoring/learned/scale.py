"""Values on the scale of the pack's default curve: points a value would score there, whatever its unit."""

from collections.abc import Mapping, Sequence

import numpy as np

from shared_scoring.learned.days import Day
from shared_scoring.learned.figures import Floats
from shared_scoring.pack import Indicator, Pack


def on_curve(indicator: Indicator, value: float) -> float:
    """Points on the default curve; flat beyond its ends."""
    xs, ys = zip(*indicator.curve, strict=True)
    return float(np.interp(value, xs, ys))


def learnable(pack: Pack, dimension: str) -> list[Indicator]:
    """The indicators of a dimension; empty where one of them has no default curve to start from."""
    members = [one for one in pack.indicators if one.dimension == dimension]
    return members if all(one.curve for one in members) else []


def table_of(members: Sequence[Indicator], days: Sequence[Day]) -> tuple[Floats, Floats, Floats]:
    """Days, scores, and the points on the default curves in columns, one an indicator."""
    columns = []
    for one in members:
        xs, ys = zip(*one.curve, strict=True)
        columns.append(np.interp([day.values[one.key] for day in days], xs, ys))
    scores = np.array([day.score for day in days])
    return np.array([float(day.day) for day in days]), scores, np.column_stack(columns)


def points_on_curves(members: Sequence[Indicator], values: Mapping[str, float | None]) -> Floats | None:
    """One figure an indicator; None where one of them has no value."""
    found = [(one, values.get(one.key)) for one in members]
    if any(value is None for _, value in found):
        return None
    return np.array([on_curve(one, value) for one, value in found if value is not None])
