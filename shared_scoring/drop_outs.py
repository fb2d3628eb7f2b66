"""What leaves the window, and when: the ledger rolled forward as if nothing else happened.

Only days before the as-of day take part: what has yet to happen, or is due ahead, is no part of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction

from msgspec import Struct

from shared_scoring.adjustments import bonuses, deductions
from shared_scoring.calendar import Calendar, iso
from shared_scoring.delta import change_without
from shared_scoring.facts import Facts
from shared_scoring.ledger import Contribution, State
from shared_scoring.pack import Indicator, Pack
from shared_scoring.response import own_sums
from shared_scoring.score import number
from shared_scoring.standing import amounts_by_day, by_series, leaves
from shared_scoring.sums import Sum, Sums


class Ahead(Struct, frozen=True):
    """An indicator as of a coming day; `left_*` is what left since the day before."""

    date: str
    value: float | None
    numerator: int | float
    denominator: int
    left_numerator: int | float
    left_denominator: int


class DropOutDay(Struct, frozen=True):
    """Points as of a coming day, with what happened up to now and nothing else. Switches stay as they are."""

    date: str
    valid_orders: int
    deduction: float
    bonus: float


class ConductLeaving(Struct, frozen=True):
    """A deduction's event; `date` is the first as-of day without it."""

    date: str
    id: str
    scene: str
    count: int


class Leaving(Struct, frozen=True):
    """What a case takes from an indicator. `change` is what its leaving alone would do to the value of today.

    `bad`: the indicator would be better for it.
    """

    indicator: str
    numerator: int | float
    denominator: int
    change: float | None
    bad: bool


class CaseLeaving(Struct, frozen=True):
    """What of one case leaves on a day: `kind` and `id` name the order, or the record that hangs on none."""

    date: str
    kind: str
    id: str
    leaving: list[Leaving]

    @property
    def is_bad(self) -> bool:
        return any(one.bad for one in self.leaving)

    @property
    def key(self) -> str:
        """Sorts as the list does."""
        return f"{self.date} {self.kind}:{self.id}"


class DropOuts(Struct, frozen=True):
    """`indicators` has for each key the coming days in order, from `as_of` + 1."""

    rules: str
    as_of: str
    indicators: dict[str, list[Ahead]]
    days: list[DropOutDay]
    conducts: list[ConductLeaving]


def drop_outs(pack: Pack, as_of: int, days: int, sums: Sums, known: Facts, calendar: Calendar) -> DropOuts:
    """The coming `days` days. `sums` are those known on the day."""
    past = Sums(row for row in sums.rows() if row[0][1] < as_of)
    rolled = [own_sums(pack, past, as_of + ahead) for ahead in range(days + 1)]
    return DropOuts(
        rules=pack.id,
        as_of=iso(as_of),
        indicators={
            one.key: [
                _ahead(as_of + ahead, rolled[ahead - 1][one.key], rolled[ahead][one.key])
                for ahead in range(1, days + 1)
            ]
            for one in pack.indicators
        },
        days=[_day(pack, as_of, as_of + ahead, past, known, calendar) for ahead in range(1, days + 1)],
        conducts=list(_conducts(pack, as_of, as_of + days, known, calendar)),
    )


def _ahead(day: int, before: Sum, after: Sum) -> Ahead:
    return Ahead(
        iso(day),
        after.value,
        number(after.numerator),
        after.denominator,
        number(before.numerator - after.numerator),
        before.denominator - after.denominator,
    )


def _day(pack: Pack, as_of: int, day: int, past: Sums, known: Facts, calendar: Calendar) -> DropOutDay:
    first = day - pack.window_days
    deducted = deductions(pack, known.conducts, first, as_of - 1, calendar)
    held = bonuses(pack, past, known, day - 1, calendar)
    return DropOutDay(
        iso(day),
        int(past.window(pack.valid_orders, first, day - 1).numerator),
        sum(one.points for one in deducted),
        sum(one.points for one in held),
    )


def _conducts(pack: Pack, as_of: int, last: int, known: Facts, calendar: Calendar) -> Iterator[ConductLeaving]:
    scenes = {rule.scene for rule in pack.deductions}
    found = [
        (calendar.day(one.at) + pack.window_days + 1, one)
        for one in known.conducts
        if one.at is not None and one.scene in scenes
    ]
    for day, one in sorted(found, key=lambda pair: (pair[0], pair[1].id)):
        if as_of < day <= last:
            yield ConductLeaving(iso(day), one.id, str(one.scene), 1 if one.count is None else one.count)


def series_of(pack: Pack) -> frozenset[str]:
    """The series that the pack's indicators are made of."""
    definitions = [one.definition for one in pack.indicators]
    return frozenset([one.series for one in definitions] + [one.whole.series for one in definitions])


def state_of(contributions: Iterable[Contribution], series: Collection[str], as_of: int) -> State:
    """What a case adds to these series as it is known on a day."""
    state: State = {}
    for one in contributions:
        if one.known_on <= as_of and one.series in series:
            key = (one.series, one.day, one.parts)
            had = state.get(key, (0, 0))
            state[key] = (had[0] + one.numerator, had[1] + one.denominator)
    return state


def cases_leaving(
    pack: Pack, as_of: int, days: int, whole: Mapping[str, Sum], cases: Iterable[tuple[str, State]], after: str = ""
) -> Iterator[CaseLeaving]:
    """What of each case leaves within the coming days, by `key` beyond `after`.

    `whole` are the sums a change is taken on. Changes are worked out one by one, as they are asked for.
    """
    found: dict[tuple[str, str], list[tuple[Indicator, Fraction, int]]] = {}
    for case, state in cases:
        rows = by_series({key: amounts for key, amounts in state.items() if key[1] < as_of})
        for indicator in pack.indicators:
            for day, amounts in amounts_by_day(indicator, rows).items():
                if as_of < (gone := leaves(pack, indicator, day)) <= as_of + days:
                    found.setdefault((iso(gone), case), []).append((indicator, *amounts))
    for date, case in sorted(key for key in found if " ".join(key) > after):
        leaving = [_leaving(one, whole[one.key], top, bottom) for one, top, bottom in found[date, case]]
        yield CaseLeaving(date, *named(case), leaving)


def named(case: str) -> tuple[str, str]:
    """Kind and id of what a case is called after."""
    kind, _, id_ = case.partition(":")
    return kind, id_


def _leaving(indicator: Indicator, whole: Sum, numerator: Fraction, denominator: int) -> Leaving:
    with_it = change_without(whole, Sum(numerator, denominator, None))
    change = None if with_it is None else -with_it
    bad = change is not None and change != 0 and (change > 0) == (indicator.better == "higher")
    return Leaving(indicator.key, number(numerator), denominator, change, bad)
