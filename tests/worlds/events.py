"""What happens to a shop: orders and all that hangs on them, as records, from latent levels that wander."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tests.worlds.clock import DAY, HOUR, iso
from tests.worlds.industry import PEERS, Series, value_of

Record = dict[str, Any]
WEEK: Final = (0.95, 0.93, 0.96, 1.0, 1.1, 1.12, 0.94)  # from Monday
HOURS: Final = np.array([2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 5, 5, 5, 5, 5, 6, 8, 9, 9, 7, 4], float)
PROVINCES: Final = (("浙江", 1), ("广东", 2), ("四川", 3), ("北京", 2), ("新疆", 5))
COURIERS: Final = ("zto", "yto", "sf")


@dataclass(frozen=True)
class Scale:
    """How big a shop is and how long it is looked at; the first `warm_up` days have no official record.

    `next_day` is the share of orders with that service; at 0.2 a bonus hangs on single orders.
    """

    orders_a_day: float
    days: int
    next_day: float = 0.2
    warm_up: int = 34


class Levels:
    """Where the shop's true rates stand on each day, in values of the indicators."""

    def __init__(self, rng: np.random.Generator, days: int) -> None:
        self.courier_out: NDArray[np.bool_] = np.zeros((days, len(COURIERS)), bool)
        for start in np.flatnonzero(rng.random(days) < 0.012):
            self.courier_out[start : start + int(rng.integers(4, 9)), rng.integers(len(COURIERS))] = True
        self.promotion = np.ones(days)
        for start in np.flatnonzero(rng.random(days) < 0.02):
            self.promotion[start : start + int(rng.integers(1, 4))] = rng.uniform(1.8, 4)
        self.by_key: dict[str, Series] = {}
        for key in PEERS:
            good = rng.normal(0.15, 0.6) + _wander(rng, days, sd=0.4, memory=30)
            for start in np.flatnonzero(rng.random(days) < 0.008):  # a bad batch, a sick agent
                good[start : start + int(rng.integers(5, 15))] -= rng.uniform(0.8, 2.0)
            self.by_key[key] = value_of(key, good)

    def of(self, key: str, days: NDArray[np.int64]) -> Series:
        return self.by_key[key][np.minimum(days, len(self.by_key[key]) - 1)]

    def at(self, key: str, day: int) -> float:
        return float(self.by_key[key][min(day, len(self.by_key[key]) - 1)])


def _wander(rng: np.random.Generator, days: int, sd: float, memory: float) -> Series:
    stays = np.exp(-1 / memory)
    shocks = rng.normal(0, sd * np.sqrt(1 - stays**2), days)
    found = np.empty(days)
    level = rng.normal(0, sd)
    for day in range(days):
        found[day] = level = stays * level + shocks[day]
    return found


def records(rng: np.random.Generator, scale: Scale, start: int) -> list[Record]:
    """Every record of cases. `start` is the ordinal of the first day; what would happen after the last day is kept."""
    levels = Levels(rng, scale.days)
    found: list[Record] = []
    growth = np.exp(np.linspace(0, rng.normal(0, 0.25), scale.days))
    for day in range(scale.days):
        mean = scale.orders_a_day * WEEK[(start + day - 1) % 7] * levels.promotion[day] * growth[day]
        count = int(rng.poisson(mean))
        if count:
            found += _of_day(rng, levels, start, day, count, scale.next_day, backlog=levels.promotion[day] ** 0.5)
        found += _chats_without_order(rng, levels, start, day, int(rng.poisson(0.18 * mean)))
    return found


