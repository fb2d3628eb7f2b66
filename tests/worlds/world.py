"""A shop with its hidden platform: the records, what the page shows of each day, and what is true."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from tests.worlds import counting
from tests.worlds.clock import DAY, day_of, iso, iso_day
from tests.worlds.industry import PEERS
from tests.worlds.responses import Hidden

Record = dict[str, Any]
WINDOW: Final = 30
DIMENSIONS: Final = ("goods", "logistics", "service")
_EACH = {"abnormal_return_address": 2, "invoice_refused": 2}
_LONGEST = 130


@dataclass(frozen=True)
class Truth:
    """Unrounded. `values` are of the indicators that have a cohort."""

    total: float
    dimensions: dict[str, float]
    values: dict[str, float]
    sums: dict[str, tuple[float, float]]
    deduction: float
    bonus: float
    valid_orders: int


class Ledger:
    """Sums of rows by day and lag of knowledge, for any as-of day."""

    def __init__(self, rows: Iterable[counting.Row], first: int, days: int) -> None:
        self._first = first
        shape = (days + _LONGEST, _LONGEST + 1)
        self._top: defaultdict[str, Any] = defaultdict(lambda: np.zeros(shape))
        self._bottom: defaultdict[str, Any] = defaultdict(lambda: np.zeros(shape))
        for key, day, known, numerator, denominator in rows:
            place = day - first, min(max(known - day - 1, 0), _LONGEST)
            if 0 <= place[0] < shape[0]:
                self._top[key][place] += numerator
                self._bottom[key][place] += denominator

    def sums(self, key: str, as_of: int, window: int = WINDOW) -> tuple[float, float]:
        top = bottom = 0.0
        for day in range(as_of - window, as_of):
            place = day - self._first
            if place >= 0:
                top += float(self._top[key][place, : as_of - day].sum())
                bottom += float(self._bottom[key][place, : as_of - day].sum())
        return top, bottom


@dataclass
class World:
    """`first`..`last` are the days with an official record to come; `records` hold no official ones."""

    family: str
    start: int
    first: int
    last: int
    hidden: Mapping[str, Hidden]
    weights: Mapping[str, float]
    cases: dict[str, list[Record]]
    facts: list[Record]
    keys: Sequence[str] = tuple(PEERS)
    missing: frozenset[int] = frozenset()
    shows_sums: bool = True
    shows_values: bool = True
    seen: frozenset[str] | None = None
    _truths: dict[int, Truth] = field(default_factory=dict)

    @property
    def subject(self) -> Record:
        return self.facts[0]

    def records(self, officials_until: int | None = None) -> list[Record]:
        """All that was seen of the shop, with its official days up to a day (all of them where none is named)."""
        until = self.last if officials_until is None else officials_until
        shown = [self.official(day) for day in range(self.first, until + 1) if day not in self.missing]
        cases = self.cases if self.seen is None else {case: self.cases[case] for case in self.seen}
        return [*self.facts, *shown, *(record for case in cases.values() for record in case)]

    def truth(self, day: int) -> Truth:
        if day not in self._truths:
            self._truths[day] = self._truth(day, self._sums(day), self.facts, day)
        return self._truths[day]

    def truth_if(self, day: int, change: Sequence[Record]) -> Truth:
        """As it would have been, had the records of `change` been otherwise: field by field, known at any time."""
        sums = dict(self._sums(day))
        words = {(one["kind"], one["id"]): one for one in change}
        facts = [*self.facts, *(one for one in change if one["kind"] not in counting.CASE_KINDS)]
        touched = {self.case_of(one) for one in change if one["kind"] in counting.CASE_KINDS}
        for case in touched:
            before = self.cases.get(case, [])
            self._add(sums, counting.rows(before), day, -1)
            certain = {(id_, name) for (_, id_), one in words.items() for name in one}
            self._add(sums, counting.rows(_changed(before, words, case), certain), day, 1)
        return self._truth(day, sums, facts, day)

    def with_industry_of(self, day: int, industry: int) -> Truth:
        """A day's own values among the peers of another day."""
        return self._truth(day, self._sums(day), self.facts, industry)

    def industry_part(self, first: int, last: int) -> float:
        """What of the change of the total between two days the peers did: the mean of moving them first and last."""
        forth = self.with_industry_of(first, last).total - self.truth(first).total
        back = self.truth(last).total - self.with_industry_of(last, first).total
        return (forth + back) / 2

    def official(self, day: int) -> Record:
        """What the page shows: the total to 2 decimals, values to 4."""
        truth = self.truth(day)
        indicators: dict[str, Record] = {}
        for key, value in truth.values.items() if self.shows_values else ():
            indicators[key] = {"value": round(value, 4)}
            if self.shows_sums:
                top, bottom = truth.sums[key]
                indicators[key] |= {"numerator": top, "denominator": bottom}
        return {
            "kind": "official",
            "id": iso_day(day),
            "updated_at": iso(day * DAY + 9 * 3600 + 1800),
            "stage": "formal",
            "total": round(truth.total, 2),
            "dimensions": {
                key: {"score": round(score, 2), "weight": self.weights[key]} for key, score in truth.dimensions.items()
            },
            "indicators": indicators,
            "deduction": truth.deduction,
            "bonus": truth.bonus,
            "valid_orders_30d": truth.valid_orders,
        }

    @cached_property
    def _known(self) -> Ledger:
        rows = (row for case in self.cases.values() for row in counting.rows(case))
        return Ledger(rows, self.start - 1, self.last - self.start + 3)

    def case_of(self, record: Record) -> str:
        """The case of a record as it is or would be."""
        return self._case_of.get((record["kind"], record["id"]), counting.case_of(record))

    @cached_property
    def _case_of(self) -> dict[tuple[str, str], str]:
        return {(record["kind"], record["id"]): case for case, held in self.cases.items() for record in held}

    def _sums(self, day: int) -> dict[str, tuple[float, float]]:
        return {key: self._known.sums(key, day) for key in (*self.keys, "valid", *_SERVICES)}

    @staticmethod
    def _add(sums: dict[str, tuple[float, float]], rows: Iterable[counting.Row], day: int, sign: int) -> None:
        for key, at, known, top, bottom in rows:
            if day - WINDOW <= at < day and known <= day and key in sums:
                sums[key] = sums[key][0] + sign * top, sums[key][1] + sign * bottom

    def _truth(
        self, day: int, sums: Mapping[str, tuple[float, float]], facts: Sequence[Record], industry: int
    ) -> Truth:
        values = {key: sums[key][0] / sums[key][1] for key in self.keys if sums[key][1] > 0}
        dimensions = {
            name: self.hidden[name].score(
                {key: value for key, value in values.items() if key.startswith(name)}, industry - self.start
            )
            for name in DIMENSIONS
        }
        deduction, bonus = _deduction(facts, day), _bonus(facts, sums, day)
        mean = sum(self.weights[name] * score for name, score in dimensions.items())
        total = min(max(mean + bonus - deduction, 0.0), 100.0)
        own = {key: sums[key] for key in self.keys}
        return Truth(total, dimensions, values, own, deduction, bonus, int(sums["valid"][0]))


