"""What an open or a closed gate means, and why nothing can be said of one, in both languages."""

from collections.abc import Mapping

from shared_scoring.pack_base import Words

CONSEQUENCES: Mapping[str, tuple[Words, Words]] = {
    "alliance": (
        Words("店铺可加入精选联盟，由达人带货", "the shop may be in the alliance, where creators sell its goods"),
        Words("店铺不能加入精选联盟，已加入的会被清退", "the shop is kept out of the alliance, or removed from it"),
    ),
    "alliance_product": (
        Words("看到的商品都可在精选联盟推广", "all products seen may be promoted in the alliance"),
        Words("有商品不能在精选联盟推广，已推广的会被清退", "some products are kept out of the alliance, or removed"),
    ),
    "promotion": (
        Words("可报名平台大促", "may sign up for the large promotions"),
        Words("不能报名平台大促", "may not sign up for the large promotions"),
    ),
    "brand_mark": (
        Words("可展示品牌标识", "may show the brand mark"),
        Words("不能展示品牌标识", "may not show the brand mark"),
    ),
    "flagship_mark": (
        Words("可展示抖音旗舰标识", "may show the flagship mark"),
        Words("不能展示抖音旗舰标识", "may not show the flagship mark"),
    ),
    "super_lucky_bag": (
        Words("直播间可发超级福袋", "may give super lucky bags in live rooms"),
        Words("直播间不能发超级福袋", "may not give super lucky bags in live rooms"),
    ),
    "category": (
        Words("在售类目不受影响", "the categories on sale stay open"),
        Words("会被清退在售类目", "is evicted from its categories"),
    ),
    "activity": (
        Words("可报名要求 4.6 分的活动", "may join activities that ask for 4.6"),
        Words("不能报名要求 4.6 分的活动", "may not join activities that ask for 4.6"),
    ),
    "traffic": (
        Words("享有流量优先", "is given traffic first"),
        Words("没有流量优先", "is not given traffic first"),
    ),
    "ads": (
        Words("可以投放千川广告", "may advertise"),
        Words("禁止投放千川广告", "may not advertise"),
    ),
    "top_rated": (
        Words("享有优选标识，退货更便宜", "is top rated, and returns are cheaper"),
        Words("没有优选标识，退货不享优惠", "is not top rated, and returns cost the full price"),
    ),
    "account": (
        Words("账户正常", "the account is healthy"),
        Words("账户有被停用的风险", "the account is at risk of deactivation"),
    ),
    "account_danger": (
        Words("账户没有立即被停用的危险", "the account is in no immediate danger"),
        Words("账户即将被停用", "the account is about to be deactivated"),
    ),
}
"""By the code a pack's gate names: what it means while open, and while closed."""

_REASONS: Mapping[str, Words] = {
    "line_not_published": Words("门槛线没有公布", "the line is not published"),
    "level_not_known": Words("分数未知", "the score is not known"),
    "no_score": Words("没有分数", "there is no score"),
    "no_products_seen": Words("还没有看到商品的品退率和好评率", "no product's rates have been seen yet"),
    "products_not_known": Words(
        "有商品的品退率、好评率或类目标准未知", "of some products a rate or the limit is not known"
    ),
}


def consequence_words(code: str) -> Words:
    """Of a state's `consequence`."""
    name, _, state = code.rpartition("_")
    return CONSEQUENCES[name][0 if state == "open" else 1]


def reason_words(code: str) -> Words:
    return _REASONS[code]
