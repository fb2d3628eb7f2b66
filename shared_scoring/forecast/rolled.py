"""The rolled ledger as sums, for everything that reads sums."""

from fractions import Fraction

from shared_scoring.definition import Definition
from shared_scoring.forecast.ahead import Ahead
from shared_scoring.sums import Sum, Sums

_PARTS = 1 << 20  # of a unit; an expectation needs no more


class Rolled(Sums):
    """The sums of the as-of day `at` days ahead: what is known of it, and what is expected."""

    def __init__(self, ahead: Ahead, at: int) -> None:
        super().__init__()
        self._ahead, self._at = ahead, at

    def window(self, definition: Definition, first: int, last: int, half_life: float | None = None) -> Sum:
        top, bottom = self._ahead.window(definition, first, last, self._at)
        value = None
        if bottom > 0:
            weighed = (top, bottom)
            if half_life is not None:
                weighed = self._ahead.window(definition, first, last, self._at, half_life)
            value = weighed[0] / weighed[1] if weighed[1] > 0 else None
        numerator = Fraction(round(top * _PARTS), _PARTS) if self._at else Fraction(top).limit_denominator(_PARTS)
        return Sum(numerator, round(bottom), value)
