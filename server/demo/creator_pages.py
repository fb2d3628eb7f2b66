"""The answers behind the creator's pages on 巨量百应 (spec/pages.md); only `shop_total_score` is a published shape."""

from typing import Any, Final

from server.demo import sentinels
from server.demo.catalog import PRODUCTS
from server.demo.creator import SHOP_OF_PRODUCT
from server.demo.envelope import PAGE_SIZE, Query, envelope, number
from server.demo.shop import Shop

LEVELS: Final = ((4.8, "高", 1), (4.5, "中", 2), (0.0, "低", 3))
PARTS: Final = {
    "shop_score": "total",
    "product_score": "goods",
    "logistics_score": "logistics",
    "service_score": "service",
}


INDICATORS: Final = {
    "goods.praise": "商品好评率",
    "goods.quality_return": "品质退货率",
    "logistics.praise": "物流好评率",
    "logistics.transit_seconds": "到货时长",
    "service.praise": "服务好评率",
    "service.complaint": "投诉率",
    "service.dispute": "纠纷商责率",
    "service.reply_seconds": "IM 平均回复时长",
    "service.refund_only_seconds": "仅退款自主完结时长",
    "service.return_refund_seconds": "退货退款自主完结时长",
}


def profile(creator: Shop, _query: Query) -> dict[str, Any]:
    """What the profile page prints; its address and keys are the demo's own, so that only labels can be relied on."""
    today = creator.official[-1]
    scores = {name: part["score"] for name, part in today.get("dimensions", {}).items()}
    labels = {"goods": "商品口碑", "logistics": "物流口碑", "service": "服务口碑"}
    return envelope(
        {
            "creator": {"origin_uid": creator.subject["id"], "name": creator.subject["name"]},
            "day": today["id"],
            "lines": [["带货口碑分", today.get("total")], *([labels[name], score] for name, score in scores.items())],
            "ranks": [
                {"name": label, "seconds": key.endswith("_seconds"), **today["indicators"][key]}
                for key, label in INDICATORS.items()
                if key in today.get("indicators", {})
            ],
            "own": sentinels.buyer(),
        }
    )


def selection(creator: Shop, query: Query) -> dict[str, Any]:
    """Product cards, pages from 1, each with its shop's scores of the newest day."""
    page = max(1, number(query, "page", 1))
    rows = PRODUCTS[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    newest = {partner["merchant_id"]: partner for partner in reversed(creator.partners)}
    cards = []
    for product in rows:
        shop = newest.get(SHOP_OF_PRODUCT[product.id])
        if shop is None:
            continue
        cards.append(
            {
                "product_id": product.id,
                "title": product.name,
                "price": product.price,
                "cos_ratio": 15,
                "shop_id": shop["merchant_id"],
                "shop_name": shop["name"],
                "shop_total_score": {name: _score(shop[part]) for name, part in PARTS.items()},
            }
        )
    return envelope({"promotions": cards, "total": len(PRODUCTS)})


def _score(value: float) -> dict[str, Any]:
    text, level = next((text, level) for least, text, level in LEVELS if value >= least)
    return {"text": text, "score": value, "level": level}


def contact(_creator: Shop, _query: Query) -> dict[str, Any]:
    return envelope(sentinels.contact())
