"""A definition in words, in both languages: what is counted, by which moment, and what each adds.

Sources: scoring.md, "Indicators".
"""

from collections.abc import Mapping

from shared_scoring.definition import Definition
from shared_scoring.pack_base import Words

COHORT_WORDS: Mapping[str, Words] = {
    "orders_paid": Words("有效订单（按支付日）", "valid orders, by payment"),
    "orders_shipped": Words("已发货的有效订单（按发货日）", "valid orders, by dispatch"),
    "orders_due_for_pickup": Words("应揽收的有效订单（按揽收期限）", "valid orders due for pickup, by when it is due"),
    "orders_picked_up": Words("已揽收的有效订单（按揽收日）", "valid orders, by pickup"),
    "orders_delivered": Words("已签收的有效订单（按签收日）", "valid orders, by delivery"),
    "parcels_due": Words("应送达的运单（按承诺送达日）", "parcels, by their promised arrival"),
    "parcels_shipped": Words("已发货的包裹（按订单发货日）", "parcels sent, by the dispatch of their order"),
    "reviews_written": Words("评价（按评价日）", "reviews, by when they were written"),
    "refunds": Words("售后单（按退款成功日）", "after-sales, by refund"),
    "chats_in_service_hours": Words("8 点至 23 点开始的飞鸽会话", "chats that began from 08:00 to 22:59:59"),
    "orders_asking_or_helped": Words(
        "找过商家的订单（申请售后或发起会话）", "orders that asked the merchant, by an after-sale or a chat"
    ),
}

MEASURE_WORDS: Mapping[str, Words] = {
    "one": Words("计数", "their number"),
    "stars": Words("平均星级，一单多评先取平均", "mean stars, an order's several ratings averaged first"),
    "pickup_seconds": Words(
        "支付到揽收的平均秒数，18 点至次日 6 点支付的从 6 点起算",
        "mean seconds from payment to pickup; payments from 18:00 to 06:00 start at 06:00",
    ),
    "pickup_score": Words("揽收时长得分（小时→分：{steps}）", "mean score by hours to pickup ({steps})"),
    "picked_up_in_time": Words("按时揽收的占比", "share picked up in time"),
    "transit_seconds": Words("支付到签收的平均秒数", "mean seconds from payment to delivery"),
    "in_time": Words("按时送达的占比", "share delivered in time"),
    "praise": Words("{rating} 达到 {stars_at_least} 星的占比", "share with {stars_at_least} or more of {rating}"),
    "audit_seconds": Words(
        "申请到商家同意的平均秒数，23 点至 8 点申请的从 8 点起算，只计 {types}",
        "mean seconds until the merchant agreed; filed from 23:00 to 08:00 starts at 08:00; only {types}",
    ),
    "handled_in_time": Words(
        "在 {limit_seconds} 秒内处理完的占比，平台处理的不计，只计 {types}",
        "share handled within {limit_seconds} s, those of the platform left out; only {types}",
    ),
    "completion_seconds": Words(
        "申请到退款的平均秒数，平台处理的不计，只计 {types}",
        "mean seconds from filing to refund, those of the platform left out; only {types}",
    ),
    "reply_seconds": Words(
        "每轮平均响应秒数，未回复一轮按 600 秒", "mean seconds to reply a round; an unanswered one counts 600"
    ),
    "dissatisfied": Words(
        "已评价会话中 {stars_at_most} 星及以下的占比", "of the rated, share of {stars_at_most} stars or fewer"
    ),
    "helped": Words("其中求助平台的占比", "share taken to the platform"),
    "blamed": Words("仲裁判责 {blames} 的占比", "share with an arbitration decided against {blames}"),
    "cancelled": Words("发货前被 {by} 取消的占比", "share cancelled before dispatch by {by}"),
    "clean_service": Words("使用 {services} 且全程无异常的订单数", "those with {services}, nothing wrong on the way"),
    "complaint": Words("有投诉的占比", "share with a complaint"),
    "defect": Words(
        "{stars_at_most} 星及以下或仲裁未胜的占比，一单只计一次",
        "share rated {stars_at_most} stars or fewer or with an arbitration not won; an order counts once",
    ),
    "first_rated_low": Words("首评 {stars_at_most} 星及以下的占比", "share first rated {stars_at_most} stars or fewer"),
    "first_reason": Words(
        "首个售后原因为 {reasons}{ruling}的占比", "share whose first after-sale reason is {reasons}{ruling}"
    ),
    "low_rated": Words("评分 {stars_at_most} 星及以下的订单", "those rated {stars_at_most} stars or fewer"),
    "service": Words("使用 {services} 的占比", "share with {services}"),
    "shipped_late": Words("晚于承诺日发货的占比", "share dispatched after the promised day"),
    "tracked": Words("有单号且物流轨迹正常的占比", "share with a number and a sound trace"),
}
"""The braces are parameters of the definition."""

_IN_48_HOURS = Words(
    "，{industries} 行业和 QIC 订单为 48 小时", ", within 48 hours for {industries} and inspected goods"
)
_RULING = Words("且有判责", ", with a ruling")


def in_words(definition: Definition) -> Words:
    """The cohort and the measure with its parameters filled in."""
    cohort, measure = COHORT_WORDS[definition.cohort], MEASURE_WORDS[definition.measure]
    given = {name: _said(getattr(definition, name)) for name in definition.__struct_fields__[2:]}
    given["rating"] = definition.rating or "stars"
    ruling = _RULING if definition.ruling else Words("", "")
    longer = _IN_48_HOURS if definition.industries_48h else Words("", "")
    industries = ", ".join(definition.industries_48h)
    return Words(
        f"{cohort.zh}：{measure.zh.format(**{**given, 'ruling': ruling.zh})}{longer.zh.format(industries=industries)}",
        f"{cohort.en}: {measure.en.format(**{**given, 'ruling': ruling.en})}{longer.en.format(industries=industries)}",
    )


def _said(value: object) -> str:
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(f"≤{hours:g} → {score:g}" for hours, score in value)
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)
