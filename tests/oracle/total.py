"""scoring.md, from "Rule packs" to "Low-volume shield": totals of the packs whose way from a value to a score is known.

Pages are the `official` records of the pack's own time; what one shows stands until a newer one shows otherwise.
"""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from tests.oracle.cases import Sums, valid_orders
from tests.oracle.known import Fields, Known
from tests.oracle.score import paid_in_window
from tests.oracle.shop import spoilt

GOODS = ("goods.rating", "goods.quality_return")
SCORED = ("logistics.pickup_score", "logistics.delivery_rate", "logistics.quality_return")
LOWER = {
    *("goods.quality_return", "logistics.quality_return", "service.audit_seconds", "service.reply_seconds"),
    *("service.dissatisfied", "service.help_rate"),
}
GROUP = ("abnormal_return_address", "invoice_refused", "mocking_buyer", "after_sale_refused")  # in which 15 fill up
DIMENSIONS = {"goods": Fraction(4, 10), "logistics": Fraction(3, 10), "service": Fraction(3, 10)}


class Rules(NamedTuple):
    """`group` are the scenes of three points each; `weights` those published by industry and type of shop."""

    since: dt.date
    until: dt.date
    indicators: tuple[str, ...]
    shields: tuple[str, ...]
    group: tuple[str, ...]
    fake_orders: int
    weights: Mapping[tuple[str, str], Mapping[str, float]]


def _before(after_sale: float, reply: float) -> dict[str, float]:
    return {"service.after_sale_rate": after_sale, "service.reply_seconds": reply}


def _after(dissatisfied: float, reply: float, audit: float, help_: float) -> dict[str, float]:
    return {
        "service.dissatisfied": dissatisfied,
        "service.reply_seconds": reply,
        "service.audit_seconds": audit,
        "service.help_rate": help_,
    }


BEFORE = {
    ("家电", "non_flagship"): _before(0.3, 0.7),
    ("家电", "flagship"): _before(0.5, 0.5),
    ("服饰配件", "general"): _before(0.7, 0.3),
    ("多肉植物", "general"): _before(0.7, 0.3),
}
AFTER = {
    ("家电", "non_flagship"): _after(0.2, 0.4, 0.2, 0.2),
    ("家电", "flagship"): _after(0.2, 0.4, 0.2, 0.2),
    ("服饰配件", "general"): _after(0.15, 0.25, 0.3, 0.3),
    ("多肉植物", "general"): _after(0.25, 0.25, 0.25, 0.25),
}
SHIELDED = ("goods.rating", "goods.quality_return", "logistics.quality_return")
RULES = {
    "douyin-shop/2026-01": Rules(
        dt.date(2026, 1, 1),
        dt.date(2026, 4, 6),
        (*GOODS, "logistics.pickup_rate", *SCORED[1:], "service.reply_seconds", "service.after_sale_rate"),
        SHIELDED,
        (),
        0,
        BEFORE,
    ),
    "douyin-shop/2026-05-07": Rules(
        dt.date(2026, 4, 7),
        dt.date(2026, 7, 13),
        (*GOODS, *SCORED, "service.reply_seconds", "service.after_sale_rate"),
        SHIELDED,
        GROUP,
        15,
        BEFORE,
    ),
    "douyin-shop/2026-07-14": Rules(
        dt.date(2026, 7, 14),
        dt.date(2026, 9, 7),
        (*GOODS, *SCORED, *AFTER["家电", "flagship"]),
        (*SHIELDED, "service.help_rate", "service.dissatisfied"),
        GROUP[:2],
        15,
        AFTER,
    ),
}
SPECIAL = {"家电"}  # of the industries whose line is 300, the one the generated shops have


class Made(NamedTuple):
    """What the rules make of own records and pages; None where a dimension cannot be scored."""

    total: Fraction | None
    dimensions: dict[str, Fraction | None]
    scores: dict[str, Fraction | None]
    shielded: set[str]


def pages(known: Known, rules: Rules, before: dt.date) -> list[Fields]:
    """Newest first."""
    days = sorted(known.all["official"], reverse=True)
    return [
        known.all["official"][day]
        for day in days
        if rules.since <= (at := dt.date.fromisoformat(day)) <= rules.until and at < before
    ]


def shown(seen: list[Fields], key: str, name: str) -> Any:
    """The newest word of a page on an indicator."""
    words = (page.get("indicators", {}).get(key, {}).get(name) for page in seen)
    return next((word for word in words if word is not None), None)


def subject(known: Known) -> Fields:
    return next(iter(known.of("subject")), {})


def weight(known: Known, rules: Rules, seen: list[Fields], key: str) -> Fraction:
    word = shown(seen, key, "weight")
    if word is not None:
        return Fraction(word)
    own = subject(known)
    for kind in (own.get("shop_type"), "general"):
        row = rules.weights.get((own.get("industry", ""), kind or ""), {})
        if key in row:
            return Fraction(row[key])
    dimension = key.partition(".")[0]
    return Fraction(1, sum(one.startswith(f"{dimension}.") for one in rules.indicators))


