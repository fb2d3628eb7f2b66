"""A product before it is taken on: its shop's score, its own rates, and what so many orders of it would do."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from shared_scoring.actions.products import limit_of
from shared_scoring.actions.scene import Scene
from shared_scoring.case import Case
from shared_scoring.ledger import State
from shared_scoring.measures import HITS
from shared_scoring.pack import Indicator
from shared_scoring.pack_base import Words
from shared_scoring.records import Line, Order
from shared_scoring.what_if import WhatIf

_FEWEST = 10  # own orders, before they say more than the page
_PARTS = 1_000_000
_SHOP_LINE, _GOODS_LINE, _PRAISE_LINE = 70.0, 65.0, 0.7

WARNINGS: dict[str, Words] = {
    "shop_below_line": Words("店铺总分低于精选联盟门槛 {line:g}", "the shop's total is below the alliance's {line:g}"),
    "goods_below_line": Words("店铺商品分低于 {line:g}", "the shop's goods score is below {line:g}"),
    "above_limit": Words("品质退货率高于上限 {line:.2%}", "quality returns are above the limit of {line:.2%}"),
    "below_praise": Words("好评率低于 {line:.0%}", "praise is below {line:.0%}"),
    "worse_than_own": Words("会拉低你的分数", "it would lower your score"),
    "little_known": Words("还没有这个商品的数据", "nothing is known of this product yet"),
}


class Merchant(Struct, frozen=True):
    """The shop as its card last showed it."""

    merchant_id: str
    name: str | None
    date: str | None
    total: float | None
    goods: float | None
    logistics: float | None
    service: float | None


class Rates(Struct, frozen=True):
    """Fractions; `basis`: `own` orders, what the `page` showed, or `unknown`."""

    basis: str
    orders: int
    quality_return: float | None
    praise: float | None
    limit: float | None


class Warned(Struct, frozen=True):
    code: str
    text: str


class ProductCheck(Struct, frozen=True, kw_only=True):
    """`total` with its band is what `orders` further orders like these would do to the score; null where not known."""

    product_id: str | None
    merchant: Merchant | None
    rates: Rates
    orders: int
    total: float | None
    low: float | None
    high: float | None
    moves: dict[str, float]
    warnings: list[Warned]


def check_product(
    scene: Scene, product_id: str | None, merchant_id: str | None, orders: int, lang: str = "zh"
) -> ProductCheck:
    """Look at a product of a shop, or at a shop as a whole, before `orders` orders of it are sold."""
    merchant_id = merchant_id or _merchant_of(scene, product_id)
    own = [pair for pair in scene.paid if any(_is_of(line, product_id, merchant_id) for line in pair[0].lines or ())]
    rates = _rates(scene, product_id, own)
    state = _like_own(scene, own, orders) if rates.basis == "own" else _like_page(scene, rates, orders)
    answer = scene.ground.answer(state) if state else None
    merchant = _merchant(scene, merchant_id)
    return ProductCheck(
        product_id=product_id,
        merchant=merchant,
        rates=rates,
        orders=orders,
        total=None if answer is None else answer.delta.total,
        low=None if answer is None else answer.delta.low,
        high=None if answer is None else answer.delta.high,
        moves={} if answer is None else answer.moves,
        warnings=list(_warnings(rates, merchant, answer, lang)),
    )


def _is_of(line: Line, product_id: str | None, merchant_id: str | None) -> bool:
    return line.product_id == product_id if product_id is not None else line.merchant_id == merchant_id


def _merchant_of(scene: Scene, product_id: str | None) -> str | None:
    known = None if product_id is None else scene.known.products.get(product_id)
    if known is not None and known.merchant_id is not None:
        return known.merchant_id
    sold = (line for order, _ in scene.paid for line in order.lines or () if line.product_id == product_id)
    return next((line.merchant_id for line in sold if line.merchant_id is not None), None)


def _merchant(scene: Scene, merchant_id: str | None) -> Merchant | None:
    if merchant_id is None:
        return None
    one = scene.partners.get(merchant_id)
    if one is None:
        return Merchant(merchant_id, None, None, None, None, None, None)
    date = None if one.date is None else one.date.isoformat()
    return Merchant(merchant_id, one.name, date, one.total, one.goods, one.logistics, one.service)


def _rates(scene: Scene, product_id: str | None, own: list[tuple[Order, Case]]) -> Rates:
    limit = None if product_id is None else limit_of(scene, product_id)
    if len(own) >= _FEWEST:
        stars = [one.stars for _, case in own for one in case.reviews if one.stars is not None]
        returned = sum(case.first_reason == "quality" for _, case in own)
        praise = sum(one > 3 for one in stars) / len(stars) if stars else None
        return Rates("own", len(own), returned / len(own), praise, limit)
    shown = None if product_id is None else scene.known.product_days.get(product_id)
    if shown is not None and (shown[1].quality_return is not None or shown[1].praise is not None):
        return Rates("page", len(own), shown[1].quality_return, shown[1].praise, limit)
    return Rates("unknown", len(own), None, None, limit)


def _like_own(scene: Scene, own: Iterable[tuple[Order, Case]], orders: int) -> State:
    """What orders like the own ones add, on average, put on the last day of the window."""
    sums: defaultdict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    count = 0
    for _, case in own:
        count += 1
        for (series, _, parts), (top, bottom) in scene.pack.plan.contributions(case, scene.calendar).items():
            sums[series][0] += Fraction(top, parts)
            sums[series][1] += bottom
    return {
        (series, scene.as_of - 1, _PARTS): (round(top * orders * _PARTS / count), round(bottom * orders / count))
        for series, (top, bottom) in sums.items()
    }


def _like_page(scene: Scene, rates: Rates, orders: int) -> State:
    """What the rates of the page add; of everything else the product is taken to be like the others."""
    state: State = {}
    for indicator in scene.pack.indicators:
        rate = _rate_of(indicator, rates)
        if rate is None:
            continue
        definition, day = indicator.definition, scene.as_of - 1
        hits = round(rate * orders * _PARTS)
        if definition.measure in HITS:
            state[definition.series, day, _PARTS] = (hits, 0)
            state[definition.whole.series, day, 1] = (orders, orders)
        else:
            state[definition.series, day, _PARTS] = (hits, orders)
    return state


def _rate_of(indicator: Indicator, rates: Rates) -> float | None:
    definition = indicator.definition
    if definition.measure == "first_reason" and definition.reasons == ("quality",):
        return rates.quality_return
    return rates.praise if definition.measure == "praise" and definition.rating in {None, "stars"} else None


def _warnings(rates: Rates, merchant: Merchant | None, answer: WhatIf | None, lang: str) -> Iterable[Warned]:
    limit = rates.limit
    found = {
        "shop_below_line": (merchant is not None and _below(merchant.total, _SHOP_LINE), _SHOP_LINE),
        "goods_below_line": (merchant is not None and _below(merchant.goods, _GOODS_LINE), _GOODS_LINE),
        "above_limit": (limit is not None and rates.quality_return is not None and rates.quality_return > limit, limit),
        "below_praise": (_below(rates.praise, _PRAISE_LINE), _PRAISE_LINE),
        "worse_than_own": (answer is not None and (answer.delta.total or 0.0) < 0, None),
        "little_known": (rates.basis == "unknown", None),
    }
    for code, (holds, line) in found.items():
        if holds:
            words = WARNINGS[code]
            yield Warned(code, words.said(lang).format(line=line))


def _below(value: float | None, line: float) -> bool:
    return value is not None and value < line
