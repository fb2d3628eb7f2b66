"""Rows of a model: orders at a moment, with what was known of them then."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_scoring.risk.table import Codes, Column


@dataclass(frozen=True)
class Frame:
    """`orders` index the table, `x` has a column for each of `names`; NaN where a feature is not known."""

    orders: Codes
    names: tuple[str, ...]
    x: NDArray[np.float32]

    def __getitem__(self, name: str) -> Column:
        result: Column = self.x[:, self.names.index(name)].astype(float)
        return result

    def take(self, keep: Codes | NDArray[np.bool_]) -> "Frame":
        return Frame(self.orders[keep], self.names, self.x[keep])


def frame(orders: Codes, features: dict[str, Column | float]) -> Frame:
    """A frame of these features; a single number holds for every row."""
    x = np.empty((len(orders), len(features)), dtype=np.float32)
    for index, values in enumerate(features.values()):
        x[:, index] = values
    return Frame(orders, tuple(features), x)


def stack(frames: list[Frame]) -> Frame:
    """Frames of the same names, one under the other."""
    return Frame(
        np.concatenate([one.orders for one in frames]), frames[0].names, np.concatenate([one.x for one in frames])
    )