def _of_day(
    rng: np.random.Generator, levels: Levels, start: int, day: int, count: int, next_day: float, backlog: float
) -> list[Record]:
    """The orders paid on a day and their cases. Moments are seconds from the start of the day 0."""
    here = np.full(count, day)
    hour = rng.choice(24, count, p=HOURS / HOURS.sum())
    paid = (start + day) * DAY + hour * HOUR + rng.integers(0, HOUR, count)
    province = rng.choice(len(PROVINCES), count, p=[0.3, 0.3, 0.2, 0.15, 0.05])
    courier = rng.choice(len(COURIERS), count, p=[0.5, 0.35, 0.15])
    out = levels.courier_out[day][courier]
    wait = levels.of("logistics.pickup_seconds", here) * backlog * rng.gamma(4, 0.25, count) * np.where(out, 1.5, 1)
    clock = np.where(hour >= 18, (start + day + 1) * DAY + 6 * HOUR, np.maximum(paid, (start + day) * DAY + 6 * HOUR))
    picked = clock + np.maximum(wait, 600).astype(np.int64)
    days_of_route = np.array([extra for _, extra in PROVINCES])[province] + 1
    late = rng.random(count) > levels.of("logistics.delivery_rate", here) - np.where(out, 0.35, 0)
    due = (start + day + days_of_route + 2) * DAY - 1
    reach = np.maximum(due - picked, 4 * HOUR)
    delivered = np.where(
        late,
        np.maximum(due, picked) + rng.exponential(1.0, count) * DAY + 1800,
        picked + reach * rng.beta(4, 2.5, count),
    ).astype(np.int64)
    arrived = (delivered // DAY - start).astype(np.int64)
    quality, damage, other, asked_in_chat = _complaints(rng, levels, here, arrived)
    helped = rng.random(count) < levels.of("service.help_rate", here)
    stars = _stars(rng, levels.of("goods.rating", arrived), late, quality)
    reviewed = rng.random(count) < 0.3
    gaps = rng.random((count, 8))
    excluded, cancelled = rng.random((2, count)) < 0.02
    services = rng.random((count, 3)) < [next_day, 0.5, 0.01]
    found: list[Record] = []
    for i in range(count):
        id_ = f"48{start + day:07d}{i:06d}"
        order: Record = {"kind": "order", "id": id_, "created_at": iso(paid[i] - 40), "paid_at": iso(paid[i])}
        order |= {"amount": int(1900 + 9000 * gaps[i, 0]), "courier": COURIERS[courier[i]]}
        order |= {"region": {"province": PROVINCES[province[i]][0]}, "deliver_by": iso(due[i])}
        order |= {"services": _services(services[i]), "lines": [{"id": f"{id_}-1", "product_id": f"p{i % 7}"}]}
        if excluded[i]:
            order["excluded"] = ["low_price"]
        found.append(order)
        if cancelled[i]:
            order |= {"cancelled_at": iso(paid[i] + int(gaps[i, 1] * 6 * HOUR)), "cancelled_by": "buyer"}
            continue
        moments = {"shipped_at": picked[i] - 900, "picked_up_at": picked[i], "delivered_at": delivered[i]}
        order |= {name: iso(at) for name, at in (moments | {"finished_at": delivered[i] + 7 * DAY}).items()}
        if reviewed[i]:
            found += _review(id_, int(stars[i]), delivered[i] + int(gaps[i, 2] ** 2 * 12 * DAY) + 600, gaps[i])
        asked = 0
        if quality[i] or damage[i] or other[i]:
            asked = int(delivered[i] + 900 + gaps[i, 3] ** 2 * 7 * DAY)
            reason = "quality" if quality[i] else ("damage" if damage[i] else "no_reason")
            audit = levels.at("service.audit_seconds", asked // DAY - start) * -np.log(1 - gaps[i, 4])
            found.append(_after_sale(id_, asked, reason, audit, gaps[i, 5]))
        elif asked_in_chat[i]:
            asked = int(paid[i] + gaps[i, 3] * 3 * DAY)
            found.append(_chat(rng, levels, start, asked, f"c{id_}", id_))
        if asked and helped[i]:
            found.append(_help(id_, int(asked + (1.1 + 3 * gaps[i, 7]) * DAY)))
    return found


def _complaints(
    rng: np.random.Generator, levels: Levels, paid: NDArray[np.int64], arrived: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], ...]:
    """Which orders complain of quality, of damage, of something else, or only ask in a chat: one of them at most."""
    draws = rng.random((4, len(paid)))
    chances = levels.of("goods.quality_return", arrived), levels.of("logistics.damage_return", paid), 0.05, 0.08
    none = np.ones(len(paid), bool)
    found = []
    for draw, chance in zip(draws, chances, strict=True):
        found.append(none & (draw < chance))
        none &= ~found[-1]
    return tuple(found)


def _help(order_id: str, at: int) -> Record:
    opened: Record = {"kind": "platform_help", "id": f"h{order_id}", "order_id": order_id, "opened_at": iso(at)}
    return opened | {"via": "arbitration", "same_issue_as_chat": False}


def _services(on: NDArray[np.bool_]) -> list[str]:
    return [name for name, has in zip(("next_day", "freight_insurance", "install"), on, strict=True) if has]


def _stars(
    rng: np.random.Generator, mean: Series, late: NDArray[np.bool_], quality: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Most are 5; what is missing to the mean is spread over the low ones."""
    low = np.clip((5 - mean) / 2.2 + np.where(late, 0.05, 0) + np.where(quality, 0.5, 0), 0, 0.95)
    return np.where(rng.random(len(mean)) < low, rng.choice([1, 2, 3, 4], len(mean), p=[0.4, 0.1, 0.2, 0.3]), 5)


def _review(order_id: str, stars: int, at: int, gaps: Series) -> list[Record]:
    first: Record = {"kind": "review", "id": f"r{order_id}", "order_id": order_id, "created_at": iso(at)}
    first |= {"stars": stars, "line_id": f"{order_id}-1", "updated_at": iso(at)}
    if stars > 2 or gaps[6] > 0.15:
        return [first]
    return [first, first | {"stars": 5, "updated_at": iso(at + int((1 + 5 * gaps[7]) * DAY))}]


def _after_sale(order_id: str, at: int, reason: str, audit: float, share: float) -> Record:
    hour = at % DAY // HOUR
    clock = at
    if hour >= 23 or hour < 8:
        clock = at - at % DAY + 8 * HOUR + (DAY if hour >= 23 else 0)
    agreed = int(clock + min(audit, 4 * DAY))
    return {
        "kind": "after_sale",
        "id": f"a{order_id}",
        "order_id": order_id,
        "type": "return_refund" if share < 0.7 else "refund_shipped",
        "applied_at": iso(at),
        "agreed_at": iso(agreed),
        "refunded_at": iso(agreed + int((0.1 + 5 * share) * DAY)),
        "reason": {"class": reason},
        "handled_by": "merchant",
    }


def _chats_without_order(rng: np.random.Generator, levels: Levels, start: int, day: int, count: int) -> list[Record]:
    return [
        _chat(
            rng, levels, start, (start + day) * DAY + int(rng.choice(24, p=HOURS / HOURS.sum()) * HOUR), f"q{day}-{i}"
        )
        for i in range(count)
    ]


def _chat(
    rng: np.random.Generator, levels: Levels, start: int, at: int, id_: str, order_id: str | None = None
) -> Record:
    day = at // DAY - start
    rounds = 1 + int(rng.poisson(3))
    mean = levels.at("service.reply_seconds", day)
    silent = int(rng.binomial(rounds, min(mean / 4000, 0.5)))
    each = max(mean - 600 * mean / 4000, 3)
    chat: Record = {"kind": "chat", "id": id_, "started_at": iso(at), "agent_id": "k1", "agent_kind": "own"}
    chat |= {"rounds": rounds, "unanswered_rounds": silent}
    chat["reply_seconds"] = int(each * rng.gamma(1.5, 1 / 1.5) * (rounds - silent))
    if order_id is not None:
        chat["order_id"] = order_id
    if rng.random() < 0.35:
        bad = rng.random() < levels.at("service.dissatisfied", day)
        chat["stars"] = int(rng.integers(1, 4) if bad else rng.integers(4, 6))
    return chat
