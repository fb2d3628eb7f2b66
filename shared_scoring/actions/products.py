"""Products that come back more often than the others: fix or pause, inspect, pack better, describe better."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.actions.shares import Share, excess, is_worse, percent
from shared_scoring.case import Case
from shared_scoring.product_limits import all_limits
from shared_scoring.records import AfterSale, AnyRecord, Order, Review

_LIMIT = 0.05  # above it a product is in danger whatever its category allows (C)
_FEWEST_BAD = 3
_TWICE = 2.0
_UNLIKE = {"size", "not_as_described"}
_LOW = 2

Orders = list[tuple[Order, Case]]
Reason = Callable[[Case], AfterSale | None]


class _Compared(NamedTuple):
    """A product's orders, how many of them came back for a reason, and the other products'."""

    product: str
    orders: Orders
    own: Share
    rest: Share


def _first_for(*classes: str) -> Reason:
    def found(case: Case) -> AfterSale | None:
        return case.first_after_sale if case.first_reason in classes else None

    return found


_QUALITY, _DAMAGE = _first_for("quality"), _first_for("damage")


def fix_product(scene: Scene) -> Iterator[Candidate]:
    """Products above their category's limit, or above five in a hundred."""
    for one in _compared(scene.delivered, _QUALITY):
        limit = limit_of(scene, one.product)
        if one.own.bad >= _FEWEST_BAD and one.own.rate > limit:
            yield _candidate(scene, "fix_product", one, _QUALITY, limit=percent(limit), rest=percent(one.rest.rate))


def inspect_product(scene: Scene) -> Iterator[Candidate]:
    """Products within their limit that come back for quality clearly more often than the others."""
    for one in _compared(scene.delivered, _QUALITY):
        if _stands_out(one) and one.own.rate <= limit_of(scene, one.product):
            yield _candidate(scene, "inspect_product", one, _QUALITY)


def improve_packaging(scene: Scene) -> Iterator[Candidate]:
    """Products that arrive damaged clearly more often than the others."""
    for one in _compared(scene.paid, _DAMAGE):
        if _stands_out(one):
            yield _candidate(scene, "improve_packaging", one, _DAMAGE)


def improve_description(scene: Scene) -> Iterator[Candidate]:
    """Products whose buyers say that size or description misled them, and rated them low for it."""
    for one in _compared(scene.delivered, _first_for(*_UNLIKE)):
        if not _stands_out(one):
            continue
        misled = [case for _, case in one.orders if _first_for(*_UNLIKE)(case) is not None]
        low = [
            review
            for case in misled
            for review in case.reviews
            if review.stars is not None and review.stars <= _LOW and review.counts is not False
        ]
        if not low:
            continue
        usual = _usual_stars(one.orders)
        yield Candidate(
            "improve_description",
            one.product,
            [Ref("review", review.id) for review in low],
            [Review(id=review.id, stars=usual) for review in low],
            gain_on=scene.as_of + scene.pack.window_days,
            params={"product": _name(scene, one.product), "bad": one.own.bad, "reviews": len(low)},
        )


def _usual_stars(orders: Orders) -> int:
    stars = [one.stars for _, case in orders for one in case.reviews if one.stars is not None and one.stars > _LOW]
    return round(sum(stars) / len(stars)) if stars else 4


def _compared(orders: Orders, reason: Reason) -> Iterator[_Compared]:
    products: defaultdict[str, Orders] = defaultdict(list)
    for order, case in orders:
        for product in sorted({line.product_id for line in order.lines or () if line.product_id and not line.gift}):
            products[product].append((order, case))
    whole = _share(orders, reason)
    for product, own in sorted(products.items()):
        share = _share(own, reason)
        yield _Compared(product, own, share, whole.without(share))


def _share(orders: Orders, reason: Reason) -> Share:
    return Share(sum(reason(case) is not None for _, case in orders), len(orders))


def _stands_out(one: _Compared) -> bool:
    return one.own.bad >= _FEWEST_BAD and one.own.rate > _TWICE * one.rest.rate and is_worse(one.own, one.rest)


def limit_of(scene: Scene, product: str) -> float:
    """The limit the page showed for the product, else its category's, never above five in a hundred."""
    shown = scene.known.product_days.get(product)
    limit = None if shown is None else shown[1].limit
    if limit is None and (known := scene.known.products.get(product)) is not None and known.category:
        tables = {gate.products.limits for gate in scene.pack.gates if gate.products is not None}
        found = (all_limits()[table].of(known.category) for table in sorted(filter(None, tables)))
        limit = next((one for one in found if one is not None), None)
    return _LIMIT if limit is None else min(float(limit), _LIMIT)


def _name(scene: Scene, product: str) -> str:
    known = scene.known.products.get(product)
    return known.name if known is not None and known.name else product


def _candidate(scene: Scene, kind: str, one: _Compared, reason: Reason, **params: str) -> Candidate:
    """Success means that the product comes back no more often than the others: the newest returns would be spared."""
    returned = [found for _, case in one.orders if (found := reason(case)) is not None]
    returned.sort(key=lambda found: (found.applied_at.timestamp() if found.applied_at else 0.0, found.id))
    spared = returned[-max(excess(one.own, one.rest), 1) :]
    change: list[AnyRecord] = [AfterSale(id=found.id, exempt=True) for found in spared]
    shown: dict[str, str | int | float] = {
        "product": _name(scene, one.product),
        "count": one.own.whole,
        "bad": one.own.bad,
        "rate": percent(one.own.rate),
        "times": round(one.own.rate / one.rest.rate, 1) if one.rest.rate else one.own.bad,
        **params,
    }
    return Candidate(
        kind,
        one.product,
        [Ref("after_sale", found.id) for found in spared],
        change,
        gain_on=scene.as_of + scene.pack.window_days,
        params=shown,
    )
