"""How much each indicator and each dimension weighs for a subject on a day.

The page's newest word of this pack's time wins, then what was published for the subject's industry, then the pack's
own default. Source: scoring.md, "Rule packs".
"""

from collections.abc import Iterable
from typing import NamedTuple

from shared_scoring.facts import Facts
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import Official


class Weight(NamedTuple):
    """`published` is False for a default of ours."""

    share: float
    published: bool


def pages(pack: Pack, known: Facts, before: int) -> Iterable[Official]:
    """The official days of this pack's time before a day, newest first: one seen under another pack is no guide."""
    return (page for day, page in known.of_time(pack) if day < before)


def dimension_weight(pack: Pack, known: Facts, key: str, before: int) -> Weight:
    for page in pages(pack, known, before):
        shown = getattr(page.dimensions, key, None)
        if shown is not None and shown.weight is not None:
            return Weight(float(shown.weight), published=True)
    subject = known.subject
    for row in pack.dimension_weights:
        if subject is not None and row.industry == subject.industry and row.cross_border == bool(subject.cross_border):
            return Weight(row.weights[key], published=True)  # type: ignore[index]  # key is one of the pack's
    return Weight(pack.dimensions[key].weight, published=pack.dimensions[key].grade != "?")  # type: ignore[index]


def indicator_weight(pack: Pack, known: Facts, indicator: Indicator, before: int) -> float:
    """The share inside the dimension, an equal one where nothing was published."""
    for page in pages(pack, known, before):
        shown = (page.indicators or {}).get(indicator.key)
        if shown is not None and shown.weight is not None:
            return float(shown.weight)
    subject = known.subject
    for row in pack.indicator_weights:
        if subject is not None and row.industry == subject.industry and row.shop_type in (subject.shop_type, "general"):
            share = row.weights.get(indicator.key)
            if share is not None:
                return share
    if indicator.weight is not None:
        return indicator.weight
    return 1 / sum(other.dimension == indicator.dimension for other in pack.indicators)
