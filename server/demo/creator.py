"""A creator who sells the goods of four shops, the demo shop among them: the same life, seen from their side."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from server.demo.catalog import CREATORS, PRODUCTS, SHOP_ID, SHOP_NAME
from server.demo.counting import Evidence
from server.demo.creator_official import STARS, WEIGHTS, official_days
from server.demo.generator import happenings, in_order_seen
from server.demo.life import Record, Season, midnight, wire

CREATOR_ID: Final = CREATORS[0]
CREATOR_NAME: Final = "青禾生活记（演示）"
SHOPS: Final = {
    SHOP_ID: SHOP_NAME,
    "990000418": "晨屿厨具（演示）",
    "990000419": "木南家纺（演示）",
    "990000420": "听澜日用（演示）",
}
SHOP_OF_PRODUCT: Final = {
    product.id: list(SHOPS)[index * len(SHOPS) // len(PRODUCTS)] for index, product in enumerate(PRODUCTS)
}
PARTNER_DAYS: Final = 7


def generate_creator(seed: int, last_day: date, days: int = 150, orders_per_day: int = 60) -> Iterator[dict[str, Any]]:
    """Records (wire form) of the creator; `orders_per_day` are those of all four shops, the creator brings an eighth.

    As `generate` in everything else: nothing at or after `last_day` 00:00 Asia/Shanghai is told, official days follow.
    """
    season = Season(seed, last_day, days, orders_per_day)
    told = list(_own(happenings(season)))
    seen = [*told, *official_days(season, Evidence(told)), *_partner_days(season, told)]
    opening = midnight(season.first_day)
    yield wire(
        {
            "kind": "subject",
            "id": CREATOR_ID,
            "platform": "douyin",
            "type": "creator",
            "name": CREATOR_NAME,
            "time_zone": "Asia/Shanghai",
            "seen_at": opening,
        }
    )
    for product in PRODUCTS:
        shop = SHOP_OF_PRODUCT[product.id]
        row = {"kind": "product", "id": product.id, "name": product.name, "category": list(product.category)}
        yield wire(row | {"merchant_id": shop, "price": product.price, "seen_at": opening})
    yield from (wire(record) for record in in_order_seen(seen))


def _own(told: Iterable[Record]) -> Iterator[Record]:
    """The orders with a line of this creator, that line alone, and what hangs on them."""
    orders: set[str] = set()
    for record in told:
        if record["kind"] == "order":
            lines = [
                line | {"merchant_id": SHOP_OF_PRODUCT[line["product_id"]]}
                for line in record["lines"]
                if line.get("creator_id") == CREATOR_ID
            ]
            if lines:
                orders.add(record["id"])
                yield record | {"lines": lines, "amount": sum(line["amount"] for line in lines)}
        elif record.get("order_id") in orders:
            yield record


def _partner_days(season: Season, told: list[Record]) -> Iterator[Record]:
    """What the selection square shows of each shop; the demo shop's figures are as good as its reviews here."""
    for back in range(PARTNER_DAYS, 0, -1):
        day = season.day(back)
        reviews = [review for review in _reviews(told) if review["created_at"] < midnight(day)]
        by_shop: dict[str, list[Record]] = defaultdict(list)
        for review in reviews:
            by_shop[SHOP_OF_PRODUCT[review["product_id"]]].append(review)
        for shop, rows in by_shop.items():
            parts = {name: round(3 + 2 * _share(rows, field), 2) for name, field in STARS.items()}
            yield {
                "kind": "partner",
                "id": f"{shop}|{day}",
                "merchant_id": shop,
                "name": SHOPS[shop],
                "date": day.isoformat(),
                **parts,
                "total": _weighed(parts),
                "updated_at": midnight(day) + timedelta(hours=7),
            }


def _reviews(told: list[Record]) -> list[Record]:
    """Each as it stands in the end; an edited one was told twice."""
    return list({record["id"]: record for record in told if record["kind"] == "review"}.values())


def _weighed(parts: dict[str, float]) -> float:
    return round(sum(score * WEIGHTS[name] for name, score in parts.items()), 2)


def _share(reviews: list[Record], field: str) -> float:
    """Praised among the rated, stretched so that 80 % praise is nothing: the platform ranks among peers."""
    rated = [review[field] for review in reviews if field in review]
    praised = sum(stars >= 4 for stars in rated) / len(rated)
    return math.sqrt(max(0.0, praised - 0.8) / 0.2)
