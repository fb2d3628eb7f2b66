"""A case as it was known before a day, whole and without one of its records."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from shared_scoring.case import Case
from shared_scoring.copies import Copies
from shared_scoring.ledger import Plan, State
from shared_scoring.merge import Told
from shared_scoring.records import Order, Record, kind_of
from shared_scoring.viewpoint import Viewpoint

Key = tuple[str, str]
"""kind and id."""


class Viewed(NamedTuple):
    """A record as it was known before the day; None where it did not exist yet."""

    record: Record | None
    first_stars: int | None


class CaseView:
    """Every record of one case, read once for one day."""

    def __init__(self, told: Sequence[Told], as_of: int, viewpoint: Viewpoint) -> None:
        self.calendar = viewpoint.calendar
        self._viewpoint = viewpoint
        self.records: dict[Key, Viewed] = {}
        for one in told:
            copies = Copies(one, self.calendar)
            key = (kind_of(copies.merged), copies.merged.id)
            self.records[key] = Viewed(copies.view(as_of), copies.first_stars())

    @cached_property
    def whole(self) -> Case:
        return self._case(list(self.records))

    def _case(self, keys: Sequence[Key]) -> Case:
        case = Case(self._viewpoint.creator, self._viewpoint.industry)
        for key in keys:
            record, first_stars = self.records[key]
            if record is not None:
                case.add(record, first_stars)
        return case.settle()

    def added(self, plan: Plan, key: Key) -> State:
        """What the ledger would lack without this record; with an order goes all that hangs on it."""
        whole = plan.contributions(self.whole, self.calendar)
        if isinstance(self.records[key].record, Order):
            return whole
        rest = self._case([own for own in self.records if own != key])
        return minus(whole, plan.contributions(rest, self.calendar))

    def added_alone(self, plan: Plan, key: Key) -> State:
        """What this record would add if it were the only one that hangs on its order."""
        orders = [own for own in self.records if own[0] == "order"]
        alone, bare = self._case([*orders, key]), self._case(orders)
        return minus(plan.contributions(alone, self.calendar), plan.contributions(bare, self.calendar))


def minus(one: State, other: State) -> State:
    """What one state adds beyond another."""
    difference: State = {}
    for key in one.keys() | other.keys():
        has, lacks = one.get(key, (0, 0)), other.get(key, (0, 0))
        if has != lacks:
            difference[key] = (has[0] - lacks[0], has[1] - lacks[1])
    return difference
