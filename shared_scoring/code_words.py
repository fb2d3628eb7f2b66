"""What the codes of an answer mean, in both languages: why a record does not count, notes, methods."""

from collections.abc import Mapping

from shared_scoring.pack_base import Words

WHY_NOT: Mapping[str, Words] = {
    "excluded_gift": Words("赠品订单不计入", "a gift does not count"),
    "excluded_lucky_bag": Words("福袋订单不计入", "an order from a lucky bag does not count"),
    "excluded_low_price": Words("低价订单不计入", "an order of a very low price does not count"),
    "excluded_instant_refund": Words("秒退订单不计入", "an order refunded at once does not count"),
    "excluded_abnormal": Words("异常订单不计入", "an abnormal order does not count"),
    "another_creator": Words("是其他达人的订单", "it is another creator's order"),
    "exempt": Words("平台已豁免体验分", "the platform has exempted it"),
    "not_counted_by_platform": Words("平台标明不计入分数", "the platform says that it does not count"),
    "unpaid": Words("订单未付款", "the order is not paid"),
    "not_yet": Words("当时还没有发生", "it had not happened by then"),
    "not_in_window_yet": Words("还没有进入统计窗口", "its day has not come yet"),
    "outside_window": Words("已移出统计窗口", "it has left the window"),
    "order_counts_once": Words("同一订单只计一次", "an order counts once"),
    "not_first_after_sale": Words("不是该订单的首个售后", "it is not the first after-sale of its order"),
    "type_not_counted": Words("这种售后类型不考核", "after-sales of this type do not count"),
    "handled_by_platform": Words("由平台处理，不考核", "the platform handled it"),
    "not_refunded_yet": Words("退款成功后才计入", "it counts once it is refunded"),
    "reason_unknown": Words("售后原因未知", "its reason is not known"),
    "reason_not_counted": Words("这个售后原因不考核", "this reason does not count"),
    "no_ruling": Words("没有判责或赔付", "there is no ruling on it"),
    "not_blamed": Words("没有判商家责任", "it was not blamed on the shop"),
    "not_rated": Words("没有评分", "it has no rating"),
    "not_low": Words("不是低分评价", "the rating is not a low one"),
    "not_shipped_yet": Words("还没有发货", "it is not shipped yet"),
    "not_picked_up_yet": Words("还没有揽收", "it is not picked up yet"),
    "not_delivered_yet": Words("还没有签收", "it is not delivered yet"),
    "cancelled_before_dispatch": Words("发货前已取消", "it was cancelled before dispatch"),
    "cancelled_before_due": Words("揽收期限前已取消", "it was cancelled before its pickup was due"),
    "no_deadline": Words("没有承诺时间", "no time was promised"),
    "order_not_seen": Words("还没有看到它的订单", "its order has not been seen"),
    "time_unknown": Words("时间未知", "its time is not known"),
    "names_no_order": Words("没有对应的订单", "it names no order"),
    "chat_at_night": Words("不在 8 点至 23 点的会话", "the chat did not begin from 08:00 to 22:59:59"),
    "reply_time_unknown": Words("回复时长未知", "the time to reply is not known"),
    "no_rounds": Words("没有对话轮次", "the chat has no rounds"),
    "no_complaint": Words("不是投诉", "it is no complaint"),
    "another_issue": Words("与会话不是同一诉求", "it is about another issue than the chat"),
    "adds_nothing": Words("对指标没有影响", "it adds nothing"),
    "no_indicator": Words("规则里没有考核它的指标", "no indicator of these rules counts it"),
}

NOTES: Mapping[str, Words] = {
    "no_cohort": Words(
        "{name}：窗口内没有可统计的记录，它的权重由同维度其他指标分担",
        "{name}: nothing to count in the window; its weight is shared out among the others of its dimension",
    ),
    "low_coverage": Words(
        "{name}：只看到官方口径的 {coverage}",
        "{name}: only {coverage} of what the platform counts has been seen",
    ),
    "own_values": Words(
        "页面只显示分数或排名，不显示指标值；分数的变化由自己的记录统计出的值学得",
        "the page shows scores or ranks without values: how points move was learned from what the own records count",
    ),
}
OPEN_PAGE = Words("，打开{page}可以补全", "; open {page} to close the gap")
PAGES: Mapping[str, Words] = {
    "orders": Words("订单页", "the orders page"),
    "after_sales": Words("售后页", "the after-sales page"),
    "reviews": Words("评价页", "the reviews page"),
}

METHODS: Mapping[str, Words] = {
    "steps": Words("按分档表计算", "computed from step tables"),
    "rank": Words("按行业排名计算", "computed from ranks in the industry"),
    "growth_stage": Words("成长期固定分", "fixed in the growth stage"),
    "carried_forward": Words("沿用 {day} 的官方分", "the official score of {day} carried forward"),
    "learned": Words("从本店的官方分学得", "learned from the subject's own official days"),
    "default_curve": Words("按默认曲线推算", "from the default curves, on the subject's own level"),
}
