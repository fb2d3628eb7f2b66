"""The score of a subject on a day, in the shape of cli-output.md, "score"."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

from msgspec import UNSET, Struct, UnsetType

from shared_scoring.adjustments import BonusHeld, DeductionHeld, bonuses, deductions
from shared_scoring.calendar import Calendar, iso
from shared_scoring.estimate import UNKNOWN, Banded, Carried, carry_forward, figure
from shared_scoring.facts import Facts, in_force
from shared_scoring.gates import GateState, gates
from shared_scoring.history import History
from shared_scoring.ledger import EMPTY, Sum, total_of, window_sums
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import Official, OfficialIndicator


class Window(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """First and last day, both included, YYYY-MM-DD."""

    first: str
    last: str


class OfficialTotal(Struct, frozen=True):
    date: str
    total: float | None
    consumer_score: float | None


class Estimate(Struct, frozen=True):
    """Made without the day's own official record. `based_on` is the official day it starts from."""

    total: float | None
    low: float | None
    high: float | None
    dimensions: dict[str, float | None]
    method: str | None
    based_on: str | None


class DimensionScore(Struct, frozen=True):
    score: float | None
    weight: float
    low: float | None
    high: float | None
    source: str


class OfficialValue(Struct, frozen=True):
    value: float | None
    numerator: float | None
    denominator: float | None


class IndicatorValue(Struct, frozen=True):
    value: float | None
    numerator: int | float
    denominator: int
    score: float | None
    weight: float
    shielded: bool
    official: OfficialValue | None
    coverage: float


class Note(Struct, frozen=True, omit_defaults=True):
    """Something the reader of a number should know, as a code with its parameters."""

    code: str
    indicator: str | UnsetType = UNSET
    coverage: float | UnsetType = UNSET


class Score(Struct, frozen=True, kw_only=True):
    rules: str
    subject: str | None
    as_of: str
    window: Window
    stage: str
    valid_orders: int
    total: float | None
    low: float | None
    high: float | None
    consumer_score: float | None
    stars: float | None
    official: OfficialTotal | None
    estimate: Estimate
    dimensions: dict[str, DimensionScore]
    indicators: dict[str, IndicatorValue]
    deduction: float
    deductions: list[DeductionHeld]
    bonus: float
    bonuses: list[BonusHeld]
    gates: list[GateState]
    notes: list[Note]


def score_history(history: History, pack: Pack, as_of: int, subject_id: str | None = None) -> Score:
    """The score from copies of records. `as_of` is a day ordinal."""
    calendar = history.viewpoint().calendar
    known, cases = history.known(as_of)
    first = as_of - pack.window_days
    states = (row for case in cases.values() for row in pack.plan.contributions(case, calendar).items())
    sums = window_sums(states, first, as_of - 1)
    return score(pack, as_of, sums, known, calendar, subject_id)


def score(
    pack: Pack, as_of: int, sums: Mapping[str, Sum], known: Facts, calendar: Calendar, subject_id: str | None
) -> Score:
    """The score from the window's sums and the facts known on the day."""
    first, last = as_of - pack.window_days, as_of - 1
    official = known.officials.get(as_of)
    orders = int(total_of(sums, pack.valid_orders).numerator)
    deducted = deductions(pack, known.conducts, first, last, calendar)
    held = bonuses(pack, sums, known, last, calendar)
    stage = _stage(pack, official, orders)
    carried = _carried(pack, stage, known, as_of, calendar, deducted=bool(deducted))
    dimensions = {} if stage == "growth" else _dimensions(pack, known, official, carried, as_of)
    shown = None if official is None else official.total
    total = carried.total if shown is None else Banded(shown, shown, shown)
    if stage == "hidden":
        total = UNKNOWN
    consumer = _consumer(pack, stage, official, total.score)
    indicators = _indicators(pack, known, official, sums, as_of)
    today = {"total": total.score, "consumer_score": consumer, **{key: one.score for key, one in dimensions.items()}}
    return Score(
        rules=pack.id,
        subject=subject_id if known.subject is None else known.subject.id,
        as_of=iso(as_of),
        window=Window(iso(first), iso(last)),
        stage=stage,
        valid_orders=orders,
        total=total.score,
        low=total.low,
        high=total.high,
        consumer_score=consumer,
        stars=None if consumer is None else _from_table(pack.stars, consumer),
        official=None if official is None else OfficialTotal(official.id, official.total, official.consumer_score),
        estimate=Estimate(
            carried.total.score,
            carried.total.low,
            carried.total.high,
            {key: one.score for key, one in carried.dimensions.items()},
            carried.method,
            carried.based_on,
        ),
        dimensions=dimensions,
        indicators=indicators,
        deduction=sum(one.points for one in deducted),
        deductions=deducted,
        bonus=sum(one.points for one in held),
        bonuses=held,
        gates=gates(pack, today, _totals(known, as_of, total.score), as_of),
        notes=list(_notes(indicators)),
    )


