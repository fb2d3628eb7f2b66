"""Services whose bonus is within reach."""

import datetime as dt
import math
from collections.abc import Iterator

from msgspec import convert

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.adjustments import bonuses
from shared_scoring.pack import Bonus
from shared_scoring.records import AnyRecord, Order, ServiceSwitch

_WITHIN_REACH = 0.4  # of the share a bonus asks for, before offering more of it is worth saying


def reach_bonus(scene: Scene) -> Iterator[Candidate]:
    """Bonuses that a switch gives, for a service the shop has used or that any shop may switch on."""
    for rule in _missed(scene):
        if rule.switch is None or (rule.key != "freight_insurance" and not _carried(scene, rule)):
            continue
        on = scene.calendar.start(scene.as_of - rule.switch_days - 1)
        change: list[AnyRecord] = [
            convert({"id": f"koubei:{rule.switch}", "service": rule.switch, "on": True, "at": on}, ServiceSwitch)
        ]
        lacking = _lacking(scene, rule)
        change += [_with(order, rule) for order in lacking]
        yield Candidate(
            "reach_bonus",
            rule.key,
            [Ref("order", order.id) for order in lacking],
            change,
            gain_on=scene.as_of + rule.switch_days + 1,
            params={"bonus": rule.key, "points": rule.points, "count": rule.count_at_least, "missing": "switch"},
        )


def extend_service(scene: Scene) -> Iterator[Candidate]:
    """Bonuses that a share of the orders gives, where the shop is on its way there."""
    for rule in _missed(scene):
        if rule.switch is not None:
            continue
        counted = scene.sums.window(rule.definition, scene.first, scene.as_of - 1)
        needed = max(rule.count_at_least, math.ceil(rule.share_at_least * counted.denominator))
        if not needed or counted.numerator < _WITHIN_REACH * needed:
            continue
        lacking = _lacking(scene, rule)
        yield Candidate(
            "extend_service",
            rule.key,
            [Ref("order", order.id) for order in lacking],
            [_with(order, rule) for order in lacking],
            gain_on=scene.as_of + scene.pack.window_days,
            params={
                "bonus": rule.key,
                "points": rule.points,
                "count": needed,
                "have": int(counted.numerator),
                "missing": "share",
            },
        )


def _missed(scene: Scene) -> list[Bonus]:
    held = {one.key for one in bonuses(scene.pack, scene.sums, scene.known, scene.as_of - 1, scene.calendar)}
    return [rule for rule in scene.pack.bonuses if rule.key not in held]


def _carried(scene: Scene, rule: Bonus) -> bool:
    return any(set(order.services or ()) & set(rule.definition.services) for order, _ in scene.valid)


def _lacking(scene: Scene, rule: Bonus) -> list[Order]:
    """The newest orders that would have to carry the service for the bonus to be held."""
    counted = scene.sums.window(rule.definition, scene.first, scene.as_of - 1)
    needed = max(rule.count_at_least, math.ceil(rule.share_at_least * counted.denominator)) - int(counted.numerator)
    moment = "delivered_at" if rule.definition.cohort == "orders_delivered" else "paid_at"
    orders = [order for order, _ in (scene.delivered if moment == "delivered_at" else scene.paid)]
    without = [order for order in orders if not set(order.services or ()) & set(rule.definition.services)]
    without.sort(key=lambda order: (_moment(order, moment), order.id), reverse=True)
    return without[: max(needed, 0)]


def _moment(order: Order, name: str) -> dt.datetime:
    moment = getattr(order, name)
    return moment if isinstance(moment, dt.datetime) else dt.datetime.min.replace(tzinfo=dt.UTC)


def _with(order: Order, rule: Bonus) -> Order:
    return convert({"id": order.id, "services": [*(order.services or ()), rule.definition.services[0]]}, Order)
