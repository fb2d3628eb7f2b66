"""Records as a change would have them: its words win over those of every copy, whatever their times.

Source: cli-output.md, "what-if". A list or an object is replaced whole, an explicit `clear` empties a field, an id that
is new is added, and the times a change carries count as known whatever the day is.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from shared_scoring.calendar import day_of
from shared_scoring.case import Case, case_id
from shared_scoring.copies import Copies
from shared_scoring.facts import Facts, facts
from shared_scoring.ledger import Plan, State
from shared_scoring.merge import Told, facts_of, merge
from shared_scoring.records import Official, Record, Review, Subject, kind_of
from shared_scoring.viewpoint import Viewpoint

Key = tuple[str, str]
"""kind and id."""


class ChangeError(ValueError):
    """A change that cannot be thought through. `field` is what stands in the way."""

    def __init__(self, record: Record, field: str, reason: str) -> None:
        super().__init__(f"the {kind_of(record)} {record.id}: {field} {reason}")
        self.record = record
        self.field = field
        self.reason = reason


class Words(NamedTuple):
    """What a change says of one record: the fields it speaks of, and a record that holds their values."""

    fields: frozenset[str]
    record: Record


def words_of(change: Iterable[Record]) -> dict[Key, Words]:
    """Several records of a change about one thing are merged as copies are."""
    copies: dict[Key, list[Record]] = {}
    for copy in change:
        copies.setdefault((kind_of(copy), copy.id), []).append(copy)
    return {
        key: Words(
            frozenset(
                name
                for copy in own
                for name in facts_of(type(copy))
                if getattr(copy, name) is not None or name in (copy.clear or ())
            ),
            merge(own),
        )
        for key, own in copies.items()
    }


def key_of(told: Told) -> Key:
    return kind_of(told.copies[0]), told.copies[0].id


def refuse_another_viewpoint(words: Mapping[Key, Words], subject: Subject | None, plan: Plan) -> None:
    """Raise ChangeError for a change under which all records of the subject would have to be counted anew."""
    mine = Viewpoint.of(subject)
    for said in words.values():
        if isinstance(said.record, Subject):
            base = subject or Subject(id=said.record.id)
            changed = Viewpoint.of(_over(base, said))
            same = {
                "time_zone": changed.calendar.zone.key == mine.calendar.zone.key,
                "type": (changed.creator is None) == (mine.creator is None),
                "platform": changed.platform == mine.platform,
                "industry": plan.industry_that_counts(changed) == plan.industry_that_counts(mine),
                "id": subject is None or said.record.id == subject.id,
            }
            for field, is_same in same.items():
                if not is_same:
                    raise ChangeError(said.record, field, "cannot be changed in a what-if")


def touched_cases(told: Iterable[Told], words: Mapping[Key, Words]) -> set[str]:
    """The cases a change may count differently: those its records belong to, and those they would belong to.

    `told` holds at least the records the change names.
    """
    known = {key_of(one): one.merged for one in told}
    cases = set()
    for key, said in words.items():
        base = known.get(key)
        for record in (base, said.record if base is None else _over(base, said)):
            if record is not None and (own := case_id(record)) is not None:
                cases.add(own)
    return cases


class Changed:
    """Some records of a subject as they are known on a day, and as a change would have them.

    `told` holds every fact of the subject and every record of the cases the change touches; whatever else it holds
    does not matter.
    """

    def __init__(self, told: Iterable[Told], words: Mapping[Key, Words], viewpoint: Viewpoint, as_of: int) -> None:
        self._viewpoint = viewpoint
        self._as_of = as_of
        known = {key_of(one): one for one in told}
        touched = touched_cases(known.values(), words)
        self._before: list[tuple[Record, int | None]] = []
        self._after: list[tuple[Record, int | None]] = []
        for key in known.keys() | words.keys():
            copies = Copies(known[key], viewpoint.calendar) if key in known else None
            said = words.get(key)
            was = None if copies is None else copies.view(as_of)
            would = was if said is None else _changed(copies, said, as_of)
            first = copies.first_stars() if copies is not None else None
            for record, found in ((was, self._before), (would, self._after)):
                if record is not None and ((own := case_id(record)) is None or own in touched):
                    written = record.stars if isinstance(record, Review) and first is None else first
                    found.append((record, written))

    @property
    def before(self) -> Facts:
        return facts(record for record, _ in self._before if case_id(record) is None)

    @property
    def after(self) -> Facts:
        return facts(record for record, _ in self._after if case_id(record) is None)

    def states(self, plan: Plan) -> tuple[State, State]:
        """What the touched cases add to the ledger as they are, and as they would be."""
        return self._state(plan, self._before), self._state(plan, self._after)

    def _state(self, plan: Plan, records: Iterable[tuple[Record, int | None]]) -> State:
        cases: dict[str, Case] = {}
        for record, first_stars in records:
            if (own := case_id(record)) is not None:
                case = Case(self._viewpoint.creator, self._viewpoint.industry, until=self._as_of)
                cases.setdefault(own, case).add(record, first_stars)
        whole: State = {}
        for case in cases.values():
            for key, (numerator, denominator) in plan.contributions(case, self._viewpoint.calendar).items():
                top, bottom = whole.get(key, (0, 0))
                whole[key] = (top + numerator, bottom + denominator)
        return whole


def _changed(copies: Copies | None, said: Words, as_of: int) -> Record | None:
    """The record as the change would have it; None where it has not begun and the change does not say that it has."""
    if copies is None:
        record = said.record
    elif copies.view(as_of) is None and copies.merged.began not in said.fields:
        return None
    else:
        record = _over(copies.words(as_of), said)
    if isinstance(record, Official) and day_of(record.id) > as_of:
        return None  # a later day's page says nothing of this one
    return record


def _over(record: Record, said: Words) -> Record:
    return msgspec.structs.replace(record, **{name: getattr(said.record, name) for name in said.fields})
