"""The creator's official days: each value's rank among peers, and the scores that follow (spec/scoring.md, creator).

The indicators are counted by plain loops over the events, without shared_scoring; how peers stand is invented.
"""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final, NamedTuple

from server.demo.counting import Evidence, within
from server.demo.life import Record, Season, at, midnight

WINDOW: Final = timedelta(days=90)
HALF_LIFE_DAYS: Final = 30
WEIGHTS: Final = {"goods": 0.4, "logistics": 0.3, "service": 0.3}
STARS: Final = {"goods": "stars", "logistics": "logistics_stars", "service": "service_stars"}
HIDDEN_BELOW: Final = 30
DAYTIME: Final = range(8, 23)


class Peers(NamedTuple):
    """Half of them are better than `middle`; one in six is worse by a factor of 1 + `spread`.

    Of praise that is said of what is missing to 1.
    """

    middle: float
    spread: float
    praise: bool = False


PEERS: Final = {
    "goods.praise": Peers(0.92, 0.6, praise=True),
    "goods.quality_return": Peers(0.012, 0.7),
    "logistics.praise": Peers(0.93, 0.5, praise=True),
    "logistics.transit_seconds": Peers(2.6 * 86400, 0.25),
    "service.praise": Peers(0.95, 0.5, praise=True),
    "service.complaint": Peers(0.004, 0.8),
    "service.dispute": Peers(0.002, 0.8),
    "service.reply_seconds": Peers(60, 0.5),
    "service.refund_only_seconds": Peers(16 * 3600, 0.5),
    "service.return_refund_seconds": Peers(5.5 * 86400, 0.3),
}
_SMALLEST: Final = 0.0005


class Event(NamedTuple):
    """What happened at a moment, as a part of an indicator's numerator and denominator."""

    moment: datetime
    top: float
    bottom: float = 1


def official_days(season: Season, evidence: Evidence) -> Iterator[Record]:
    """Every day with a whole window behind it, the season's last one included."""
    for back in range(season.days - WINDOW.days, -1, -1):
        yield _official_day(evidence, season.day(back))


def _official_day(evidence: Evidence, day: date) -> Record:
    cut = midnight(day)
    record: Record = {"kind": "official", "id": day.isoformat(), "updated_at": at(day, 9)}
    valid = len(within(evidence.paid, "paid_at", cut - WINDOW, cut))
    if valid < HIDDEN_BELOW:
        return record | {"stage": "hidden"}
    shown = {}
    for key, value in values(evidence, cut).items():
        shown[key] = {"value": round(value, 4), "better_than": round(better_than(key, value, day.toordinal()), 4)}
    scores = {}
    for name in WEIGHTS:
        ranks = [one["better_than"] for key, one in shown.items() if key.startswith(f"{name}.")]
        if ranks:
            scores[name] = round(3 + 2 * sum(ranks) / len(ranks), 2)
    whole = sum(WEIGHTS[name] for name in scores)
    return record | {
        "stage": "formal",
        "total": round(sum(WEIGHTS[name] * score for name, score in scores.items()) / whole, 2),
        "dimensions": {name: {"score": score, "weight": WEIGHTS[name]} for name, score in scores.items()},
        "indicators": shown,
    }


def better_than(key: str, value: float, day: int) -> float:
    """The share of peers that a value beats; they get slowly better and worse, the same for every creator."""
    peers = PEERS[key]
    bad, usual = (1 - value, 1 - peers.middle) if peers.praise else (value, peers.middle)
    distance = math.log((usual + _SMALLEST) / (bad + _SMALLEST)) / math.log(1 + peers.spread)
    drift = 0.15 * math.sin(day / 19 + len(key))
    return 0.5 * (1 + math.erf((distance - drift) / math.sqrt(2)))


def values(evidence: Evidence, cut: datetime) -> dict[str, float]:
    """Those with a cohort; yesterday's events count once, older ones half as much every 30 days."""
    found = {}
    for key, events in _events(evidence, cut).items():
        weighed = [(0.5 ** ((cut - midnight(one.moment)).days / HALF_LIFE_DAYS), one) for one in events]
        bottom = sum(weight * one.bottom for weight, one in weighed)
        if bottom:
            found[key] = sum(weight * one.top for weight, one in weighed) / bottom
    return found


def _events(evidence: Evidence, cut: datetime) -> dict[str, list[Event]]:
    start = cut - WINDOW
    paid = within(evidence.paid, "paid_at", start, cut)
    delivered = within(evidence.delivered, "delivered_at", start, cut)
    written = [one for order in evidence.orders for one in evidence.reviews[order] if start <= one["created_at"] < cut]
    reviews = [newest for one in written if (newest := evidence.newest(one, cut))["counts"]]
    complained = {one["order_id"] for one in evidence.helps if one["via"] == "complaint" and one["opened_at"] < cut}
    blamed = {
        order for order in evidence.orders if any(_lost(evidence, case, cut) for case in evidence.after_sales[order])
    }
    chats = [one for one in within(evidence.chats, "started_at", start, cut) if one["started_at"].hour in DAYTIME]
    found = {
        f"{name}.praise": [Event(one["created_at"], one[field] >= 4) for one in reviews if field in one]
        for name, field in STARS.items()
    }
    return found | {
        "goods.quality_return": [
            Event(order["delivered_at"], _returned_for_quality(evidence, order, cut)) for order in delivered
        ],
        "logistics.transit_seconds": [
            Event(order["delivered_at"], (order["delivered_at"] - order["paid_at"]).total_seconds())
            for order in delivered
        ],
        "service.complaint": [Event(order["paid_at"], order["id"] in complained) for order in paid],
        "service.dispute": [Event(order["paid_at"], order["id"] in blamed) for order in paid],
        "service.reply_seconds": [
            Event(one["started_at"], one["reply_seconds"] + 600 * one["unanswered_rounds"], one["rounds"])
            for one in chats
        ],
        "service.refund_only_seconds": _completed(evidence, cut, {"refund_shipped", "refund_unshipped"}),
        "service.return_refund_seconds": _completed(evidence, cut, {"return_refund"}),
    }


def _returned_for_quality(evidence: Evidence, order: Record, cut: datetime) -> bool:
    case = evidence.first_reason(order["id"], cut)
    return case is not None and case["reason"]["class"] == "quality"


def _lost(evidence: Evidence, case: Record, cut: datetime) -> bool:
    """Whether an arbitration had gone against the merchant."""
    ruled = case.get("arbitration", {})
    if evidence.newest(case, cut)["exempt"] or ruled.get("closed_at", cut) >= cut:
        return False
    return ruled.get("blame") in {"merchant", "both"}


def _completed(evidence: Evidence, cut: datetime, types: set[str]) -> list[Event]:
    cases = chain.from_iterable(evidence.after_sales[order] for order in evidence.orders)
    return [
        Event(case["refunded_at"], (case["refunded_at"] - case["applied_at"]).total_seconds())
        for case in cases
        if case["type"] in types
        and case.get("handled_by") != "platform"
        and cut - WINDOW <= case.get("refunded_at", cut) < cut
        and not evidence.newest(case, cut)["exempt"]
    ]
