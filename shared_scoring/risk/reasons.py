"""Why an order is at risk: the additive part of its model, feature by feature, gathered under codes a person knows."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from shared_scoring.pack_base import Words
from shared_scoring.risk.frame import Frame
from shared_scoring.risk.model import Model

_SHOWN = 3
_AT_LEAST = 0.1  # log odds: less is not worth a word


class RaisedOdds(Struct, frozen=True):
    """By how much the odds of `outcome` are higher for it than for the mean of the open orders: 2 is twice."""

    outcome: str
    odds: float


class RiskCause(Struct, frozen=True):
    """A reason as code and parameters; `text` says it in words."""

    code: str
    params: RaisedOdds
    text: str = ""


CODE_OF: Mapping[str, str] = {
    **dict.fromkeys(
        ("survival", "ahead_6", "ahead_120", "age_due", "promise", "left", "left_working", "waited_share", "age"),
        "little_time",
    ),
    **dict.fromkeys(("pace_region", "late_region", "fresh_region", "excess_region"), "slow_region"),
    **dict.fromkeys(
        (
            "pace_merchant", "late_merchant", "fresh_merchant", "late_route", "overdue_share", "out_share",
            "cohort_merchant",
        ),
        "slow_seller",
    ),
    **dict.fromkeys(("late_courier", "excess_courier"), "slow_courier"),
    **dict.fromkeys(("late_product", "late_category", "cohort_product"), "slow_product"),
    **dict.fromkeys(("surge", "peak", "backlog", "near_14", "near_30"), "backlog"),
    **dict.fromkeys(("not_shipped", "ship_overdue", "shipped_for"), "not_shipped"),
    **dict.fromkeys(
        ("freight", "amount", "merchants", "hour", "presale", "freight_share", "quantity", "lines"), "kind_of_order"
    ),
    **dict.fromkeys(("late_margin", "chance_late"), "likely_late"),
    **dict.fromkeys(
        ("overdue", "past_due", "overdue_arrived", "overdue_long", "arrived_late", "early", "transit", "transit_share"),
        "already_late",
    ),
    **dict.fromkeys(
        ("arrived", "days_since_arrival", "fresh_arrival", "waited", "silence", "silent", "long_silent"), "stage"
    ),
    **dict.fromkeys(("several_sellers", "several_lines", "several_pieces"), "several_things"),
    **dict.fromkeys(("excess_product", "excess_category"), "product_history"),
    "excess_merchant": "seller_history",
    **dict.fromkeys(("asked", "after_sale_open"), "asked_before"),
}  # fmt: skip

WORDS: Mapping[str, Words] = {
    "little_time": Words("按目前的速度，剩余时间偏紧", "little time left at the present pace"),
    "slow_region": Words("该收货省份近期偏慢或问题偏多", "this province has been slow or troubled lately"),
    "slow_seller": Words("该商家近期履约偏慢", "this seller has been slow lately"),
    "slow_courier": Words("该快递近期偏慢或问题偏多", "this courier has been slow or troubled lately"),
    "slow_product": Words("该商品常常晚到", "this product often comes late"),
    "backlog": Words("订单积压", "orders have piled up"),
    "not_shipped": Words("还没有发货", "not shipped yet"),
    "kind_of_order": Words("这类订单（金额、件数、时段）风险偏高", "orders of this kind go wrong more often"),
    "several_things": Words("多件或多商家，容易出问题", "several things or sellers: more that can go wrong"),
    "likely_late": Words("很可能晚到", "it is likely to arrive late"),
    "already_late": Words("已超过承诺的到货时间，或买家等待已久", "the promise has passed, or the buyer waited long"),
    "stage": Words("正处在买家容易评价或申请售后的阶段", "buyers tend to speak up at this stage"),
    "product_history": Words("该商品以往差评或售后偏多", "this product has had more trouble than others"),
    "seller_history": Words("该商家以往差评或售后偏多", "this seller has had more trouble than others"),
    "asked_before": Words("买家已就该订单联系过", "the buyer has been in touch about it"),
}


def parts_by_code(model: Model, found: Frame) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The codes, and what each adds to the log odds of each row against the mean of the rows."""
    parts = model.parts(found)
    if len(parts):
        parts = parts - parts.mean(axis=0)
    codes = tuple(dict.fromkeys(CODE_OF[name] for name in model.names))
    gathered = np.zeros((len(parts), len(codes)))
    for index, name in enumerate(model.names):
        gathered[:, codes.index(CODE_OF[name])] += parts[:, index]
    return codes, gathered


def reasons(outcome: str, codes: Sequence[str], parts: NDArray[np.float64]) -> list[RiskCause]:
    """The largest of what raises one order's risk of `outcome`, worst first."""
    order = np.argsort(-parts, kind="stable")[:_SHOWN]
    return [
        RiskCause(codes[at], RaisedOdds(outcome, float(np.exp(parts[at])))) for at in order if parts[at] >= _AT_LEAST
    ]


def text_of(code: str, lang: str) -> str:
    """What a code says in a language, `zh` or `en`."""
    said: str = getattr(WORDS[code], lang)
    return said


def worded(whys: Sequence[RiskCause], lang: str) -> list[RiskCause]:
    """The reasons with their texts in a language, `zh` or `en`."""
    return [RiskCause(one.code, one.params, text_of(one.code, lang)) for one in whys]
