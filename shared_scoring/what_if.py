"""The score as it would be if some records were otherwise, in the shape of cli-output.md, "what-if".

The same cases with other records, their contributions differenced: exact in indicators, deductions and bonuses under
every pack. Points follow where the rules say how values become scores; elsewhere they are null, with the reason.
A difference is taken on the newest official numerator and denominator where they are known (scoring.md, "When only a
part of the shop has been seen"), and on the official figures of the day where it has them.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.case import case_id
from shared_scoring.case_view import minus
from shared_scoring.changed import Changed, refuse_another_viewpoint, touched_cases, words_of
from shared_scoring.delta import official_sum
from shared_scoring.facts import Facts
from shared_scoring.history import History
from shared_scoring.ledger import State
from shared_scoring.merge import Told
from shared_scoring.pack import Indicator, Pack
from shared_scoring.page_to_open import page_to_open
from shared_scoring.records import Record
from shared_scoring.score import Note
from shared_scoring.shifts import Shifting, Standpoint, Values
from shared_scoring.sums import Sum, Sums
from shared_scoring.viewpoint import Viewpoint
from shared_scoring.what_if_points import Level, LevelDelta, Side, level_of, levels


class Moved(Struct, frozen=True):
    """An indicator's value. `basis`: whether the difference is taken on the official sums or on the own ones."""

    before: float | None
    after: float | None
    basis: str


class Amounts(Struct, frozen=True):
    """Points, or orders: never negative."""

    before: float
    after: float


class Stages(Struct, frozen=True):
    before: str
    after: str


class WhatIf(Struct, frozen=True, kw_only=True):
    rules: str
    subject: str | None
    as_of: str
    stage: Stages
    before: Level
    after: Level
    delta: LevelDelta
    indicators: dict[str, Moved]
    deduction: Amounts
    bonus: Amounts
    notes: list[Note]
    open_page: str | None

    @property
    def moves(self) -> dict[str, float]:
        """By how much each indicator moves, in its own unit, where it has a value before and after."""
        return {
            key: moved.after - moved.before
            for key, moved in self.indicators.items()
            if moved.before is not None and moved.after is not None
        }


def what_if_history(
    history: History, pack: Pack, as_of: int, change: Sequence[Record], subject_id: str | None = None
) -> WhatIf:
    """The answer from copies of records. Raises changed.ChangeError. `as_of` is a day ordinal."""
    known, sums = history.counted(pack.plan, as_of)
    touched = touched_cases(history, words_of(change))
    told = [one for one in history if one.merged and ((own := case_id(one.merged)) is None or own in touched)]
    return Ground(pack, as_of, sums, known, history.viewpoint(), subject_id).what_if(told, change)


class Ground:
    """A subject on a day, on which changes are tried. What stands is worked out once, however many there are."""

    def __init__(
        self,
        pack: Pack,
        as_of: int,
        sums: Sums,
        known: Facts,
        viewpoint: Viewpoint,
        subject_id: str | None = None,
    ) -> None:
        self.pack = pack
        self.as_of = as_of
        self._known = known
        self._viewpoint = viewpoint
        self._subject_id = subject_id
        self.before = self._side(sums, known)
        self._values = _page_values(pack, as_of, self.before)
        self._shifting = Shifting(pack, as_of, Standpoint(sums, known), self._values)

    def whole(self, indicator: Indicator) -> Sum:
        """The sums of an indicator as it stands: the official ones where they are known, else the own."""
        return official_sum(indicator, self._known, self.as_of) or self.before.own[indicator.key]

    def what_if(self, told: Iterable[Told], change: Sequence[Record]) -> WhatIf:
        """The answer to a change. Raises changed.ChangeError where everything would have to be counted anew.

        `told` holds the records of the cases it touches, and where it speaks of what belongs to no case (a deduction,
        a switch, an official day) the subject's facts.
        """
        return self.answer(*self.difference(told, change))

    def difference(self, told: Iterable[Told], change: Sequence[Record]) -> tuple[State, Facts]:
        """What a change adds to the ledger, and the facts as it would have them. `told` and errors as of what_if."""
        words = words_of(change)
        refuse_another_viewpoint(words, self._known.subject, self.pack.plan)
        changed = Changed(list(told), words, self._viewpoint, self.as_of)
        was, would = changed.states(self.pack.plan)
        is_about_facts = any(case_id(said.record) is None for said in words.values())
        return minus(would, was), changed.after if is_about_facts else self._known

    def answer(self, difference: State, known: Facts | None = None, *, unknown_stays: bool = False) -> WhatIf:
        """The answer if cases added this besides what they add; `known` are other facts than those of the day.

        `unknown_stays`: a dimension of which nobody can say where it moves is taken as it stands, not as unknown.
        """
        other = self._side(self.before.sums.plus(difference.items()), known or self._known)
        return self._answer(other, unknown_stays=unknown_stays)

    def _answer(self, other: Side, *, unknown_stays: bool) -> WhatIf:
        pack, as_of, one = self.pack, self.as_of, self.before
        values, values_after = self._values, _on_official(pack, as_of, one, other)
        after_level, delta = levels(pack, as_of, one, other, self._shifting, values_after, unknown_stays=unknown_stays)
        moved = {
            found.key: Moved(values[found.key], values_after[found.key], _basis(found, one.known, as_of))
            for found in pack.indicators
            if values[found.key] != values_after[found.key]
        }
        coverage = {key: one.score.indicators[key].coverage for key in moved}
        return WhatIf(
            rules=pack.id,
            subject=one.score.subject,
            as_of=iso(as_of),
            stage=Stages(one.stage, other.stage),
            before=level_of(one.score),
            after=after_level,
            delta=delta,
            indicators=moved,
            deduction=Amounts(one.deduction, other.deduction),
            bonus=Amounts(one.bonus, other.bonus),
            notes=[note for note in one.score.notes if note.code == "low_coverage" and note.indicator in moved],
            open_page=page_to_open(coverage),
        )

    def _side(self, sums: Sums, known: Facts) -> Side:
        return Side(self.pack, self.as_of, sums, known, self._viewpoint.calendar, self._subject_id)


def _page_values(pack: Pack, as_of: int, one: Side) -> Values:
    """Each indicator's value as it is, the official one where its sums are known."""
    pages = {found.key: official_sum(found, one.known, as_of) for found in pack.indicators}
    return {key: one.own[key].value if page is None else page.value for key, page in pages.items()}


def _on_official(pack: Pack, as_of: int, one: Side, other: Side) -> Values:
    """Each indicator's value as it would be, on the official sums where they are known."""
    values: Values = {}
    for indicator in pack.indicators:
        own, changed = one.own[indicator.key], other.own[indicator.key]
        base = official_sum(indicator, other.known, as_of)
        values[indicator.key] = (
            changed.value
            if base is None
            else _quotient(
                base.numerator + changed.numerator - own.numerator,
                base.denominator + changed.denominator - own.denominator,
            )
        )
    return values


def _quotient(numerator: Fraction, denominator: int) -> float | None:
    return float(numerator / denominator) if denominator > 0 else None


def _basis(indicator: Indicator, known: Facts, as_of: int) -> str:
    return "own" if official_sum(indicator, known, as_of) is None else "official"
