"""For creators: partner shops and products that drag the score."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.actions.shares import Share, is_worse, percent
from shared_scoring.case import Case
from shared_scoring.records import Line, Order

_LOW = 3  # praise starts at four stars
_FEWEST = 10
_MOST_SHARE = 0.5  # whoever sells half of it cannot simply be dropped
_MOST = 5
_OUT: tuple[str, ...] = ("abnormal",)


class _Group(NamedTuple):
    name: str
    orders: list[tuple[Order, Case]]
    bad: int
    returns: int


def drop_partner(scene: Scene) -> Iterator[Candidate]:
    """Partner shops whose orders end badly more often than the others', the worst first."""
    return _drop(scene, "drop_partner", "merchant")


def drop_product(scene: Scene) -> Iterator[Candidate]:
    """The same for single products."""
    return _drop(scene, "drop_product", "product")


def _drop(scene: Scene, kind: str, of: str) -> Iterator[Candidate]:
    if scene.viewpoint.creator is None:
        return
    groups = _groups(scene, of)
    whole = Share(
        sum(_is_bad(case) for _, case in scene.paid),
        len(scene.paid),
    )
    worst = []
    for group in groups:
        own = Share(sum(_is_bad(case) for _, case in group.orders), len(group.orders))
        if own.whole < _FEWEST or own.whole > _MOST_SHARE * whole.whole or not is_worse(own, whole.without(own)):
            continue
        worst.append((own.bad - whole.without(own).rate * own.whole, group))
    worst.sort(key=lambda one: (-one[0], one[1].name))
    for _, group in worst[:_MOST]:
        shown = scene.known.products.get(group.name)
        partner = scene.partners.get(group.name)
        name = (shown and shown.name) or (partner and partner.name) or group.name
        yield Candidate(
            kind,
            group.name,
            [Ref("order", order.id) for order, _ in group.orders],
            [Order(id=order.id, excluded=["abnormal"]) for order, _ in group.orders],
            gain_on=scene.as_of + scene.pack.window_days,
            params={
                of: name,
                "share": percent(len(group.orders) / max(whole.whole, 1)),
                "bad": group.bad,
                "returns": group.returns,
            },
        )


def _groups(scene: Scene, of: str) -> list[_Group]:
    """Orders paid in the window by whose goods the creator's own lines are."""
    found: defaultdict[str, list[tuple[Order, Case]]] = defaultdict(list)
    for order, case in scene.paid:
        own = [line for line in order.lines or () if line.creator_id == scene.viewpoint.creator]
        for name in sorted({id_ for line in own if (id_ := _id(line, of))}):
            found[name].append((order, case))
    return [
        _Group(
            name,
            orders,
            sum(any((one.stars or 5) <= _LOW for one in case.reviews) for _, case in orders),
            sum(case.first_reason == "quality" for _, case in orders),
        )
        for name, orders in sorted(found.items())
    ]


def _id(line: Line, of: str) -> str | None:
    return line.merchant_id if of == "merchant" else line.product_id


def _is_bad(case: Case) -> bool:
    rated = any((one.stars or 5) <= _LOW for one in case.reviews if one.counts is not False)
    complained = any(one.via == "complaint" for one in case.helps)
    return rated or complained or case.first_reason == "quality"
