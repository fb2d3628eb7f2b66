"""The score of a subject on a day, in the shape of cli-output.md, "score"."""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol

from msgspec import UNSET, Struct, UnsetType

from shared_scoring.adjustments import BonusHeld, DeductionHeld, bonuses, deductions
from shared_scoring.calendar import Calendar, iso
from shared_scoring.estimate import UNKNOWN, Banded, Estimated, estimate, figure
from shared_scoring.facts import Facts
from shared_scoring.gates import GateState, gates
from shared_scoring.learned.values import values_on
from shared_scoring.ledger import Plan
from shared_scoring.pack import Indicator, Pack
from shared_scoring.page_to_open import PAGE_OF_INDICATOR
from shared_scoring.records import Official, OfficialIndicator
from shared_scoring.response import IndicatorScore, indicator_scores, own_sums
from shared_scoring.sums import EMPTY, Sum, Sums
from shared_scoring.viewpoint import Viewpoint
from shared_scoring.weights import dimension_weight, indicator_weight


class Window(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """First and last day, both included, YYYY-MM-DD."""

    first: str
    last: str


class OfficialTotal(Struct, frozen=True):
    date: str
    total: float | None
    consumer_score: float | None


class Estimate(Struct, frozen=True):
    """Made without the day's own official record. `based_on` is the official day it starts from.

    `reasons` says by dimension, as a code, why it does not rest on a response learned from the subject's own days.
    """

    total: float | None
    low: float | None
    high: float | None
    dimensions: dict[str, float | None]
    method: str | None
    based_on: str | None
    reasons: dict[str, str]


class DimensionScore(Struct, frozen=True):
    score: float | None
    weight: float
    low: float | None
    high: float | None
    source: str
    bonus: float = 0.0


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
    grade: str = "?"


class Note(Struct, frozen=True, omit_defaults=True):
    """Something the reader of a number should know, as a code with its parameters.

    `page` is the one to open that would close a gap of coverage, where one does.
    """

    code: str
    indicator: str | UnsetType = UNSET
    coverage: float | UnsetType = UNSET
    page: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


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


class Countable(Protocol):
    """Copies of the records of one subject: a `History` of objects, or columns (`columns/one_subject.py`)."""

    def viewpoint(self) -> Viewpoint: ...

    def counted(self, plan: Plan, day: int) -> tuple[Facts, Sums]: ...


def score_history(history: Countable, pack: Pack, as_of: int, subject_id: str | None = None) -> Score:
    """The score from copies of records. `as_of` is a day ordinal."""
    known, sums = history.counted(pack.plan, as_of)
    return score(pack, as_of, sums, known, history.viewpoint().calendar, subject_id)


def score(pack: Pack, as_of: int, sums: Sums, known: Facts, calendar: Calendar, subject_id: str | None = None) -> Score:
    """The score from the ledger and the facts known on the day."""
    first, last = as_of - pack.window_days, as_of - 1
    official = known.officials.get(as_of)
    orders, stage, deducted, held = beside(pack, as_of, sums, known, calendar)
    own = own_sums(pack, sums, as_of)
    if stage == "growth":
        ahead = today = _growth(pack, deducted=bool(deducted))
    else:
        ahead = _estimate(pack, known, own, sums, as_of, as_of, calendar, deducted, held)
        today = (
            ahead if official is None else _estimate(pack, known, own, sums, as_of, as_of + 1, calendar, deducted, held)
        )
    dimensions = {} if stage == "growth" else _dimensions(pack, known, official, today, as_of)
    shown = None if official is None else official.total
    total = today.total if shown is None else Banded(shown, shown, shown)
    if stage == "hidden":
        total = UNKNOWN
    consumer = _consumer(pack, stage, official, total.score)
    indicators = _indicators(pack, known, official, own, sums, as_of)
    levels = {"total": total.score, "consumer_score": consumer, **{key: one.score for key, one in dimensions.items()}}
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
        stars=None if consumer is None or not pack.stars else _from_table(pack.stars, consumer),
        official=None if official is None else OfficialTotal(official.id, official.total, official.consumer_score),
        estimate=Estimate(
            ahead.total.score,
            ahead.total.low,
            ahead.total.high,
            {key: one.score for key, one in ahead.dimensions.items()},
            ahead.method,
            ahead.based_on,
            ahead.reasons,
        ),
        dimensions=dimensions,
        indicators=indicators,
        deduction=points_of(deducted),
        deductions=deducted,
        bonus=points_of(held),
        bonuses=held,
        gates=gates(pack, levels, _totals(known, as_of, total.score), known, as_of, absent=stage == "hidden"),
        notes=list(_notes(indicators, today)),
    )


class Beside(NamedTuple):
    """What a score has besides its dimensions."""

    valid_orders: int
    stage: str
    deductions: list[DeductionHeld]
    bonuses: list[BonusHeld]


def beside(pack: Pack, as_of: int, sums: Sums, known: Facts, calendar: Calendar) -> Beside:
    """Stage, deductions and bonuses of a day."""
    first, last = as_of - pack.window_days, as_of - 1
    orders = int(sums.window(pack.valid_orders, first, last).numerator)
    return Beside(
        orders,
        _stage(pack, known, known.officials.get(as_of), orders),
        deductions(pack, known.conducts, first, last, calendar),
        bonuses(pack, sums, known, last, calendar),
    )


def points_of(held: Sequence[DeductionHeld] | Sequence[BonusHeld]) -> float:
    return sum(one.points for one in held)


