"""What `koubei packs` says to a person, in both languages; what other commands say too is in texts.py."""

from server.cli.texts import TEXTS
from server.texts import text_of

_OWN: dict[str, tuple[str, str]] = {
    "pack": ("规则包", "Pack"),
    "whose": ("适用", "Whose"),
    "shop": ("店铺", "shop"),
    "creator": ("达人", "creator"),
    "since": ("生效", "Since"),
    "until": ("失效", "Until"),
    "open": ("至今", "open"),
    "grades": ("依据等级", "Grades"),
    "from": ("出处", "From"),
    "bundled": ("随产品", "bundled"),
    "whole": ("整个文件", "the whole file"),
    "fault": ("{file} 第 {line} 行 {path}：", "{file} line {line} {path}:"),
    "fine": ("{file} 没有问题：{id}", "{file} is fine: {id}"),
    "in_force": (
        "{since} 至 {until} 有效 · 窗口 {days} 天 · 总分 {scale}",
        "in force {since} to {until} · window of {days} days · total {scale}",
    ),
    "valid_orders": ("有效订单 = {words}", "valid orders = {words}"),
    "below_growth": ("；少于 {count} 单为成长期", "; under {count}: growth stage"),
    "below_hidden": ("；少于 {count} 单不展示", "; under {count}: not shown"),
    "response_unpublished": (
        "数值如何变成得分未公布，从本店的官方分学习（学到之前 ±{band} 分起，等级 {grade}）",
        "how values become scores is not published: learned from own days (until then from ±{band}, grade {grade})",
    ),
    "response_steps": ("得分按阶梯表", "scores by step tables"),
    "response_rank": ("得分按行业排名（等级 {grade}）", "scores by rank in the industry (grade {grade})"),
    "decay": ("越近权重越高，半衰期 {days} 天", "nearer days weigh more, half-life of {days} days"),
    "dimensions": ("维度权重", "Dimensions"),
    "cross_border": ("（跨境）", " (cross-border)"),
    "indicators": ("指标", "Indicators"),
    "definition": ("口径", "Definition"),
    "own_window": ("窗口 {days} 天", "window of {days} days"),
    "target_lower": ("要求低于 {target}", "to be below {target}"),
    "target_higher": ("要求高于 {target}", "to be above {target}"),
    "indicator_weights": (
        "另按行业和店铺类型公布了 {count} 组权重（--json 查看）",
        "{count} more sets of weights by industry and type of shop (--json lists them)",
    ),
    "deductions": ("扣分", "Deductions"),
    "scene": ("情形", "Scene"),
    "points": ("分值", "Points"),
    "cap": ("上限", "Cap"),
    "once": ("只扣一次", "once"),
    "together": ("合计最多 {cap}", "together at most {cap}"),
    "bonuses": ("加分", "Bonuses"),
    "bonus": ("加分项", "Bonus"),
    "and_share": ("，且占比 ≥ {share}", ", and a share ≥ {share}"),
    "and_switch": ("，且最近 {days} 天一直开通", ", and switched on throughout the last {days} days"),
    "shields": ("少单保护", "Low-volume shields"),
    "condition": ("条件", "Condition"),
    "shield": (
        "坏例 ≤ {bad} 且有效订单 < {orders}（特定行业、旗舰店 < {special}）",
        "at most {bad} bad ones under {orders} valid orders ({special} in some industries and for flagships)",
    ),
    "shield_few": ("分母 ≤ {count}", "at most {count} counted at all"),
    "shown": ("消费者看到", "Consumers see"),
    "stars": ("星级", "Stars"),
    "gates": ("门槛", "Gates"),
    "unpublished": ("（线未公布）", "(line not published)"),
    "each_of": ("，{days} 天中至少一天", " on at least one of {days} days"),
    "of_products": (
        "每个商品：品退率 ≤ 类目标准，好评率 ≥ {praise}",
        "each product: quality returns ≤ its category's limit, praise ≥ {praise}",
    ),
    "mean": ("{days} 天均值 ", "{days}-day mean "),
    "sources": ("来源", "Sources"),
    "title": ("标题", "Title"),
    "date": ("日期", "Date"),
}


def text(lang: str, key: str, **params: object) -> str:
    return text_of(_OWN.get(key) or TEXTS[key], lang, **params)
