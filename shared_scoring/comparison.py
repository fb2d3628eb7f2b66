"""What another pack would make of the same day: both scores side by side, and what differs between them."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from shared_scoring.pack import Indicator, Pack
from shared_scoring.score import Score

Change = Literal["same", "changed", "added", "removed"]


class Figure(Struct, frozen=True):
    """`change` is `after` − `before`, null where either is not known."""

    before: float | None
    after: float | None
    change: float | None


class IndicatorCompared(Struct, frozen=True):
    """`rule` says whether the packs define it alike: `added` and `removed` are in one pack only.

    `share` is the part of the total, dimension and indicator weight together.
    """

    rule: Change
    value: Figure
    score: Figure
    share: Figure


class Comparison(Struct, frozen=True):
    """`total` and `dimensions` are the estimates under each pack: the official figures are of one pack alone."""

    rules: tuple[str, str]
    as_of: str
    total: Figure
    deduction: Figure
    bonus: Figure
    dimensions: dict[str, Figure]
    indicators: dict[str, IndicatorCompared]
    before: Score
    after: Score


def compare(before: tuple[Pack, Score], after: tuple[Pack, Score]) -> Comparison:
    """Two scores of one subject and day, each under its pack."""
    (old_pack, old), (new_pack, new) = before, after
    indicators = [{one.key: one for one in pack.indicators} for pack in (old_pack, new_pack)]
    return Comparison(
        rules=(old.rules, new.rules),
        as_of=old.as_of,
        total=_figure(old.estimate.total, new.estimate.total),
        deduction=_figure(old.deduction, new.deduction),
        bonus=_figure(old.bonus, new.bonus),
        dimensions={
            key: _figure(old.estimate.dimensions.get(key), new.estimate.dimensions.get(key))
            for key in dict.fromkeys([*old_pack.dimensions, *new_pack.dimensions])
        },
        indicators={
            key: _indicator(key, indicators[0], indicators[1], old, new)
            for key in dict.fromkeys([*indicators[0], *indicators[1]])
        },
        before=old,
        after=new,
    )


def _figure(before: float | None, after: float | None) -> Figure:
    return Figure(before, after, None if before is None or after is None else after - before)


def _indicator(
    key: str, old_rules: Mapping[str, Indicator], new_rules: Mapping[str, Indicator], old: Score, new: Score
) -> IndicatorCompared:
    before, after = old.indicators.get(key), new.indicators.get(key)
    return IndicatorCompared(
        _rule(old_rules.get(key), new_rules.get(key)),
        _figure(None if before is None else before.value, None if after is None else after.value),
        _figure(None if before is None else before.score, None if after is None else after.score),
        _figure(_share(old_rules.get(key), old), _share(new_rules.get(key), new)),
    )


def _rule(before: Indicator | None, after: Indicator | None) -> Change:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    alike = before.definition == after.definition and before.window_days == after.window_days
    return "same" if alike else "changed"


def _share(indicator: Indicator | None, score: Score) -> float | None:
    if indicator is None:
        return None
    dimension = score.dimensions.get(indicator.dimension)
    return None if dimension is None else dimension.weight * score.indicators[indicator.key].weight