def expected(pack: Pack, as_of: int, sums: Sums, known: Facts, calendar: Calendar) -> Estimated:
    """The estimate of a day whose official record is not known, for a subject that is in the formal stage."""
    first, last = as_of - pack.window_days, as_of - 1
    deducted = deductions(pack, known.conducts, first, last, calendar)
    held = bonuses(pack, sums, known, last, calendar)
    return _estimate(pack, known, own_sums(pack, sums, as_of), sums, as_of, as_of, calendar, deducted, held)


def _estimate(
    pack: Pack,
    known: Facts,
    own: Mapping[str, Sum],
    sums: Sums,
    as_of: int,
    before: int,
    calendar: Calendar,
    deducted: list[DeductionHeld],
    held: list[BonusHeld],
) -> Estimated:
    values = values_on(pack, known, own, sums, as_of, before)
    return estimate(pack, known, values, sums, as_of, before, calendar, deducted, held)


def _stage(pack: Pack, known: Facts, official: Official | None, orders: int) -> str:
    """The official stage of the day wins; without one the page's own count of orders, where it is larger than ours.

    A creator whose newest official stage is hidden stays hidden until a page says otherwise (C).
    """
    if official is not None:
        if official.stage is not None:
            return official.stage
        orders = max(orders, official.valid_orders_30d or 0)
    if pack.stages.below == "hidden":
        newest = next((one.stage for _, one in sorted(known.officials.items(), reverse=True) if one.stage), None)
        if newest == "hidden":
            return "hidden"
    return pack.stages.below if orders < pack.stages.valid_orders else "formal"


def _growth(pack: Pack, *, deducted: bool) -> Estimated:
    total = pack.stages.growth_total_deducted if deducted else pack.stages.growth_total
    return Estimated(Banded(total, total, total), {}, "growth_stage", None)


def _dimensions(
    pack: Pack, known: Facts, official: Official | None, today: Estimated, as_of: int
) -> dict[str, DimensionScore]:
    shown: dict[str, DimensionScore] = {}
    for key in pack.dimensions:
        page = None if official is None else figure(official, key)
        one = today.dimensions.get(key, UNKNOWN) if page is None else Banded(page, page, page)
        source = "official" if page is not None else ("unknown" if one.score is None else "estimated")
        weight = dimension_weight(pack, known, key, as_of + 1).share
        bonus = 0.0 if page is not None else today.bonuses.get(key, 0.0)
        shown[key] = DimensionScore(one.score, weight, one.low, one.high, source, bonus)
    return shown


def _indicators(
    pack: Pack, known: Facts, official: Official | None, own: Mapping[str, Sum], sums: Sums, as_of: int
) -> dict[str, IndicatorValue]:
    page = official.indicators or {} if official is not None else {}
    values = {key: one.value for key, one in own.items()}
    scores = indicator_scores(pack, known, values, sums, as_of, as_of + 1)
    return {
        one.key: _indicator(
            one, own[one.key], page.get(one.key), scores[one.key], indicator_weight(pack, known, one, as_of + 1)
        )
        for one in pack.indicators
    }


def _indicator(
    rule: Indicator, own: Sum, page: OfficialIndicator | None, score: IndicatorScore, weight: float
) -> IndicatorValue:
    if not own.denominator:
        own = EMPTY
    coverage = own.denominator / page.denominator if page is not None and page.denominator else 1.0
    return IndicatorValue(
        value=own.value,
        numerator=number(own.numerator),
        denominator=own.denominator,
        score=page.score if page is not None and page.score is not None else score.score,
        weight=weight,
        shielded=score.shielded,
        official=None if page is None else OfficialValue(page.value, page.numerator, page.denominator),
        coverage=coverage,
        grade=rule.grade,
    )


def number(exact: Fraction) -> int | float:
    """An exact number as JSON has it: whole where it is whole."""
    return exact.numerator if exact.denominator == 1 else float(exact)


def _consumer(pack: Pack, stage: str, official: Official | None, total: float | None) -> float | None:
    if stage != "formal" or not pack.consumer:
        return None if official is None or stage == "growth" else official.consumer_score
    if official is not None and official.consumer_score is not None:
        return official.consumer_score
    return None if total is None else consumer_of(pack, total)


def consumer_of(pack: Pack, total: float) -> float | None:
    """What the pack's table shows to consumers for a total; None where the pack has no table."""
    return _from_table(pack.consumer, math.floor(round(total, 9) + 0.5)) if pack.consumer else None


def _from_table(table: Iterable[tuple[float, float]], value: float) -> float:
    """The entry of the highest threshold reached; below the lowest, the lowest."""
    rows = sorted(table)
    return next((shown for threshold, shown in reversed(rows) if value >= threshold), rows[0][1])


def _totals(known: Facts, as_of: int, today: float | None) -> dict[int, float]:
    totals = {day: one.total for day, one in known.officials.items() if day < as_of and one.total is not None}
    if today is not None:
        totals[as_of] = today
    return totals


def _notes(indicators: Mapping[str, IndicatorValue], today: Estimated) -> Iterable[Note]:
    if today.from_own_values:
        yield Note("own_values")
    for key, one in indicators.items():
        if one.value is None:
            yield Note("no_cohort", key)  # its weight is shared out among the others of its dimension
        elif one.coverage < 0.9:
            yield Note("low_coverage", key, one.coverage, PAGE_OF_INDICATOR.get(key, UNSET))