_SERVICES = ("next_day", "freight_insurance", "install")


def _changed(before: Sequence[Record], words: Mapping[tuple[str, str], Record], case: str) -> list[Record]:
    kept = [{**one, **words.get((one["kind"], one["id"]), {})} for one in before]
    known = {(one["kind"], one["id"]) for one in before}
    new = [one for key, one in words.items() if key not in known and counting.case_of(one) == case]
    return [*kept, *new]


def _deduction(facts: Sequence[Record], day: int) -> float:
    counts: defaultdict[str, int] = defaultdict(int)
    for one in facts:
        if one["kind"] == "conduct" and day - WINDOW <= day_of(one["at"]) < day:
            counts[one["scene"]] += one.get("count", 1)
    return float(sum(min(10, _EACH.get(scene, 10) * count) for scene, count in counts.items()))


def _bonus(facts: Sequence[Record], sums: Mapping[str, tuple[float, float]], day: int) -> float:
    next_day, delivered = sums["next_day"]
    points = 5.0 if delivered and next_day >= 0.2 * delivered else 0.0
    switches = sorted((one["at"], one["on"]) for one in facts if one["kind"] == "service_switch")
    on = [switched for at, switched in switches if day_of(at) < day - 2]
    still = all(switched for at, switched in switches if day - 2 <= day_of(at) < day)
    insured = bool(on and on[-1] and still) and sums["freight_insurance"][0] >= 1
    return points + (2.0 if insured else 0.0)
