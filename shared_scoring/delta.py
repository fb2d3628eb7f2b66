"""What one row of a page does to the score: the same case with and without its records.

The rules are those of scoring.md, "The number on a badge". A change of an indicator is taken on the newest official
numerator and denominator where they are known, because the own records are often a fragment of the shop.
"""

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from shared_scoring.calendar import Calendar, iso
from shared_scoring.case_view import CaseView, Key
from shared_scoring.facts import Facts
from shared_scoring.ledger import State
from shared_scoring.merge import Told
from shared_scoring.pack import Indicator, Pack
from shared_scoring.response import own_sums
from shared_scoring.shifts import Shifting, Standpoint
from shared_scoring.standing import leaves, standing
from shared_scoring.sums import Sum, Sums
from shared_scoring.viewpoint import Viewpoint


class IndicatorChange(Struct, frozen=True):
    """By how much the row moves an indicator, in the indicator's own unit."""

    key: str
    change: float


class Delta(Struct, frozen=True):
    """`points` is null while the dimension has no believed response; `drops_out` the first day without the row."""

    points: float | None
    indicator: IndicatorChange | None
    drops_out: str | None


class Effect(Struct, frozen=True):
    """What the row does to one indicator, whether for the better, and the first day on which it no longer does."""

    key: str
    unit: str
    change: float
    better: bool
    drops_out: str


class Row(Struct, frozen=True):
    """`counts` is null for an id never seen; `why_not` a code where it does not count.

    `until` is the first day without it; `effects` has every indicator that it moves, the one of `delta` first.
    """

    id: str
    counts: bool | None
    why_not: str | None
    delta: Delta
    until: str | None
    effects: list[Effect]


NOTHING = Delta(None, None, None)


class Window:
    """The sums of one day under one pack, on which differences are taken."""

    def __init__(self, pack: Pack, as_of: int, sums: Sums, known: Facts, calendar: Calendar) -> None:
        self.pack = pack
        self.as_of = as_of
        self.calendar = calendar
        self.first = as_of - pack.longest_window
        self._viewpoint = Viewpoint.of(known.subject)
        own = own_sums(pack, sums, as_of)
        self.sums = {one.key: official_sum(one, known, as_of) or own[one.key] for one in pack.indicators}
        self._values = {key: one.value for key, one in self.sums.items()}
        self.shifting = Shifting(pack, as_of, Standpoint(sums, known), self._values)
        self._weights = {one.key: pack.dimensions[one.dimension].weight * (one.weight or 1) for one in pack.indicators}

    def row(self, id_: str, kind: str, told: Sequence[Told]) -> Row:
        """The row of one record. `told` holds every record of its case; empty if it was never seen."""
        view = CaseView(told, self.as_of, self._viewpoint)
        key = (kind, id_)
        if key not in view.records:
            return Row(id_, None, None, NOTHING, None, [])
        own = standing(self.pack, self.as_of, view, key)
        difference = self._difference(view, key)
        effects = self._effects(difference)
        return Row(id_, own.counts, own.why_not, self._delta(effects, difference), own.until, effects)

    def delta(self, view: CaseView, key: Key) -> Delta:
        """What the record does to the indicator it hurts most, else to the one it helps most."""
        difference = self._difference(view, key)
        return self._delta(self._effects(difference), difference)

    def effects(self, view: CaseView, key: Key) -> list[Effect]:
        """Every indicator the record moves: those it hurts first, each weighed by its share of the total."""
        return self._effects(self._difference(view, key))

    def points(self, difference: State) -> float | None:
        """Points of the total that some rows of the ledger make; None where a dimension they move is not known.

        Deductions hang on no case, and bonuses are no matter of one row.
        """
        own = own_sums(self.pack, Sums(difference.items()), self.as_of)
        without = {key: _without(self.sums[key], one) for key, one in own.items()}
        if any(value is None and self._values[key] is not None for key, value in without.items()):
            return None
        moved = self.shifting.to(without)
        shift = moved.total(self.shifting.shares)
        return None if shift is None else -shift.mid

    def _difference(self, view: CaseView, key: Key) -> State:
        """What the record adds to the window."""
        if view.records[key].record is None:
            return {}
        added = view.added(self.pack.plan, key)
        return {key: amounts for key, amounts in added.items() if self.first <= key[1] < self.as_of}

    def _delta(self, effects: Sequence[Effect], difference: State) -> Delta:
        if not effects:
            return NOTHING
        most = effects[0]
        return Delta(self.points(difference), IndicatorChange(most.key, most.change), most.drops_out)

    def _effects(self, difference: State) -> list[Effect]:
        own = own_sums(self.pack, Sums(difference.items()), self.as_of)
        changes = []
        for indicator in self.pack.indicators:
            change = change_without(self.sums[indicator.key], own[indicator.key])
            if change:
                worse = change > 0 if indicator.better == "lower" else change < 0
                size = abs(change) / (abs(self.sums[indicator.key].value or 0) or 1) * self._weights[indicator.key]
                changes.append((worse, size, indicator, change))
        changes.sort(key=lambda one: (one[0], one[1]), reverse=True)
        return [
            Effect(one.key, one.unit, change, not worse, self._drops_out(one, difference))
            for worse, _, one, change in changes
        ]

    def _drops_out(self, indicator: Indicator, difference: State) -> str:
        first, _ = self.pack.indicator_window(indicator, self.as_of)
        series = (indicator.definition.series, indicator.definition.whole.series)
        return iso(leaves(self.pack, indicator, max(d for (name, d, _) in difference if name in series and d >= first)))


def _without(whole: Sum, own: Sum) -> float | None:
    """The value of what is left without a part."""
    if not own.numerator and not own.denominator:
        return whole.value
    rest = whole.denominator - own.denominator
    return float((whole.numerator - own.numerator) / rest) if rest > 0 else None


def change_without(whole: Sum, own: Sum) -> float | None:
    """By how much a part moves the value of the whole it is in; None where nothing would be left without it."""
    rest = whole.denominator - own.denominator
    if not whole.denominator or rest <= 0 or (not own.numerator and not own.denominator):
        return None
    return float(whole.numerator / whole.denominator - (whole.numerator - own.numerator) / rest)


def official_sum(indicator: Indicator, known: Facts, as_of: int) -> Sum | None:
    """The newest official numerator and denominator up to the day, on which differences are taken."""
    return known.once(("official_sum", indicator.key, as_of), lambda: _official_sum(indicator, known, as_of))


def _official_sum(indicator: Indicator, known: Facts, as_of: int) -> Sum | None:
    for day in sorted(known.officials, reverse=True):
        page = (known.officials[day].indicators or {}).get(indicator.key) if day <= as_of else None
        if page is not None and page.numerator is not None and page.denominator:
            numerator, denominator = Fraction(page.numerator), int(page.denominator)
            return Sum(numerator, denominator, float(numerator / denominator))
    return None
