"""An explanation from the ledger; the cases are read to name the records behind each part."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Engine

from server.db.reading import Folder
from server.http.snapshot import snapshot
from shared_scoring.case import case_id
from shared_scoring.copies import Copies
from shared_scoring.explain import Explanation, explain
from shared_scoring.explain_records import CaseStates
from shared_scoring.explain_words import worded
from shared_scoring.facts import Facts
from shared_scoring.ledger import Contribution, State
from shared_scoring.merge import Told
from shared_scoring.pack import Pack
from shared_scoring.records import Partner
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint


def read_explanation(
    app: Engine, subject_id: str, days: tuple[dt.date, dt.date], rules: str, lang: str
) -> tuple[Explanation, int]:
    """Explain the way from one day to a later one, and the input version; 503 while the ledger is made anew."""
    with snapshot(app, subject_id) as seen:
        packs = seen.pack_of_cases(rules, days[0]), seen.pack(rules, days[1])
        ordinals = days[0].toordinal(), days[1].toordinal()
        answer = explain(FolderSource(seen.folder), packs, ordinals, subject_id)
        return worded(answer, packs, lang), seen.input_version


class FolderSource:
    """A subject in the database. Fulfils explain.Source."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.viewpoint: Viewpoint = folder.viewpoint

    def facts(self, day: int) -> Facts:
        return self._folder.facts(day)

    def sums(self, pack: Pack, day: int) -> Sums:
        return self._folder.sums(pack, day)

    def case_states(self, pack: Pack, first: int, last: int) -> Iterator[CaseStates]:
        since = first - pack.longest_window
        for case, rows in self._folder.contributions(since):
            counted = [row for row in rows if row.series in pack.plan.definitions and row.day >= since]
            before, after = _state(counted, first), _state(counted, last)
            if before or after:
                yield case, before, after

    def records_of(self, cases: Collection[str]) -> Mapping[str, Sequence[Told]]:
        found: dict[str, list[Told]] = {}
        for told in self._folder.records_of_cases(cases):
            if told.merged is not None and (own := case_id(told.merged)) is not None:
                found.setdefault(own, []).append(told)
        return found

    def partners(self, day: int) -> list[Partner]:
        views = (Copies(told, self._folder.calendar).view(day) for told in self._folder.of_kind("partner"))
        return [one for one in views if isinstance(one, Partner)]


def _state(rows: Sequence[Contribution], day: int) -> State:
    """What a case added as it was known on a day."""
    state: State = {}
    for row in rows:
        if row.known_on <= day:
            key = row.series, row.day, row.parts
            top, bottom = state.get(key, (0, 0))
            state[key] = top + row.numerator, bottom + row.denominator
    return {key: amounts for key, amounts in state.items() if amounts != (0, 0)}
