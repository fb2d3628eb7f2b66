"""Shops of another making: for checking only. No constant of koubei was chosen by looking at them.

Other assumptions throughout: good and bad weeks instead of wandering levels, bursts of orders, waits with heavy tails,
stars that depend on the product, and a platform that sets its marks anew every Monday from the peers' last weeks. A
score runs along a smooth curve between the marks; a dimension is a mean of its indicators with a penalty on how unlike
they are.
"""

import math
import random
from collections.abc import Mapping
from typing import Any, Final

from tests.worlds import counting
from tests.worlds.clock import DAY, HOUR, iso, ordinal
from tests.worlds.world import DIMENSIONS, World

Record = dict[str, Any]
START: Final = ordinal("2026-09-10")
_WARM_UP = 34
_SHARES: Final = [(0.4, 0.3, 0.3), (0.3, 0.4, 0.3), (0.55, 0.2, 0.25)]
# Best, usual and worst of the peers at the beginning.
_MARKS: Final[dict[str, tuple[float, float, float]]] = {
    "goods.rating": (4.97, 4.75, 4.3),
    "goods.quality_return": (0.0, 0.009, 0.035),
    "logistics.pickup_seconds": (4 * 3600, 17 * 3600, 45 * 3600),
    "logistics.delivery_rate": (1.0, 0.94, 0.78),
    "logistics.damage_return": (0.0, 0.005, 0.02),
    "service.audit_seconds": (1200, 8 * 3600, 40 * 3600),
    "service.reply_seconds": (8, 50, 260),
    "service.dissatisfied": (0.02, 0.16, 0.5),
    "service.help_rate": (0.0, 0.04, 0.16),
}


