"""How values become scores, where the rules say how: step tables, ranks, shields.

Sources: scoring.md, "Rule packs" and "Low-volume shield".
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared_scoring.facts import Facts
from shared_scoring.learned.days import rank_score
from shared_scoring.pack import Indicator, Pack, Shield
from shared_scoring.records import OfficialIndicator
from shared_scoring.sums import Sum, Sums
from shared_scoring.weights import indicator_weight, pages


class IndicatorScore(NamedTuple):
    """`score` is null where the value or the way from it to a score is not known."""

    score: float | None
    shielded: bool = False


class DimensionResult(NamedTuple):
    score: float | None
    bonus: float = 0.0


def indicator_scores(
    pack: Pack, known: Facts, values: Mapping[str, float | None], sums: Sums, as_of: int, before: int
) -> dict[str, IndicatorScore]:
    """The score of each indicator, from what pages before the day `before` showed of steps and ranks."""
    shields = {shield.indicator: shield for shield in pack.shields}
    return {
        one.key: IndicatorScore(shields[one.key].score, shielded=True)
        if one.key in shields and _is_shielded(pack, known, one, shields[one.key], sums, as_of, before)
        else IndicatorScore(_score(pack, known, one, values.get(one.key), before))
        for one in pack.indicators
    }


def dimension_result(
    pack: Pack,
    known: Facts,
    key: str,
    scores: Mapping[str, IndicatorScore],
    values: Mapping[str, float | None],
    sums: Sums,
    as_of: int,
    before: int,
) -> DimensionResult:
    """The weighted mean of the indicators that have a value; the weight of the others is shared out among them."""
    members = [one for one in pack.indicators if one.dimension == key]
    counted = [one for one in members if values.get(one.key) is not None or scores[one.key].shielded]
    weights = {one.key: indicator_weight(pack, known, one, before) for one in counted}
    mean = None if pack.response.kind == "unpublished" else weighted_mean(counted, scores, weights)
    if mean is None:
        return DimensionResult(None)
    bonus = dimension_bonuses(pack, sums, as_of).get(key, 0.0)
    return DimensionResult(min(mean + bonus, pack.response.scale[1]) if bonus else mean, bonus)


def dimension_bonuses(pack: Pack, sums: Sums, as_of: int) -> dict[str, float]:
    """The points that dimensions hold beside their indicators."""
    first, last = as_of - pack.window_days, as_of - 1
    return {
        key: one.bonus.points
        for key, one in pack.dimensions.items()
        if one.bonus is not None
        and sums.window(one.bonus.definition, first, last).numerator >= one.bonus.count_at_least
    }


def weighted_mean(
    counted: Sequence[Indicator], scores: Mapping[str, IndicatorScore], weights: Mapping[str, float]
) -> float | None:
    """Null where one of the scores is not known, or nothing weighs anything."""
    if any(scores[one.key].score is None for one in counted) or not (whole := sum(weights[one.key] for one in counted)):
        return None
    return sum(weights[one.key] * (scores[one.key].score or 0) for one in counted) / whole


def _score(pack: Pack, known: Facts, indicator: Indicator, value: float | None, before: int) -> float | None:
    low, high = pack.response.scale
    match pack.response.kind:
        case "rank":
            shown = _newest(pack, known, indicator, "better_than", before)
            return None if value is None or shown is None else rank_score(pack, shown.better_than or 0)
        case "steps" if value is not None:
            if indicator.unit == "points":
                return min(max(value, low), high)
            page = _newest(pack, known, indicator, "steps", before)
            steps: Sequence[tuple[float, float]] = indicator.steps if page is None else page.steps or ()
            return _step(steps, value, indicator, low) if steps else None
    return None


def _newest(pack: Pack, known: Facts, indicator: Indicator, field: str, before: int) -> OfficialIndicator | None:
    for page in pages(pack, known, before):
        shown = (page.indicators or {}).get(indicator.key)
        if shown is not None and getattr(shown, field) is not None:
            return shown
    return None


def _step(steps: Sequence[tuple[float, float]], value: float, indicator: Indicator, lowest: float) -> float:
    """The best step reached; the lowest score where none is."""
    higher = indicator.better == "higher"
    reached = [score for threshold, score in steps if (value >= threshold if higher else value <= threshold)]
    return max(reached, default=lowest)


def _is_shielded(
    pack: Pack, known: Facts, indicator: Indicator, shield: Shield, sums: Sums, as_of: int, before: int
) -> bool:
    own = sums.window(indicator.definition, *pack.indicator_window(indicator, as_of))
    if shield.cohort_at_most is not None:
        return 0 < own.denominator <= shield.cohort_at_most
    # Own records may be a fragment of the shop; what the page counted last is not.
    page = next((one.valid_orders_30d for one in pages(pack, known, before) if one.valid_orders_30d is not None), 0)
    orders = max(int(sums.window(pack.valid_orders, as_of - pack.window_days, as_of - 1).numerator), page)
    if orders >= (shield.orders_below_special if _is_special(pack, known) else shield.orders_below):
        return False
    bad = own if shield.bad is None else sums.window(shield.bad, *pack.indicator_window(indicator, as_of))
    return own.denominator > 0 and bad.numerator <= shield.bad_at_most


def _is_special(pack: Pack, known: Facts) -> bool:
    subject = known.subject
    return subject is not None and (subject.industry in pack.special_industries or subject.shop_type == "flagship")


def own_sums(pack: Pack, sums: Sums, as_of: int) -> dict[str, Sum]:
    """The own sum of each indicator over its window."""
    return {
        one.key: sums.window(one.definition, *pack.indicator_window(one, as_of), half_life=pack.half_life_days)
        for one in pack.indicators
    }
