"""A record file as a source of explanations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from shared_scoring.case import case_id
from shared_scoring.copies import Copies
from shared_scoring.explain_records import CaseStates
from shared_scoring.facts import Facts
from shared_scoring.history import History
from shared_scoring.ledger import State
from shared_scoring.merge import Told
from shared_scoring.pack import Pack
from shared_scoring.records import Partner
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint


class HistorySource:
    """Everything of one subject, in memory. Fulfils explain.Source."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.viewpoint: Viewpoint = history.viewpoint()
        self._known = cache(history.known)
        self._states: dict[tuple[str, int], dict[str, State]] = {}

    def facts(self, day: int) -> Facts:
        found, _ = self._known(day)
        return found

    def sums(self, pack: Pack, day: int) -> Sums:
        rows = (row for state in self._of(pack, day).values() for row in state.items())
        return Sums(rows, earlier=lambda past: self.sums(pack, past))

    def _of(self, pack: Pack, day: int) -> dict[str, State]:
        """What each case adds on a day."""
        found = self._states.get((pack.id, day))
        if found is None:
            _, cases = self._known(day)
            calendar = self.viewpoint.calendar
            found = {key: pack.plan.contributions(case, calendar) for key, case in cases.items()}
            self._states[pack.id, day] = found
        return found

    def case_states(self, pack: Pack, first: int, last: int) -> Iterable[CaseStates]:
        before, after = self._of(pack, first), self._of(pack, last)
        for case in before.keys() | after.keys():
            yield case, before.get(case, {}), after.get(case, {})

    def records_of(self, cases: Collection[str]) -> Mapping[str, Sequence[Told]]:
        wanted = set(cases)
        found: dict[str, list[Told]] = {}
        for told in self._history:
            if told.merged is not None and (own := case_id(told.merged)) in wanted and own is not None:
                found.setdefault(own, []).append(told)
        return found

    def partners(self, day: int) -> list[Partner]:
        views = (
            Copies(told, self.viewpoint.calendar).view(day)
            for told in self._history
            if isinstance(told.merged, Partner)
        )
        return [one for one in views if isinstance(one, Partner)]