def _stage(pack: Pack, official: Official | None, orders: int) -> str:
    """The official stage of the day wins; without one the page's own count of orders, where it is larger than ours."""
    if official is not None:
        if official.stage is not None:
            return official.stage
        orders = max(orders, official.valid_orders_30d or 0)
    return "growth" if orders < pack.stages.valid_orders else "formal"


def _carried(pack: Pack, stage: str, known: Facts, as_of: int, calendar: Calendar, *, deducted: bool) -> Carried:
    if stage != "growth":
        return carry_forward(pack, known, as_of, calendar)
    total = pack.stages.growth_total_deducted if deducted else pack.stages.growth_total
    return Carried(Banded(total, total, total), {}, "growth_stage", None)


def _dimensions(
    pack: Pack, known: Facts, official: Official | None, carried: Carried, as_of: int
) -> dict[str, DimensionScore]:
    shown: dict[str, DimensionScore] = {}
    for key, dimension in pack.dimensions.items():
        weight = _page_weight(pack, known, key, as_of)
        own = None if official is None else figure(official, key)
        one = carried.dimensions.get(key, UNKNOWN) if own is None else Banded(own, own, own)
        source = "official" if own is not None else ("unknown" if one.score is None else "estimated")
        shown[key] = DimensionScore(
            one.score, dimension.weight if weight is None else weight, one.low, one.high, source
        )
    return shown


def _pages(pack: Pack, known: Facts, as_of: int) -> Iterable[Official]:
    """The official days of this pack's time up to a day, newest first: a weight seen under another pack is no guide."""
    for day in sorted(known.officials, reverse=True):
        if day <= as_of and in_force(pack, day):
            yield known.officials[day]


def _page_weight(pack: Pack, known: Facts, key: str, as_of: int) -> float | None:
    for page in _pages(pack, known, as_of):
        shown = getattr(page.dimensions, key, None)
        if shown is not None and shown.weight is not None:
            return float(shown.weight)
    return None


def _indicators(
    pack: Pack, known: Facts, official: Official | None, sums: Mapping[str, Sum], as_of: int
) -> dict[str, IndicatorValue]:
    shown = official.indicators or {} if official is not None else {}
    return {
        one.key: _indicator(total_of(sums, one.definition), shown.get(one.key), _weight(pack, known, one, as_of))
        for one in pack.indicators
    }


def _indicator(own: Sum, page: OfficialIndicator | None, weight: float) -> IndicatorValue:
    if not own.denominator:
        own = EMPTY
    coverage = own.denominator / page.denominator if page is not None and page.denominator else 1.0
    return IndicatorValue(
        value=own.value,
        numerator=_number(own.numerator),
        denominator=own.denominator,
        score=None if page is None else page.score,
        weight=weight,
        shielded=False,
        official=None if page is None else OfficialValue(page.value, page.numerator, page.denominator),
        coverage=coverage,
    )


def _weight(pack: Pack, known: Facts, indicator: Indicator, as_of: int) -> float:
    """The share inside the dimension: the page's newest of this pack, else the pack's, else an equal share."""
    for page in _pages(pack, known, as_of):
        shown = (page.indicators or {}).get(indicator.key)
        if shown is not None and shown.weight is not None:
            return float(shown.weight)
    if indicator.weight is not None:
        return indicator.weight
    return 1 / sum(other.dimension == indicator.dimension for other in pack.indicators)


def _number(exact: Fraction) -> int | float:
    return exact.numerator if exact.denominator == 1 else float(exact)


def _consumer(pack: Pack, stage: str, official: Official | None, total: float | None) -> float | None:
    if stage != "formal":
        return None
    if official is not None and official.consumer_score is not None:
        return official.consumer_score
    return None if total is None else _from_table(pack.consumer, math.floor(total + 0.5))


def _from_table(table: Iterable[tuple[float, float]], value: float) -> float:
    """The entry of the highest threshold reached; below the lowest, the lowest."""
    rows = sorted(table)
    return next((shown for threshold, shown in reversed(rows) if value >= threshold), rows[0][1])


def _totals(known: Facts, as_of: int, today: float | None) -> dict[int, float]:
    totals = {day: one.total for day, one in known.officials.items() if day < as_of and one.total is not None}
    if today is not None:
        totals[as_of] = today
    return totals


def _notes(indicators: Mapping[str, IndicatorValue]) -> Iterable[Note]:
    for key, one in indicators.items():
        if one.value is None:
            yield Note("no_cohort", key)  # its weight is shared out among the others of its dimension
        elif one.coverage < 0.9:
            yield Note("low_coverage", key, one.coverage)
