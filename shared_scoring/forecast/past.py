"""What a forecast reads of a subject: its ledger with the days on which each row became known, and its facts."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Protocol

from shared_scoring.case import case_id
from shared_scoring.copies import Copies
from shared_scoring.facts import FACT_KINDS, Facts, facts
from shared_scoring.history import History
from shared_scoring.ledger import Contribution, Plan, timeline
from shared_scoring.merge import Told
from shared_scoring.records import kind_of
from shared_scoring.viewpoint import Viewpoint


class Past(Protocol):
    """One subject. A file and a database give the same."""

    viewpoint: Viewpoint

    def facts(self, day: int) -> Facts:
        """As known on a day."""

    def rows(self, plan: Plan, since: int, until: int) -> Iterable[Contribution]:
        """What counts on a day from `since` on and became known up to `until`, in any order."""


class HistoryPast:
    """A record file."""

    def __init__(self, history: History) -> None:
        self.viewpoint = history.viewpoint()
        self._told: dict[str, list[Told]] = {}
        self._facts: list[Copies] = []
        for told in history:
            if told.merged is None:
                continue
            if (case := case_id(told.merged)) is not None:
                self._told.setdefault(case, []).append(told)
            elif kind_of(told.merged) in FACT_KINDS:
                self._facts.append(Copies(told, self.viewpoint.calendar))
        self.facts = cache(self._known)

    def _known(self, day: int) -> Facts:
        return known_facts(self._facts, day)

    def rows(self, plan: Plan, since: int, until: int) -> Iterator[Contribution]:
        for told in self._told.values():
            for row in timeline(told, plan, self.viewpoint):
                if row.day >= since and row.known_on <= until:
                    yield row


def known_facts(copies: Collection[Copies], day: int) -> Facts:
    return facts(view for one in copies if (view := one.view(day)) is not None)
