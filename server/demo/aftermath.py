"""What buyers do beside returning things: reviews, chats, and help asked of the platform."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from server.demo.catalog import PRODUCT_BY_ID
from server.demo.life import Record, Season, at, later, pick
from server.demo.orders import is_late

TAGS: Final = {
    5: ["质量很好", "物流快"],
    4: ["性价比高"],
    3: ["一般"],
    2: ["做工粗糙"],
    1: ["质量差", "与描述不符"],
}
TOPICS: Final = ("物流进度", "商品咨询", "退换货", "优惠活动")
MISLED: Final = frozenset({"size", "not_as_described"})
AGENTS: Final = ("agent-1", "agent-2", "agent-3")


def reviews(season: Season, orders: Iterable[Record], cases: Iterable[Record]) -> Iterator[Record]:
    """Copies of reviews: an edited one comes again, with its new stars and a later `updated_at`."""
    chance = season.chance("reviews")
    misled = {case["order_id"] for case in cases if case["reason"]["class"] in MISLED}
    for order in orders:
        if "delivered_at" not in order or chance.random() >= 0.38:
            continue
        for line in order["lines"]:
            yield from _review(chance, order, line, misled=order["id"] in misled)


def _review(chance: random.Random, order: Record, line: Record, *, misled: bool) -> Iterator[Record]:
    low = min(0.9, PRODUCT_BY_ID[line["product_id"]].low_star * (4 if is_late(order) else 1))
    low = max(low, 0.6 if misled else 0.0)
    stars = pick(chance, (1, 2), (3, 2)) if chance.random() < low else pick(chance, (3, 4, 5), (5, 12, 83))
    written = later(order["delivered_at"], chance.expovariate(1 / 40) + 0.4)
    review: Record = {
        "kind": "review",
        "id": f"72{line['id'][2:]}",
        "order_id": order["id"],
        "line_id": line["id"],
        "product_id": line["product_id"],
        "created_at": written,
        "updated_at": written,
        "stars": stars,
        "logistics_stars": pick(chance, (1, 2, 3), (3, 3, 4))
        if is_late(order)
        else pick(chance, (3, 4, 5), (4, 10, 86)),
        "service_stars": pick(chance, (2, 3, 4, 5), (1, 3, 12, 84)),
        "tags": TAGS[stars],
        "counts": chance.random() >= 0.02,
    }
    if stars <= 3 and chance.random() < 0.6:
        review["merchant_reply_at"] = later(written, chance.uniform(0.5, 30))
    yield review
    if stars <= 3 and chance.random() < 0.14:
        yield review | {"stars": 5, "updated_at": later(written, 24 * chance.uniform(1, 6)), "tags": TAGS[5]}
    elif stars == 5 and chance.random() < 0.008:
        yield review | {"stars": 2, "updated_at": later(written, 24 * chance.uniform(1, 8)), "tags": TAGS[2]}


def chats(season: Season, orders: Iterable[Record]) -> Iterator[Record]:
    """Sessions about an order (at any hour) and, a few a day, about a product nobody has bought yet."""
    chance = season.chance("chats")
    counter = 0
    for order in orders:
        if "paid_at" not in order or order["excluded"] or chance.random() >= (0.45 if is_late(order) else 0.12):
            continue
        base = order["deliver_by"] if is_late(order) else order["paid_at"]
        counter += 1
        yield _chat(season, chance, counter, later(base, chance.uniform(0.2, 60))) | {"order_id": order["id"]}
    for back in range(season.days, 0, -1):
        for _ in range(chance.randrange(2, 6)):
            counter += 1
            asked = chance.choice(list(PRODUCT_BY_ID))
            yield _chat(season, chance, counter, at(season.day(back), chance.uniform(7, 23.9))) | {"product_id": asked}


def _chat(season: Season, chance: random.Random, counter: int, started: datetime) -> Record:
    busy = season.is_promotion(started.date()) or started.hour >= 22 or started.hour < 8
    rounds = 1 + min(11, int(chance.expovariate(0.45)))
    unanswered = sum(chance.random() < (0.09 if busy else 0.015) for _ in range(rounds))
    seconds = sum(int(chance.lognormvariate(3.9 if busy else 3.2, 0.7)) + 3 for _ in range(rounds - unanswered))
    chat: Record = {
        "kind": "chat",
        "id": f"73{season.seed % 100:02d}{counter:015d}",
        "agent_id": chance.choice(AGENTS),
        "agent_kind": pick(chance, ("own", "third_party"), (85, 15)),
        "language": "zh",
        "started_at": started,
        "ended_at": started + timedelta(seconds=seconds + 20 * rounds),
        "rounds": rounds,
        "unanswered_rounds": unanswered,
        "reply_seconds": seconds,
        "topic": chance.choice(TOPICS),
    }
    if chance.random() < 0.4:
        unhappy = 0.4 if unanswered else 0.09
        chat["stars"] = (
            pick(chance, (1, 2, 3), (3, 2, 4)) if chance.random() < unhappy else pick(chance, (4, 5), (3, 7))
        )
    return chat


def platform_help(season: Season, orders: Iterable[Record], cases: Iterable[Record]) -> Iterator[Record]:
    chance = season.chance("platform_help")
    for case in cases:
        if "arbitration" in case:
            yield _help(case["order_id"], case["arbitration"]["opened_at"], "arbitration", same_issue=True)
    for order in orders:
        if "shipped_at" in order and chance.random() < (0.06 if is_late(order) else 0.003):
            via = pick(chance, ("complaint", "platform_service"), (2, 3))
            opened = later(order["deliver_by"], chance.uniform(2, 48))
            yield _help(order["id"], opened, via, same_issue=chance.random() < 0.8)


def _help(order_id: str, opened: datetime, via: str, *, same_issue: bool) -> Record:
    return {
        "kind": "platform_help",
        "id": f"75{order_id[2:]}{via[0]}",
        "order_id": order_id,
        "opened_at": opened,
        "via": via,
        "same_issue_as_chat": same_issue,
    }
