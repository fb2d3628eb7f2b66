"""Which outcome an order is marked for."""

from collections.abc import Mapping


def worst_outcome(chances: Mapping[str, tuple[float, float | None]]) -> str | None:
    """The outcome that costs most, or where points cannot be given the likeliest; None where nothing is known.

    `chances` are (probability, loss in points of the total).
    """
    return max(chances, key=lambda key: (chances[key][0] * (chances[key][1] or 0), chances[key][0]), default=None)
