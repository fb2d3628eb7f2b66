"""The answers behind the review page (shapes of spec/pages.md)."""

import zlib
from datetime import datetime, timedelta
from typing import Any, Final

from server.demo import sentinels
from server.demo.envelope import PAGE_SIZE, Query, envelope, epoch, number, paged
from server.demo.life import Record
from server.demo.shop import Shop

REMARKS: Final = {
    5: "很满意，和描述一样，物流也快",
    4: "整体不错，就是包装简单了点",
    3: "一般般，凑合用",
    2: "有点失望，做工比较粗糙",
    1: "用两天就坏了，联系客服也没解决",
}


def comments(shop: Shop, query: Query) -> dict[str, Any]:
    """`commentList`, pages from 0; `rank` filters by stars, `count_ecology_score_filter=1` keeps those that count."""
    rows = [
        review
        for review in shop.reviews
        if query.get("rank", "") in {"", str(review["stars"])}
        and (review["counts"] or query.get("count_ecology_score_filter") != "1")
    ]
    page, size = number(query, "page", 0), number(query, "pageSize", PAGE_SIZE)
    return envelope([_comment(shop, review) for review in paged(rows, page, size)], total=len(rows), page=page)


def _comment(shop: Shop, review: Record) -> dict[str, Any]:
    asks = zlib.crc32(review["id"].encode()) % 3 == 0  # a third of the buyers write their number into the review
    return {
        "id": review["id"],
        "shop_id": shop.subject["id"],
        "product_id": review["product_id"],
        "product_name": shop.products[review["product_id"]]["name"],
        "order_id": review["order_id"],
        "content": REMARKS[review["stars"]] + (f"，{sentinels.WORDS}" if asks else ""),
        "comment_time": epoch(review["created_at"]),
        "update_time": epoch(review["updated_at"]),
        "rank": review["stars"],
        "rank_product": review["stars"],
        "rank_logistic": review["logistics_stars"],
        "rank_shop": review["service_stars"],
        "shop_reply": "感谢反馈，已为您登记处理" if "merchant_reply_at" in review else "",
        "tags": review["tags"],
        **sentinels.buyer(),
    }


def comment_statistics(shop: Shop, _query: Query) -> dict[str, Any]:
    """30 days back from the newest official day."""
    start = (datetime.fromisoformat(shop.official[-1]["id"]) - timedelta(days=30)).date().isoformat()
    recent = [review for review in shop.reviews if review["created_at"] >= start]

    def counts(rows: list[Record]) -> tuple[int, int]:
        return len(rows), sum(review["stars"] <= 2 for review in rows)

    every, bad = counts(recent)
    counting, counting_bad = counts([review for review in recent if review["counts"]])
    return envelope(
        {
            "shop_id": shop.subject["id"],
            "comment_count_30d": every,
            "negative_comment_count_30d": bad,
            "comment_in_ecology_score_count_30d": counting,
            "negative_comment_in_ecology_score_count_30d": counting_bad,
        }
    )