class Marks:
    """The peers' marks by week, and the curve between them."""

    def __init__(self, chance: random.Random, dimension: str, days: int, start: int) -> None:
        self._start = start
        self._weights = {key: chance.uniform(0.6, 1.6) for key in _MARKS if key.startswith(dimension)}
        self._unlike = chance.uniform(0.1, 0.35)
        self._shape = chance.uniform(0.9, 1.7)
        self._usual: dict[str, list[float]] = {}
        for key in self._weights:
            level, trend = 0.0, chance.gauss(0, 0.002)
            self._usual[key] = []
            for _ in range(days // 7 + 3):
                level += 7 * trend + chance.gauss(0, 0.018)
                self._usual[key].append(level)

    def _quality(self, key: str, value: float, day: int) -> float:
        """0 at the worst mark, 1 at the best, the usual in between; smooth, and flat at both ends."""
        best, usual, worst = _MARKS[key]
        week = (day + (self._start - 1) % 7) // 7
        usual = usual + (best - usual) * max(min(self._usual[key][week], 0.8), -0.8)
        half = (value - worst) / (usual - worst) if (value - usual) * (best - worst) < 0 else None
        share = 0.55 * half if half is not None else 0.55 + 0.45 * (value - usual) / (best - usual)
        share = min(max(share, 0.0), 1.0)
        return float((0.5 - 0.5 * math.cos(math.pi * share)) * 0.7 + 0.3 * share)

    def score(self, values: Mapping[str, float], day: int) -> float:
        found = {key: self._quality(key, value, day) for key, value in values.items()}
        whole = sum(self._weights[key] for key in found)
        mean = sum(self._weights[key] * one for key, one in found.items()) / whole
        apart = sum(self._weights[key] * abs(one - mean) for key, one in found.items()) / whole
        return 50 + 50 * max(mean - self._unlike * apart * mean, 0.0) ** (1 / self._shape)


class _Mood:
    """How things stand in a stretch of weeks: every rate has its own."""

    def __init__(self, chance: random.Random, days: int) -> None:
        self.by_day: list[dict[str, float]] = []
        home = {key: chance.betavariate(2.2, 2.2) for key in _MARKS}
        while len(self.by_day) < days:
            now = {key: min(max(one + chance.gauss(0, 0.16), 0.02), 0.98) for key, one in home.items()}
            self.by_day += [now] * chance.randint(9, 30)

    def rate(self, key: str, day: int) -> float:
        """Between the best and the worst of the peers."""
        share = self.by_day[min(max(day, 0), len(self.by_day) - 1)][key]
        best, usual, worst = _MARKS[key]
        return (
            usual + (best - usual) * (1 - 2 * share) if share < 0.5 else usual + (worst - usual) * (2 * share - 1) * 0.7
        )


def build(seed: int, orders_a_day: float = 150, days: int = 150, start: int = START) -> World:
    chance = random.Random(f"elsewhere {seed} {orders_a_day}")
    mood = _Mood(chance, days + 20)
    products = [(f"g{i}", chance.uniform(-0.12, 0.12)) for i in range(5)]
    records: list[Record] = []
    burst = 1.0
    for day in range(days):
        burst = 1.0 + 0.82 * (burst - 1.0) + (chance.expovariate(0.7) if chance.random() < 0.06 else 0.0)
        weekend = 1.25 if (start + day) % 7 in (6, 0) else 0.95
        for number in range(int(chance.gauss(1, 0.12) * orders_a_day * weekend * burst + chance.random())):
            records += _case(chance, mood, products, start, day, number, crowd=burst)
    first, last = start + _WARM_UP, start + days
    return World(
        family="elsewhere",
        start=start,
        first=first,
        last=last,
        hidden={name: Marks(chance, name, days, start) for name in DIMENSIONS},
        weights=dict(
            zip(DIMENSIONS, chance.choice([(0.4, 0.3, 0.3), (0.3, 0.4, 0.3), (0.55, 0.2, 0.25)]), strict=True)
        ),
        cases=counting.cases(records),
        facts=_facts(chance, start, days),
        missing=frozenset(day for day in range(first, last) if chance.random() < 0.1),
    )


def _case(
    chance: random.Random,
    mood: _Mood,
    products: list[tuple[str, float]],
    start: int,
    day: int,
    number: int,
    crowd: float,
) -> list[Record]:
    paid = (start + day) * DAY + int(min(max(chance.gauss(15.5, 5), 0.1), 23.9) * HOUR)
    product, taste = chance.choice(products)
    id_ = f"69{start + day}{number:05d}"
    wait = mood.rate("logistics.pickup_seconds", day) * chance.lognormvariate(-0.18, 0.6) * (0.8 + 0.2 * crowd)
    picked = int(max(paid, (paid // DAY) * DAY + 6 * HOUR) + (12 * HOUR if paid % DAY >= 18 * HOUR else 0) + wait)
    due = (start + day + chance.randint(3, 7)) * DAY - 1
    is_late = chance.random() > mood.rate("logistics.delivery_rate", day)
    delivered = max(due, picked) + int(chance.expovariate(1 / 30) * HOUR) + 60
    if not is_late:
        delivered = max(picked + 3 * HOUR, due - int(chance.uniform(0.1, 2.5) * DAY))
    order: Record = {"kind": "order", "id": id_, "created_at": iso(paid - 20), "paid_at": iso(paid)}
    order |= {"deliver_by": iso(due), "lines": [{"id": "1", "product_id": product}], "picked_up_at": iso(picked)}
    order |= {"delivered_at": iso(delivered), "shipped_at": iso(picked - 60)}
    found = [order]
    arrived = delivered // DAY - start
    if chance.random() < 0.22:
        mean = mood.rate("goods.rating", arrived) + taste
        stars = 5 if chance.random() < (mean - 1) / 4 * 0.75 + 0.22 * (mean > 4.4) else chance.randint(1, 4)
        at = iso(delivered + int(chance.expovariate(1 / 2.5) * DAY))
        found.append(
            {"kind": "review", "id": f"v{id_}", "order_id": id_, "created_at": at, "updated_at": at, "stars": stars}
        )
    found += _trouble(chance, mood, order, delivered, arrived)
    return found + _talk(chance, mood, start, day, number, paid)


def _trouble(chance: random.Random, mood: _Mood, order: Record, delivered: int, arrived: int) -> list[Record]:
    draw = chance.random()
    quality, damage = mood.rate("goods.quality_return", arrived), mood.rate("logistics.damage_return", arrived)
    if draw > quality + damage + 0.04:
        return []
    reason = "quality" if draw < quality else ("damage" if draw < quality + damage else "size")
    applied = delivered + int(chance.expovariate(1 / 2.0) * DAY) + 300
    hour = applied % DAY // HOUR
    begins = applied if 8 <= hour < 23 else (applied // DAY + (hour >= 23)) * DAY + 8 * HOUR
    agreed = begins + int(chance.lognormvariate(-0.3, 0.8) * mood.rate("service.audit_seconds", arrived))
    after: Record = {"kind": "after_sale", "id": f"t{order['id']}", "order_id": order["id"], "type": "return_refund"}
    after |= {"applied_at": iso(applied), "agreed_at": iso(agreed), "refunded_at": iso(agreed + 3 * DAY)}
    found = [after | {"reason": {"class": reason}}]
    if chance.random() < mood.rate("service.help_rate", arrived):
        opened = iso(applied + int(chance.uniform(1.2, 5) * DAY))
        help_: Record = {"kind": "platform_help", "id": f"e{order['id']}", "order_id": order["id"], "opened_at": opened}
        found.append(help_ | {"via": "complaint", "same_issue_as_chat": True})
    return found


def _talk(chance: random.Random, mood: _Mood, start: int, day: int, number: int, paid: int) -> list[Record]:
    if chance.random() > 0.3:
        return []
    rounds = chance.randint(1, 8)
    mean = mood.rate("service.reply_seconds", day)
    chat: Record = {"kind": "chat", "id": f"k{start + day}-{number}", "started_at": iso(paid), "rounds": rounds}
    chat |= {"unanswered_rounds": int(chance.random() < mean / 1500), "agent_kind": "own"}
    chat["reply_seconds"] = int(sum(chance.expovariate(1 / mean) for _ in range(rounds)) * 0.8)
    if chance.random() < 0.4:
        chat["stars"] = 2 if chance.random() < mood.rate("service.dissatisfied", day) else 5
    return [chat]


def _facts(chance: random.Random, start: int, days: int) -> list[Record]:
    found: list[Record] = [{"kind": "subject", "id": "shop-e", "platform": "douyin", "type": "shop"}]
    for number in range(chance.randint(0, 3)):
        at = iso((start + chance.randrange(days)) * DAY + 3600 * 11)
        found.append({"kind": "conduct", "id": f"z{number}", "at": at, "scene": "invoice_refused", "count": 1})
    return found
