"""What a forecast reads of a subject: its ledger with the days on which each row became known, and its facts."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Protocol

from shared_scoring.copies import Copies
from shared_scoring.facts import FACT_KINDS, Facts, facts
from shared_scoring.history import History
from shared_scoring.ledger import Contribution, Plan
from shared_scoring.own_days import OwnDays
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
        self._history = history
        facts_told = [one for one in history if one.merged is not None and kind_of(one.merged) in FACT_KINDS]
        self._facts = [Copies(told, self.viewpoint.calendar) for told in facts_told]
        self.facts = cache(self._known)

    def _known(self, day: int) -> Facts:
        return known_facts(self._facts, day, self._history.own_days)

    def rows(self, plan: Plan, since: int, until: int) -> Iterator[Contribution]:
        for row in self._history.timeline(plan):
            if row.day >= since and row.known_on <= until:
                yield row


def known_facts(copies: Collection[Copies], day: int, own_days: OwnDays) -> Facts:
    found = facts(view for one in copies if (view := one.view(day)) is not None)
    found.own_days = own_days
    return found
