"""A world as koubei keeps it: the ledger as the server's, counted once, for any as-of day."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from shared_scoring.decode import decode_record
from shared_scoring.explain_records import CaseStates
from shared_scoring.facts import Facts, facts
from shared_scoring.history import History
from shared_scoring.ledger import Contribution, timeline
from shared_scoring.merge import Told
from shared_scoring.own_days import OwnDays, of_ledger
from shared_scoring.pack import Pack
from shared_scoring.records import Conduct, Official, Partner, Record, ServiceSwitch
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint
from tests.worlds.world import World


def decoded(records: Iterable[dict[str, Any]]) -> list[Record]:
    return [decode_record(json.dumps(one).encode()) for one in records]


class Kept:
    """Fulfils explain.Source, without naming records."""

    def __init__(self, world: World, pack: Pack) -> None:
        self.world = world
        self.pack = pack
        self._facts = decoded(world.facts)
        self.viewpoint = Viewpoint.of(self._facts[0])

    @cached_property
    def officials(self) -> dict[int, Official]:
        days = [day for day in range(self.world.first, self.world.last + 1) if day not in self.world.missing]
        shown = facts(decoded(self.world.official(day) for day in days))
        return shown.officials

    @cached_property
    def _rows(self) -> dict[tuple[str, int, int, int], list[int]]:
        rows: defaultdict[tuple[str, int, int, int], list[int]] = defaultdict(lambda: [0, 0])
        seen = self.world.cases if self.world.seen is None else self.world.seen
        for case in seen:
            for one in timeline(list(self.told(self.world.cases[case])), self.pack.plan, self.viewpoint):
                held = rows[one.series, one.day, one.known_on, one.parts]
                held[0] += one.numerator
                held[1] += one.denominator
        return rows

    @staticmethod
    def told(records: Iterable[dict[str, Any]]) -> Iterable[Told]:
        return History(decoded(records))

    def facts(self, day: int) -> Facts:
        found = facts([one for one in self._facts if not self._is_ahead(one, day)])
        found.officials = {at: page for at, page in self.officials.items() if at <= day}
        found.own_days = self._own_days
        return found

    @cached_property
    def _own_days(self) -> OwnDays:
        return of_ledger(lambda _plan: [Contribution(*key, *amounts) for key, amounts in self._rows.items()])

    def _is_ahead(self, one: Record, day: int) -> bool:
        if not isinstance(one, Conduct | ServiceSwitch) or one.at is None:
            return False
        return self.viewpoint.calendar.day(one.at) >= day

    def sums(self, pack: Pack, day: int) -> Sums:
        first = day - pack.longest_window
        rows = (
            ((series, at, parts), (held[0], held[1]))
            for (series, at, known_on, parts), held in self._rows.items()
            if first <= at < day and known_on <= day
        )
        return Sums(rows, earlier=lambda past: self.sums(pack, past))

    def case_states(self, pack: Pack, first: int, last: int) -> Iterable[CaseStates]:
        del pack, first, last
        return []

    def records_of(self, cases: Iterable[str]) -> dict[str, Sequence[Told]]:
        del cases
        return {}

    def partners(self, day: int) -> list[Partner]:
        del day
        return []