def is_shielded(known: Known, seen: list[Fields], sums: Sums, key: str) -> bool:
    numerator, denominator = sums[key]
    if not denominator:
        return False
    if key == "service.dissatisfied":
        return denominator <= 3
    told = next((page["valid_orders_30d"] for page in seen if "valid_orders_30d" in page), 0)
    own = subject(known)
    line = 300 if own.get("industry") in SPECIAL or own.get("shop_type") == "flagship" else 500
    bad = badly_rated(known) if key == "goods.rating" else numerator
    return max(len(paid_in_window(known)), told) < line and bad <= 3


def badly_rated(known: Known) -> int:
    """Orders delivered in the window whose ratings average at most two stars."""
    count = 0
    for order in valid_orders(known):
        stars = [
            one["stars"]
            for one in known.of("review")
            if one.get("order_id") == order["id"] and one.get("counts") is not False and "stars" in one
        ]
        if known.within(order.get("delivered_at"), 30) and stars and Fraction(sum(stars), len(stars)) <= 2:
            count += 1
    return count


def step(key: str, value: Fraction, steps: Any) -> Fraction:
    """The score of the best step reached; 50 below all of them."""
    reached = [score for line, score in steps if (value <= Fraction(line) if key in LOWER else value >= Fraction(line))]
    return Fraction(max(reached, default=50))


def made(rules: Rules, known: Known, sums: Sums, before: dt.date, values: Mapping[str, float] | None = None) -> Made:
    """The score by pages before a day. `values` are those of the day's page, which come before own ones."""
    seen = pages(known, rules, before)
    scores: dict[str, Fraction | None] = {}
    shielded = set()
    for key in rules.indicators:
        numerator, denominator = sums[key]
        value = numerator / denominator if denominator else None
        if values is not None and key in values:
            value = Fraction(values[key])
        steps = shown(seen, key, "steps")
        scores[key] = None
        if key in rules.shields and is_shielded(known, seen, sums, key):
            scores[key] = Fraction(80)
            shielded.add(key)
        elif value is not None and key == "logistics.pickup_score":
            scores[key] = min(max(value, Fraction(50)), Fraction(100))
        elif value is not None and steps:
            # A quotient stands beside its line as a double, as the page has it.
            scores[key] = step(key, Fraction(float(value)), steps)
        if value is not None and scores[key] is None:
            scores[key] = Fraction(-1)  # has a value and no way to a score
    dimensions = {name: _dimension(name, rules, known, seen, scores) for name in DIMENSIONS}
    plain = {key: None if score == -1 else score for key, score in scores.items()}
    if any(one is None for one in dimensions.values()):
        return Made(None, dimensions, plain, shielded)
    shares = {
        name: next(
            (
                Fraction(page["dimensions"][name]["weight"])
                for page in seen
                if page.get("dimensions", {}).get(name, {}).get("weight") is not None
            ),
            default,
        )
        for name, default in DIMENSIONS.items()
    }
    mean = sum(shares[name] * (dimensions[name] or 0) for name in shares) / sum(shares.values())
    total = min(max(mean - deducted(rules, known), Fraction(50)), Fraction(100))
    return Made(total, dimensions, plain, shielded)


def _dimension(
    name: str, rules: Rules, known: Known, seen: list[Fields], scores: Mapping[str, Fraction | None]
) -> Fraction | None:
    """The weight of an indicator without a value is shared out among the others."""
    members = {key: score for key, score in scores.items() if key.startswith(f"{name}.") and score is not None}
    whole = sum(weight(known, rules, seen, key) for key in members)
    if not whole or -1 in members.values():
        return None
    mean = sum(weight(known, rules, seen, key) * score for key, score in members.items()) / whole
    clean = any("remote_area" in order.get("services", []) and not spoilt(order) for order in paid_in_window(known))
    return min(mean + 3, Fraction(100)) if name == "logistics" and clean else mean


def deducted(rules: Rules, known: Known) -> int:
    """Three points each time, together at most 15; fake orders once, outside that cap."""
    counts: dict[str, int] = {}
    for one in known.of("conduct"):
        if known.within(one.get("at"), 30):
            counts[one.get("scene", "")] = counts.get(one.get("scene", ""), 0) + one.get("count", 1)
    together = min(3 * sum(counts.get(scene, 0) for scene in rules.group), 15)
    return together + (rules.fake_orders if counts.get("fake_orders") else 0)


def creator_total(known: Known, has_value: Mapping[str, bool], before: dt.date) -> Fraction | None:
    """Ranks as pages showed them, 3 + 2 × share of peers beaten; equal weights where no page shows any."""
    seen = sorted((one for one in known.of("official") if one["id"] < str(before)), key=lambda one: str(one["id"]))[
        ::-1
    ]
    total = Fraction()
    shares = Fraction()
    for name, default in DIMENSIONS.items():
        members = [key for key in has_value if key.startswith(f"{name}.") and has_value[key]]
        ranks = {key: shown(seen, key, "better_than") for key in members}
        if not members or None in ranks.values():
            return None
        keys = [key for key in has_value if key.startswith(f"{name}.")]
        weights = {key: Fraction(shown(seen, key, "weight") or Fraction(1, len(keys))) for key in members}
        mean = sum(weights[key] * (3 + 2 * Fraction(ranks[key])) for key in members) / sum(weights.values())
        told = (page.get("dimensions", {}).get(name, {}).get("weight") for page in seen)
        share = Fraction(next((one for one in told if one is not None), default))
        total, shares = total + share * mean, shares + share
    return total / shares
