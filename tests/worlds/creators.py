"""A creator with a hidden platform: each indicator's rank among peers who move, in windows of 90 days that fade.

What happens is drawn from levels that wander; the truth counts it by itself, day by day; an order is in one case only.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from scipy.special import expit, ndtr

from tests.worlds.clock import DAY, day_of, iso, iso_day, ordinal, seconds
from tests.worlds.industry import drift

Record = dict[str, Any]
Row = tuple[str, int, int, float, float]
"""(indicator, day, as-of day from which it is known, numerator, denominator)."""

START: Final = ordinal("2026-01-10")
WINDOW, HALF_LIFE = 90, 30.0
WEIGHTS: Final = {"goods": 0.45, "logistics": 0.25, "service": 0.3}
# Of the peers' values: the scale, the middle, the spread, and which direction is good.
PEERS: Final = {
    "goods.praise": ("logit", 0.955, 0.45, 1),
    "goods.quality_return": ("log", 0.012, 0.5, -1),
    "logistics.praise": ("logit", 0.95, 0.45, 1),
    "logistics.transit_seconds": ("log", 3 * DAY, 0.3, -1),
    "service.praise": ("logit", 0.955, 0.45, 1),
    "service.complaint": ("log", 0.008, 0.5, -1),
    "service.dispute": ("log", 0.006, 0.5, -1),
    "service.reply_seconds": ("log", 45, 0.5, -1),
    "service.refund_only_seconds": ("log", 1.2 * DAY, 0.5, -1),
    "service.return_refund_seconds": ("log", 4 * DAY, 0.35, -1),
}
_TINY = 0.0008


def _goodness(key: str, value: float) -> float:
    scale, middle, spread, sign = PEERS[key]
    if scale == "log":
        return float(sign * np.log((value + _TINY) / (middle + _TINY)) / spread)
    inside = min(max(value, 0.002), 0.998)
    return float(sign * (np.log(inside / (1 - inside)) - np.log(middle / (1 - middle))) / spread)


def _value(key: str, good: Any) -> Any:
    scale, middle, spread, sign = PEERS[key]
    if scale == "log":
        return middle * np.exp(sign * spread * good)
    return expit(np.log(middle / (1 - middle)) + sign * spread * good)


@dataclass(frozen=True)
class Curve:
    """The share of peers beaten: two crowds of peers, whose middles move together."""

    share: float
    middles: tuple[float, float]
    widths: tuple[float, float]
    moved: Any

    def better_than(self, good: float, day: int) -> float:
        parts = [ndtr((good - self.moved[day] - m) / w) for m, w in zip(self.middles, self.widths, strict=True)]
        return float(self.share * parts[0] + (1 - self.share) * parts[1])


@dataclass(frozen=True)
class Truth:
    total: float
    dimensions: dict[str, float]
    values: dict[str, float]
    better_than: dict[str, float]


@dataclass
class Creator:
    """As `World`, as far as `Kept` asks. `shows`: whether the page shows ranks, or only the dimensions' scores.

    Without `shows_values` it shows no value of any indicator beside them.
    """

    first: int
    last: int
    curves: dict[str, Curve]
    cases: dict[str, list[Record]]
    facts: list[Record]
    missing: frozenset[int]
    shows: str
    shows_values: bool = True
    seen: None = None
    _truths: dict[int, Truth] = field(default_factory=dict)

    def truth(self, day: int) -> Truth:
        if day not in self._truths:
            self._truths[day] = self._truth(day, self._sums(day))
        return self._truths[day]

    def truth_if(self, day: int, change: Sequence[Record]) -> Truth:
        """As it would have been, had what counts on the day been otherwise."""
        sums = self._sums(day)
        words = {(one["kind"], one["id"]): one for one in change}
        for case in {self.case_of[key] for key in words}:
            before = self.cases[case]
            after = [{**one, **words.get((one["kind"], one["id"]), {})} for one in before]
            for sign, held in ((-1, before), (1, after)):
                for row in _rows(held):
                    _add(sums, row, day, sign)
        return self._truth(day, sums)

    @cached_property
    def case_of(self) -> dict[tuple[str, str], str]:
        return {(one["kind"], one["id"]): case for case, held in self.cases.items() for one in held}

    def official(self, day: int) -> Record:
        """Scores and ranks to 2 and 4 decimals, values to 4."""
        truth = self.truth(day)
        shown: dict[str, Record] = {key: {} for key in truth.values}
        if self.shows_values:
            shown = {key: {"value": round(value, 4)} for key, value in truth.values.items()}
        if self.shows == "ranks":
            shown = {key: one | {"better_than": round(truth.better_than[key], 4)} for key, one in shown.items()}
        scores = {key: {"score": round(one, 2), "weight": WEIGHTS[key]} for key, one in truth.dimensions.items()}
        page: Record = {"kind": "official", "id": iso_day(day), "updated_at": iso(day * DAY + 34000)}
        return page | {
            "stage": "formal",
            "total": round(truth.total, 2),
            "dimensions": scores,
            "indicators": {key: one for key, one in shown.items() if one},
        }

    @cached_property
    def _by_day(self) -> dict[int, list[Row]]:
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for case in self.cases.values():
            for row in _rows(case):
                found[row[1]].append(row)
        return found

    def _sums(self, day: int) -> dict[str, list[float]]:
        sums = {key: [0.0, 0.0] for key in PEERS}
        for at in range(day - WINDOW, day):
            for row in self._by_day.get(at, ()):
                _add(sums, row, day, 1)
        return sums

    def _truth(self, day: int, sums: dict[str, list[float]]) -> Truth:
        values = {key: top / bottom for key, (top, bottom) in sums.items() if bottom > 0}
        ranks = {key: self.curves[key].better_than(_goodness(key, one), day - START) for key, one in values.items()}
        dimensions = {}
        for name in WEIGHTS:
            own = [3 + 2 * rank for key, rank in ranks.items() if key.startswith(name)]
            dimensions[name] = sum(own) / len(own)
        total = sum(WEIGHTS[name] * score for name, score in dimensions.items())
        return Truth(total, dimensions, values, ranks)


def _add(sums: dict[str, list[float]], row: Row, day: int, sign: int) -> None:
    key, at, known, top, bottom = row
    if day - WINDOW <= at < day and known <= day:
        weight = sign * 2 ** ((at - day + 1) / HALF_LIFE)
        sums[key][0] += weight * top
        sums[key][1] += weight * bottom


def _rows(case: Sequence[Record]) -> Iterator[Row]:
    for one in case:
        match one["kind"]:
            case "order":
                yield from _of_order(one, [rest for rest in case if rest["kind"] != "order"])
            case "review":
                day = day_of(one["created_at"])
                for key, name in (("goods", "stars"), ("logistics", "logistics_stars"), ("service", "service_stars")):
                    yield f"{key}.praise", day, day + 1, int(one[name] >= 4), 1
            case "chat":
                day = day_of(one["started_at"])
                yield "service.reply_seconds", day, day + 1, one["reply_seconds"], one["rounds"]
            case "after_sale" if not one.get("exempt"):
                kind = "return_refund" if one["type"] == "return_refund" else "refund_only"
                took, day = seconds(one["refunded_at"]) - seconds(one["applied_at"]), day_of(one["refunded_at"])
                yield f"service.{kind}_seconds", day, day + 1, took, 1


def _of_order(order: Record, rest: Sequence[Record]) -> Iterator[Row]:
    paid, arrived = day_of(order["paid_at"]), day_of(order["delivered_at"])
    took = seconds(order["delivered_at"]) - seconds(order["paid_at"])
    yield "logistics.transit_seconds", arrived, arrived + 1, took, 1
    yield "goods.quality_return", arrived, arrived + 1, 0, 1
    yield "service.complaint", paid, paid + 1, 0, 1
    yield "service.dispute", paid, paid + 1, 0, 1
    for one in rest:
        if one["kind"] == "platform_help":
            yield "service.complaint", paid, day_of(one["opened_at"]) + 1, 1, 0
        if one["kind"] == "after_sale" and not one.get("exempt"):
            applied = day_of(one["applied_at"]) + 1
            if one["reason"]["class"] == "quality":
                yield "goods.quality_return", arrived, max(arrived + 1, applied), 1, 0
            if (ruled := one.get("arbitration")) is not None and ruled["blame"] == "merchant":
                yield "service.dispute", paid, day_of(ruled["closed_at"]) + 1, 1, 0


def changes(world: Creator, day: int, count: int, seed: int = 0) -> list[list[Record]]:
    """Up to `count` of one to six like things each that count on a day and could be otherwise."""
    rng = np.random.default_rng([seed, day])
    kinds: defaultdict[str, list[Record]] = defaultdict(list)
    for case in world.cases.values():
        for one in case:
            moment = {"review": "created_at", "after_sale": "applied_at", "order": "paid_at"}.get(one["kind"])
            if moment is None or not day - 60 <= day_of(one[moment]) < day - 12:
                continue
            word = {"kind": one["kind"], "id": one["id"]}
            if one["kind"] == "review":
                for name in ("stars", "logistics_stars", "service_stars"):
                    kinds[f"{name} {one[name] >= 4}"].append(word | {name: 1 if one[name] >= 4 else 5})
            elif one["kind"] == "after_sale":
                kinds["exempt"].append(word | {"exempt": True})
            elif day_of(one["delivered_at"]) < day:
                kinds["slow"].append(word | {"delivered_at": iso(seconds(one["delivered_at"]) + 2 * DAY)})
    found = []
    for number in range(count):
        held = kinds[sorted(kinds)[number % len(kinds)]]
        size = min(int(rng.integers(1, 7)), len(held))
        found.append([held[place] for place in rng.choice(len(held), size, replace=False)])
    return found


def build(
    seed: int, orders_a_day: float = 12, days: int = 190, *, shows: str = "ranks", shows_values: bool = True
) -> Creator:
    """Official days begin once a whole window lies behind. `shows` is `ranks` or `scores`."""
    rng = np.random.default_rng([seed, days, int(orders_a_day)])
    curves = {key: _curve(rng, days + 2) for key in PEERS}
    cases = _cases(rng, orders_a_day, days)
    first, last = START + WINDOW + 5, START + days
    missing = frozenset(day for day in range(first, last) if rng.random() < 0.06)
    subject: Record = {"kind": "subject", "id": "c1", "platform": "douyin", "type": "creator"}
    return Creator(first, last, curves, cases, [subject | {"time_zone": "Asia/Shanghai"}], missing, shows, shows_values)


def _curve(rng: np.random.Generator, days: int) -> Curve:
    low, high = rng.uniform(-0.9, -0.1), rng.uniform(0.1, 0.9)
    widths = (float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.6, 1.2)))
    return Curve(float(rng.uniform(0.3, 0.7)), (low, high), widths, drift(rng, days) * 0.4)


def _cases(rng: np.random.Generator, orders_a_day: float, days: int) -> dict[str, list[Record]]:
    levels = {key: _value(key, _wander(rng, days + 60)) for key in PEERS}
    found: dict[str, list[Record]] = {}
    for day in range(days):
        for number in range(int(rng.poisson(orders_a_day))):
            id_ = f"{day:04d}{number:04d}"
            found[id_] = list(_case(rng, levels, id_, day))
        for number in range(int(rng.poisson(orders_a_day * 0.3))):
            id_, rounds = f"q{day}-{number}", 1 + int(rng.poisson(3))
            wait = int(rounds * levels["service.reply_seconds"][day] * rng.gamma(2, 0.5))
            chat: Record = {"kind": "chat", "id": id_, "started_at": iso((START + day) * DAY + 40000)}
            found[id_] = [chat | {"rounds": rounds, "unanswered_rounds": 0, "reply_seconds": wait}]
    return found


def _wander(rng: np.random.Generator, days: int) -> Any:
    level, found = rng.normal(0, 0.5), []
    for _ in range(days):
        level = 0.96 * level + rng.normal(0, 0.2)
        found.append(level)
    return np.array(found)


def _case(rng: np.random.Generator, levels: dict[str, Any], id_: str, day: int) -> Iterator[Record]:
    def level(key: str) -> float:
        return float(levels[key][day])

    paid = (START + day) * DAY + int(rng.integers(0, DAY))
    arrived = paid + int(level("logistics.transit_seconds") * rng.gamma(6, 1 / 6)) + 3600
    lines = [{"id": f"{id_}-1", "creator_id": "c1", "merchant_id": f"m{int(id_) % 3}"}]
    yield {"kind": "order", "id": id_, "paid_at": iso(paid), "delivered_at": iso(arrived), "lines": lines}
    if rng.random() < 0.35:
        review: Record = {"kind": "review", "id": f"r{id_}", "order_id": id_}
        review["created_at"] = iso(arrived + int(rng.exponential(2 * DAY)))
        for key, name in (("goods", "stars"), ("logistics", "logistics_stars"), ("service", "service_stars")):
            review[name] = 5 if rng.random() < level(f"{key}.praise") else int(rng.integers(1, 4))
        yield review
    if rng.random() < level("service.complaint"):
        opened = iso(arrived + int(rng.integers(DAY, 5 * DAY)))
        yield {"kind": "platform_help", "id": f"h{id_}", "order_id": id_, "opened_at": opened, "via": "complaint"}
    is_quality, is_dispute = rng.random() < level("goods.quality_return"), rng.random() < level("service.dispute")
    if is_quality or is_dispute or rng.random() < 0.08:
        returned = bool(rng.random() < 0.5)
        key = "return_refund" if returned else "refund_only"
        applied = arrived + int(rng.exponential(2 * DAY)) + 60
        refunded = applied + int(level(f"service.{key}_seconds") * rng.gamma(3, 1 / 3)) + 600
        filed: Record = {"kind": "after_sale", "id": f"a{id_}", "order_id": id_, "handled_by": "merchant"}
        filed |= {"type": "return_refund" if returned else "refund_shipped", "applied_at": iso(applied)}
        filed |= {"refunded_at": iso(refunded), "reason": {"class": "quality" if is_quality else "no_reason"}}
        if is_dispute:
            closed = iso(applied + DAY)
            filed["arbitration"] = {"opened_at": iso(applied), "closed_at": closed, "blame": "merchant"}
        yield filed
