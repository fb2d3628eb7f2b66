"""Every answer of the demo's backends by its path, the personal data of a real page included (see sentinels)."""

from collections.abc import Callable
from typing import Any, Final

from server.demo import sentinels
from server.demo.creator_pages import contact, profile, selection
from server.demo.envelope import Query, envelope
from server.demo.order_pages import TABS, after_sale_status, after_sales, order_detail, order_status, orders
from server.demo.review_pages import comment_statistics, comments
from server.demo.score_pages import analysis, overview, trend
from server.demo.service_pages import penalties, penalty_list, staff_data
from server.demo.shop import Shop

Make = Callable[[Shop, Query], dict[str, Any]]


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
    cards = [{"cards": [card, todo]}]
    return envelope({"shop_id": shown["shop_id"], "shop_name": shown["shop_name"], "lay_out_data": cards})


def desk_user(shop: Shop, _query: Query) -> dict[str, Any]:
    """Whose service desk it is; asked by every page of the desk."""
    return envelope({"ShopId": shop.subject["id"], "ShopName": shop.subject["name"], **sentinels.staff()})


def creator_user(creator: Shop, _query: Query) -> dict[str, Any]:
    """Which creator is logged in; asked by every page of 巨量百应."""
    subject = creator.subject
    return envelope(sentinels.buyer() | {"origin_uid": subject["id"], "user_name": subject["name"]})


HOME: Final = "/demo/homepage/layout"
# What the role of a sub-account does not include.
OWNER_ONLY: Final = frozenset(
    {
        "/governance/shop/experiencescore/getOverviewByVersion",
        "/governance/shop/experiencescore/getAnalysisScore",
        "/governance/shop/experiencescore/getSubScoreNew",
        "/demo/score/trend",
        "/governance/shop/penalty/v3/overview_data",
        "/demo/penalty/list",
        "/product/tcomment/statistics",
    }
)

ENDPOINTS: Final[dict[str, Make]] = {
    "/governance/shop/experiencescore/getOverviewByVersion": overview,
    "/governance/shop/experiencescore/getAnalysisScore": analysis,
    "/governance/shop/experiencescore/getSubScoreNew": analysis,
    "/demo/score/trend": trend,
    "/api/order/searchlist": orders,
    "/api/order/orderDetail": order_detail,
    "/after_sale/pc/list": after_sales,
    "/product/tcomment/commentList": comments,
    "/product/tcomment/statistics": comment_statistics,
    "/governance/shop/penalty/v3/overview_data": penalties,
    "/demo/penalty/list": penalty_list,
    "/backstage/queryStaffData": staff_data,
    HOME: home,
    "/backstage/currentuser": desk_user,
}
CREATOR_ENDPOINTS: Final[dict[str, Make]] = {
    "/index/getUser": creator_user,
    "/demo/creator/profile": profile,
    "/pc/selection/common/material_list": selection,
    "/square_pc_api/common/contact": contact,
}
