"""Every answer of the demo shop's backend by its path, the personal data of a real page included (see sentinels)."""

from collections.abc import Callable
from typing import Any, Final

from server.demo.envelope import Query, envelope
from server.demo.order_pages import TABS, after_sale_status, after_sales, order_status, orders
from server.demo.review_pages import comment_statistics, comments
from server.demo.score_pages import analysis, overview
from server.demo.shop import Shop


def home(shop: Shop, query: Query) -> dict[str, Any]:
    """The home page's cards; the address is the demo's own, only the card's shape is known."""
    shown = overview(shop, query)["data"]
    dimensions = {"商品体验": "goods_score", "物流体验": "logistics_score", "服务体验": "service_score"}
    card = {
        "card_name": "shop_info_card",
        "shop_id": shown["shop_id"],
        "shop_name": shown["shop_name"],
        "expr_score": {
            "main_compass": {"val": shown["experience_score"]["value"]},
            "compass_list": [{"title": title, "val": shown[key]["value"]} for title, key in dimensions.items()],
        },
    }
    counts = {name: sum(order_status(order) in wanted for order in shop.orders) for name, wanted in TABS.items()}
    waiting = sum(after_sale_status(case) == 6 for case in shop.after_sales)
    todo = {"card_name": "todo_card", "unship": counts["unship"], "unpaid": counts["unpaid"], "after_sale": waiting}
    return envelope({"shop_id": shown["shop_id"], "lay_out_data": [{"cards": [card, todo]}]})


ENDPOINTS: Final[dict[str, Callable[[Shop, Query], dict[str, Any]]]] = {
    "/governance/shop/experiencescore/getOverviewByVersion": overview,
    "/governance/shop/experiencescore/getAnalysisScore": analysis,
    "/governance/shop/experiencescore/getSubScoreNew": analysis,
    "/api/order/searchlist": orders,
    "/after_sale/pc/list": after_sales,
    "/product/tcomment/commentList": comments,
    "/product/tcomment/statistics": comment_statistics,
    "/demo/homepage/layout": home,
}
