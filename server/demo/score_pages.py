"""The answers behind the score page (shapes of spec/pages.md)."""

from datetime import datetime, timedelta
from typing import Any, Final

from server.demo import sentinels
from server.demo.envelope import Query, envelope
from server.demo.life import SHANGHAI, Record
from server.demo.shop import Shop

TITLES: Final = {
    "goods.rating": "商品综合评分",
    "goods.quality_return": "商品品质退货率",
    "logistics.pickup_seconds": "平均揽收时长",
    "logistics.delivery_rate": "运单配送时效达成率",
    "logistics.damage_return": "商品/包装破损退货订单率",
    "service.audit_seconds": "售后平均审核时长",
    "service.reply_seconds": "飞鸽平均响应时长",
    "service.dissatisfied": "飞鸽会话不满意率",
    "service.help_rate": "平台求助率",
}
# Four node numbers are known (pages.md); the others are placeholders of the demo.
NODES: Final = {
    "service.audit_seconds": 316,
    "service.dissatisfied": 317,
    "service.help_rate": 318,
    "service.reply_seconds": 322,
}
FRACTIONS: Final = frozenset(
    key for key in TITLES if key.endswith(("_rate", "_return", "dissatisfied"))
)  # value_type 2


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).strftime("%Y/%m/%d %H:%M:%S")


def overview(shop: Shop, _query: Query) -> dict[str, Any]:
    """`getOverviewByVersion`: the newest official day. Weights are whole percents, as on the page (权重 45 %)."""
    today, before = shop.official[-1], shop.official[-2]

    def part(name: str) -> dict[str, Any]:
        now = today.get("dimensions", {}).get(name, {"score": -9999, "weight": 0})
        was = before.get("dimensions", {}).get(name, now)
        return {
            "value": now["score"],
            "rating": "" if now["score"] < 0 else _rating(now["score"]),
            "weight": round(100 * now["weight"]),
            "rise_than_yesterday": round(now["score"] - was["score"], 2),
        }

    growth = today["stage"] == "growth"
    return envelope(
        {
            "shop_id": shop.subject["id"],
            "shop_name": shop.subject["name"],
            "shop_logo": f"https://{sentinels.AVATAR}/shop.png",
            "category": today["industry"],
            "has_data": True,
            "update_time": _clock(today["updated_at"]),
            "is_new_shop_score": growth,
            "new_shop_info": {"new_shop_score": today["total"] if growth else -9999},
            "experience_score": {
                "value": today["total"],
                "rating": _rating(today["total"]),
                "rise_than_yesterday": round(today["total"] - before["total"], 2),
            },
            "goods_score": part("goods"),
            "logistics_score": part("logistics"),
            "service_score": part("service"),
            "bad_behavior_deduct_score": {"value": today["deduction"]},
            "score_five_info": {"score": today.get("consumer_score", -9999), "hundred_score": today["total"]},
        }
    )


def _rating(score: float) -> str:
    return next(word for least, word in ((90, "优秀"), (80, "良好"), (70, "中等"), (0, "待提升")) if score >= least)


def analysis(shop: Shop, query: Query) -> dict[str, Any]:
    """`getAnalysisScore`, and with `experience_node` one of its items (`getSubScoreNew`). No node scores."""
    today, before = shop.official[-1], shop.official[-2]
    items = [_indicator(key, today, before) for key in TITLES if key in today["indicators"]]
    if "experience_node" in query:
        items = [item for item in items if str(item["experience_node"]) == query["experience_node"]]
    last = datetime.fromisoformat(today["id"])
    scores = {name: part["score"] for name, part in today.get("dimensions", {}).items()}
    names = {"goods": "商品体验", "logistics": "物流体验", "service": "服务体验"}
    return envelope(
        {
            "shop_id": shop.subject["id"],
            "begin_date": (last - timedelta(days=30)).strftime("%Y/%m/%d"),
            "current_date": last.strftime("%Y/%m/%d"),
            "shop_order_latest_30_cnt": today["valid_orders_30d"],
            "shop_sub_score": [{"sub_score_name": names[name], "sub_score": score} for name, score in scores.items()],
            "shop_analysis": items,
        }
    )


def _indicator(key: str, today: Record, before: Record) -> dict[str, Any]:
    item = today["indicators"][key]
    was = before["indicators"].get(key, item)
    digits = 0 if key.endswith("_seconds") else 4
    return {
        "title": TITLES[key],
        "experience_node": NODES.get(key, 400 + list(TITLES).index(key)),
        "value": {"value_figure": round(item["value"], digits), "value_type": 2 if key in FRACTIONS else 1},
        "compare_with_self": {"rise_than_yesterday": round(item["value"] - was["value"], digits)},
        "calculate_numerator": [{"sub_title": f"{TITLES[key]}分子", "value": item["numerator"]}],
        "calculate_denominator": {"sub_title": f"{TITLES[key]}分母", "value": item["denominator"]},
    }


def trend(shop: Shop, _query: Query) -> dict[str, Any]:
    """Totals of the last 30 days; the page shows such a line, but not from what it draws it."""
    days = shop.official[-30:]
    points = [{"date": day["id"].replace("-", "/"), "value": day["total"]} for day in days]
    return envelope({"shop_id": shop.subject["id"], "trend": points})
