"""What the own records counted on past days, each as the day itself knew them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shared_scoring.ledger import Contribution, Plan, State
from shared_scoring.pack import Pack
from shared_scoring.response import own_sums
from shared_scoring.sums import Sums

_ORDER_DAYS = 30  # over which a page counts valid orders, whatever the window


class Counted(NamedTuple):
    """`values` are of the indicators with a cohort; `valid_orders` those paid in the last 30 days."""

    values: Mapping[str, float]
    valid_orders: int


OwnDays = Callable[[Pack, Sequence[int]], Mapping[int, Counted]]
"""Of some days, those whose longest window the records reach back through."""


def counted(pack: Pack, sums: Sums, day: int) -> Counted | None:
    """Of the ledger as it was known on a day; None where it does not hold the whole of the longest window."""
    began = min((at for (_, at, _), amounts in sums.rows() if any(amounts)), default=day)
    if began > day - pack.longest_window:
        return None
    values = {key: one.value for key, one in own_sums(pack, sums, day).items()}
    orders = sums.window(pack.valid_orders, day - _ORDER_DAYS, day - 1).numerator
    return Counted({key: value for key, value in values.items() if value is not None}, int(orders))


class CountedOnce:
    """Fulfils OwnDays from the ledgers of days, given in order; a day is counted once."""

    def __init__(self, ledgers: Callable[[Pack, Sequence[int]], Iterable[tuple[int, Sums]]]) -> None:
        self._ledgers = ledgers
        self._days: dict[tuple[str, int], Counted | None] = {}

    def __call__(self, pack: Pack, days: Sequence[int]) -> dict[int, Counted]:
        missing = sorted(day for day in days if (pack.id, day) not in self._days)
        for day, sums in self._ledgers(pack, missing):
            self._days[pack.id, day] = counted(pack, sums, day)
        return {day: found for day in days if (found := self._days[pack.id, day]) is not None}


def of_ledger(rows: Callable[[Plan], Iterable[Contribution]]) -> CountedOnce:
    """From a ledger that says of each row when it became known; it is read once a pack, when it is needed."""
    read: dict[str, list[Contribution]] = {}

    def ledgers(pack: Pack, days: Sequence[int]) -> Iterator[tuple[int, Sums]]:
        if days and pack.id not in read:
            read[pack.id] = sorted(rows(pack.plan), key=lambda row: row.known_on)
        coming = iter(read.get(pack.id, ()))
        row = next(coming, None)
        state: State = {}
        for day in days:
            while row is not None and row.known_on <= day:
                key = row.series, row.day, row.parts
                top, bottom = state.get(key, (0, 0))
                state[key] = top + row.numerator, bottom + row.denominator
                row = next(coming, None)
            yield day, Sums(state.items())

    return CountedOnce(ledgers)
