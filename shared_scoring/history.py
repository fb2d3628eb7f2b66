"""All copies of all records of one subject, as a file or a table holds them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from shared_scoring.case import Case, case_id
from shared_scoring.copies import Copies
from shared_scoring.facts import Facts, facts
from shared_scoring.ledger import Contribution, Plan, timeline
from shared_scoring.merge import NOTHING, Told
from shared_scoring.own_days import OwnDays, of_ledger
from shared_scoring.records import Record, Subject, kind_of
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint


class History:
    """Copies by kind and id. The answer to any question depends on the set of copies, not on their order."""

    def __init__(self, copies: Iterable[Record] = ()) -> None:
        self._told: dict[tuple[str, str], Told] = {}
        self._own_days: OwnDays | None = None  # until a copy is added
        for copy in copies:
            self.add(copy)

    @classmethod
    def of(cls, told: Iterable[Told]) -> "History":
        """Records whose copies have been put together before."""
        history = cls()
        history._told = {(kind_of(one.copies[0]), one.copies[0].id): one for one in told}
        return history

    def add(self, copy: Record) -> bool:
        """Take one copy in; True where it changed something."""
        key = (kind_of(copy), copy.id)
        before = self._told.get(key, NOTHING)
        after = self._told[key] = before.with_copy(copy)
        self._own_days = None
        return not after.says_same(before)

    def __iter__(self) -> Iterator[Told]:
        return iter(self._told.values())

    def __len__(self) -> int:
        return len(self._told)

    def subject(self) -> Subject | None:
        """The subject's own record, merged. None where the copies hold none."""
        return next((told.merged for told in self._told.values() if isinstance(told.merged, Subject)), None)

    def viewpoint(self) -> Viewpoint:
        return Viewpoint.of(self.subject())

    def views(self, day: int) -> Iterator[tuple[Record, int | None]]:
        """Every record as it was known on a day; with a review the stars as they were first written."""
        calendar = self.viewpoint().calendar
        for told in self._told.values():
            copies = Copies(told, calendar)
            if (record := copies.view(day)) is not None:
                yield record, copies.first_stars()

    def known(self, day: int) -> tuple[Facts, dict[str, Case]]:
        """The facts and the cases as they were known on a day."""
        viewpoint = self.viewpoint()
        cases: dict[str, Case] = {}
        rest: list[Record] = []
        for record, first_stars in self.views(day):
            if (key := case_id(record)) is None:
                rest.append(record)
            else:
                cases.setdefault(key, Case(viewpoint.creator, viewpoint.industry)).add(record, first_stars)
        found = facts(rest)
        found.own_days = self.own_days
        return found, cases

    @property
    def own_days(self) -> OwnDays:
        """What the records counted on past days; each is counted once."""
        if self._own_days is None:
            self._own_days = of_ledger(self.timeline)
        return self._own_days

    def timeline(self, plan: Plan) -> Iterator[Contribution]:
        """What a plan counts of each case, with the day on which it became known."""
        viewpoint = self.viewpoint()
        cases: defaultdict[str, list[Told]] = defaultdict(list)
        for told in self._told.values():
            if told.merged is not None and (key := case_id(told.merged)) is not None:
                cases[key].append(told)
        for own in cases.values():
            yield from timeline(own, plan, viewpoint)

    def counted(self, plan: Plan, day: int) -> tuple[Facts, Sums]:
        """The facts, and what a plan counts of the cases, as they were known on a day."""
        known, cases = self.known(day)
        return known, self.sums(plan, cases)

    def sums(self, plan: Plan, cases: Mapping[str, Case]) -> Sums:
        """What a plan counts of cases as they were known on a day."""
        calendar = self.viewpoint().calendar
        rows = (row for case in cases.values() for row in plan.contributions(case, calendar).items())
        # Several parts of an answer ask for the same past day, and each count of it goes through the whole history.
        return Sums(rows, earlier=cache(lambda past: self.counted(plan, past)[1]))
