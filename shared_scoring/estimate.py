"""What the score of a day will be, made without that day's own official record.

Where the rules say how values become a score, it is computed. Where they do not (since 2026-09-08), it is what the
response learned from the subject's own days makes of its values; a dimension without a believed response, or without
the step table that it needs, is carried forward from the newest earlier official day. Deductions and bonuses are rolled
exactly. The band of a carried figure is what the subject's own official days moved over the same number of days.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shared_scoring.adjustments import BonusHeld, DeductionHeld, bonuses, deductions
from shared_scoring.calendar import Calendar, iso
from shared_scoring.facts import Facts
from shared_scoring.learned.figures import DEFAULT_CURVE, LEARNED
from shared_scoring.learned.ranks import Ranked, ranked
from shared_scoring.learned.response import Response, learn
from shared_scoring.pack import Pack
from shared_scoring.records import Official
from shared_scoring.response import DimensionResult, dimension_result, indicator_scores
from shared_scoring.sums import Sums
from shared_scoring.weights import dimension_weight

CARRIED = "carried_forward"
_OWN_PAIRS = 5  # fewer pairs of days say too little of how far the score moves
_BAND = 0.8
_SEEN = 0.9  # of the orders: with less, a share among them is not the shop's


class Banded(Struct, frozen=True):
    """A figure with its 80 % band, in points; all null where it is not known."""

    score: float | None
    low: float | None
    high: float | None


class Estimated(Struct, frozen=True):
    """An estimate with its method, for whoever shows it. `based_on` is the official day it starts from.

    `reasons` says by dimension, as a code, why no response is believed. `from_own_values`: what it rests on was learned
    from what the own records count, because the pages show no values.
    """

    total: Banded
    dimensions: dict[str, Banded]
    method: str | None
    based_on: str | None
    bonuses: dict[str, float] = {}  # points a dimension holds beside its indicators
    reasons: dict[str, str] = {}
    from_own_values: bool = False


UNKNOWN = Banded(None, None, None)


def estimate(
    pack: Pack,
    known: Facts,
    values: Mapping[str, float | None],
    sums: Sums,
    as_of: int,
    before: int,
    calendar: Calendar,
    deducted: Sequence[DeductionHeld],
    held: Sequence[BonusHeld],
    *,
    ranks_move: bool = True,
) -> Estimated:
    """From what pages before the day `before` showed: computed, learned or carried forward.

    Without `ranks_move` a rank stays as it was shown last, whatever its value.
    """
    if pack.response.kind == "unpublished":
        return _learned(pack, known, values, sums, as_of, before, calendar, deducted, held)
    scores = indicator_scores(pack, known, values, sums, as_of, before)
    results: dict[str, DimensionResult] = {
        key: dimension_result(pack, known, key, scores, values, sums, as_of, before) for key in pack.dimensions
    }
    moves = pack.response.kind == "rank" and ranks_move
    if any(result.score is None for result in results.values()):
        if moves:
            return _learned(pack, known, values, sums, as_of, before, calendar, deducted, held)
        return _carry_forward(pack, known, as_of, before, calendar)
    adjustment = sum(one.points for one in held) - sum(one.points for one in deducted)
    shown = {key: one.score for key, one in scores.items() if one.score is not None}
    found = ranked(pack, known, shown, values, as_of, before) if moves else None
    if found is None:
        return _computed(pack, known, results, before, adjustment)
    dimensions = {key: Banded(*band) for key, band in found.dimensions.items()}
    return _with_width(pack, known, before, _mean(pack, known, dimensions, before, adjustment), dimensions, found)


def _with_width(
    pack: Pack, known: Facts, before: int, total: Banded | None, dimensions: dict[str, Banded], found: Ranked
) -> Estimated:
    """An estimate whose band is wider where the weights of the dimensions are not published."""
    own = found.from_own_values
    if total is None or total.score is None or total.low is None or total.high is None:
        return Estimated(UNKNOWN, dimensions, found.method, None, from_own_values=own)
    published = all(dimension_weight(pack, known, key, before).published for key in pack.dimensions)
    width = 0.0 if published else pack.response.band
    low, high = pack.scale
    banded = Banded(total.score, max(total.low - width, low), min(total.high + width, high))
    return Estimated(banded, dimensions, found.method, None, from_own_values=own)


def _learned(
    pack: Pack,
    known: Facts,
    values: Mapping[str, float | None],
    sums: Sums,
    as_of: int,
    before: int,
    calendar: Calendar,
    deducted: Sequence[DeductionHeld],
    held: Sequence[BonusHeld],
) -> Estimated:
    carried = _carry_forward(pack, known, as_of, before, calendar)
    response = learn(pack, known, before)
    reasons = {key: one.reason for key, one in response.items() if one.reason is not None}
    reasons |= {str(key): "no_official_days" for key in pack.dimensions if key not in response}
    newest = known.newest_official(before)
    if newest is None or not any(one.believed for one in response.values()):
        return Estimated(carried.total, carried.dimensions, carried.method, carried.based_on, reasons=reasons)
    dimensions = dict(carried.dimensions)
    for key, one in response.items():
        band = one.at(values, as_of) if one.believed else None
        if band is not None:
            dimensions[key] = Banded(band.mid, band.low, band.high)
        elif one.believed:
            reasons[key] = "cohort_changed"
    rest = _beside(pack, known, newest, sums, as_of, calendar, held)
    if rest is None:
        rest = sum(one.points for one in held) - sum(one.points for one in deducted)
    total = _mean(pack, known, dimensions, before, rest)
    if total is None:
        total = carried.total
    own = any(one.from_own_values and key not in reasons for key, one in response.items())
    return Estimated(
        total, dimensions, _method(response, reasons), iso(newest[0]), reasons=reasons, from_own_values=own
    )


def _method(response: Response, reasons: Mapping[str, str]) -> str:
    """The best that any dimension rests on; `reasons` names those that rest on less."""
    found = {one.method for key, one in response.items() if key not in reasons}
    return next((one for one in (LEARNED, DEFAULT_CURVE) if one in found), CARRIED)


def _beside(
    pack: Pack,
    known: Facts,
    newest: tuple[int, Official],
    sums: Sums,
    as_of: int,
    calendar: Calendar,
    held: Sequence[BonusHeld],
) -> float | None:
    """Points of the total beside its dimensions: those of the official day, and what has changed of them since.

    None where that day does not tell them apart. A share of orders that a bonus asks for is not that of a fragment.
    """
    low, high = pack.scale
    day, page = newest
    shown = {str(key): figure(page, key) for key in pack.dimensions}
    if page.total is None or not low < page.total < high or any(one is None for one in shown.values()):
        return None
    shares = _shares(pack, known, day + 1)
    rest = page.total - sum(shares[key] * (one or 0.0) for key, one in shown.items())
    rest += _deducted(pack, known, day, calendar) - _deducted(pack, known, as_of, calendar)
    past = sums if sums.earlier is None else sums.earlier(day)
    orders = past.window(pack.valid_orders, day - pack.window_days, day - 1).numerator
    if orders >= _SEEN * (page.valid_orders_30d or 0):
        then = bonuses(pack, past, known, day - 1, calendar)
        rest += sum(one.points for one in held) - sum(one.points for one in then)
    return rest


def _shares(pack: Pack, known: Facts, before: int) -> dict[str, float]:
    weights = {str(key): dimension_weight(pack, known, key, before).share for key in pack.dimensions}
    return {key: weight / (sum(weights.values()) or 1) for key, weight in weights.items()}


def _mean(pack: Pack, known: Facts, dimensions: Mapping[str, Banded], before: int, rest: float) -> Banded | None:
    """The total of dimensions that err by themselves."""
    low, high = pack.scale
    mid, below, above = rest, 0.0, 0.0
    for key, share in _shares(pack, known, before).items():
        one = dimensions[key]
        if one.score is None or one.low is None or one.high is None:
            return None
        mid += share * one.score
        below += (share * (one.score - one.low)) ** 2
        above += (share * (one.high - one.score)) ** 2
    ends = (mid, mid - below**0.5, mid + above**0.5)
    return Banded(*(min(max(one, low), high) for one in ends))


def _computed(
    pack: Pack, known: Facts, results: Mapping[str, DimensionResult], before: int, adjustment: float
) -> Estimated:
    weights = {key: dimension_weight(pack, known, key, before) for key in pack.dimensions}
    share = sum(weight.share for weight in weights.values())
    mean = sum(weight.share * (results[key].score or 0) for key, weight in weights.items()) / share
    low, high = pack.scale
    total = min(max(mean + adjustment, low), high)
    width = 0.0 if all(weight.published for weight in weights.values()) else pack.response.band
    return Estimated(
        Banded(total, max(total - width, low), min(total + width, high)),
        {key: Banded(result.score, result.score, result.score) for key, result in results.items()},
        pack.response.kind,
        None,
        {key: result.bonus for key, result in results.items() if result.bonus},
    )


def _carry_forward(pack: Pack, known: Facts, as_of: int, before: int, calendar: Calendar) -> Estimated:
    """The newest official day before `before`, carried to `as_of`. All null where there is none."""
    newest = known.newest_official(before)
    if newest is None:
        return Estimated(UNKNOWN, {str(key): UNKNOWN for key in pack.dimensions}, None, None)
    day, official = newest
    gap = max(as_of - day, 1)
    low, high = pack.scale
    dimensions: dict[str, Banded] = {
        key: _banded(figure(official, key), _moves(known, gap, key, before), pack, gap, pack.response.scale)
        for key in pack.dimensions
    }
    total = official.total
    if total is not None:
        since = _deducted(pack, known, day, calendar) - _deducted(pack, known, as_of, calendar)
        total = min(max(total + since, low), high)
    band = _banded(total, _moves(known, gap, "total", before), pack, gap, pack.scale)
    return Estimated(band, dimensions, "carried_forward", iso(day))


def _deducted(pack: Pack, known: Facts, as_of: int, calendar: Calendar) -> float:
    held = deductions(pack, known.conducts, as_of - pack.window_days, as_of - 1, calendar)
    return sum(one.points for one in held)


def figure(official: Official, key: str) -> float | None:
    """`total` or a dimension's score of an official day."""
    if key == "total":
        return official.total
    dimension = getattr(official.dimensions, key, None)
    return None if dimension is None else dimension.score


def _moves(known: Facts, gap: int, key: str, before: int) -> list[float]:
    """How far the official figure moved over `gap` days, each pair of days known before `before` once, sorted."""
    moves = []
    for day, official in known.officials.items():
        later = known.officials.get(day + gap)
        if later is None or day + gap >= before:
            continue
        one, other = figure(official, key), figure(later, key)
        if one is not None and other is not None:
            moves.append(abs(other - one))
    return sorted(moves)


def _banded(score: float | None, moves: list[float], pack: Pack, gap: int, scale: tuple[float, float]) -> Banded:
    if score is None:
        return UNKNOWN
    width = pack.response.band * gap**0.5
    if len(moves) >= _OWN_PAIRS:
        width = moves[min(int(_BAND * len(moves)), len(moves) - 1)]
    return Banded(score, max(score - width, min(scale[0], score)), min(score + width, max(scale[1], score)))
