"""What the command line says to a person, in both languages."""

from server.texts import Both, text_of
from shared_scoring.scene_words import SCENE_WORDS

TEXTS: dict[str, Both] = {
    "score_of": ("{subject} · {date} 早上公布的分数", "{subject} · the score published on the morning of {date}"),
    "window": ("统计窗口 {first} 至 {last} · 规则 {rules}", "window {first} to {last} · rules {rules}"),
    "unknown_subject": ("未命名主体", "unnamed subject"),
    "official": ("官方", "official"),
    "estimate": ("预估", "estimate"),
    "estimated": ("预估", "estimated"),
    "unknown": ("未知", "not known"),
    "total": ("总分", "Total"),
    "consumer": ("消费者端", "Shown to consumers"),
    "no_total": (
        "还没有官方分数，规则又未公布分数算法，因此只列出各项指标",
        "no official score has been seen and the rules do not publish how values become one: indicators only",
    ),
    "stage_growth": ("成长期（有效订单不足，分数固定）", "growth stage (too few valid orders, fixed score)"),
    "stage_formal": ("正式期", "formal stage"),
    "stage_hidden": ("不展示", "not shown"),
    "valid_orders": ("有效订单 {count}", "{count} valid orders"),
    "dimension": ("维度", "Dimension"),
    "score": ("得分", "Score"),
    "weight": ("权重", "Weight"),
    "band": ("八成区间", "80 % band"),
    "source": ("来源", "Source"),
    "indicator": ("指标", "Indicator"),
    "value": ("数值", "Value"),
    "counted": ("分子 / 分母", "Numerator / denominator"),
    "coverage": ("覆盖率", "Coverage"),
    "deducted": ("扣分 {scene} ×{count}", "Deducted {scene} ×{count}"),
    "bonus": ("加分 {name}", "Bonus {name}"),
    "gate": ("门槛", "Gate"),
    "open": ("已达标", "open"),
    "closed": ("差 {missing}", "{missing} missing"),
    "gate_unknown": ("未知", "not known"),
    "days_to_open": ("保持今天水平 {days} 天后达标", "opens in {days} days at today's level"),
    "lines": (
        "读取 {lines} 行：采用 {accepted}，未变化 {unchanged}，隔离 {quarantined}",
        "{lines} lines read: {accepted} used, {unchanged} changed nothing, {quarantined} quarantined",
    ),
    "quarantined": ("{file} 第 {line} 行 {path}：{reason}", "{file} line {line} {path}: {reason}"),
    "more_quarantined": ("另有 {count} 行，用 --json 查看全部", "{count} more; --json lists them all"),
    "goods": ("商品分", "goods"),
    "logistics": ("物流分", "logistics"),
    "service": ("服务分", "service"),
    "consumer_score": ("消费者端分数", "consumer score"),
    "seconds": ("{value} 秒", "{value} s"),
    "importing": ("正在导入", "Importing"),
    "imported": (
        "{subject}：新增或更新 {accepted} 条，未变化 {unchanged} 条，隔离 {quarantined} 条",
        "{subject}: {accepted} records new or changed, {unchanged} unchanged, {quarantined} quarantined",
    ),
    "pairing_code": ("配对码（{minutes} 分钟内有效，仅可用一次）", "Pairing code (valid for {minutes} minutes, once)"),
    **{scene: (words.zh, words.en) for scene, words in SCENE_WORDS.items()},
    "what_if_of": (
        "{subject} · {date} 的分数，如果记录改成这样 · 规则 {rules}",
        "{subject} · the score of {date}, if records were so · rules {rules}",
    ),
    "as_is": ("现在", "As it is"),
    "as_would_be": ("改后", "As it would be"),
    "difference": ("差", "Difference"),
    "deduction": ("扣分合计", "Deductions"),
    "bonuses": ("加分合计", "Bonuses"),
    "reason_response_unpublished": (
        "规则没有公布指标如何换算成分数，因此只有指标的变化是准确的",
        "the rules do not publish how values become points: only the indicators' change is exact",
    ),
    "reason_rank_unknown": (
        "改后的数值在同行中排第几，平台没有公布，因此分数未知",
        "how the changed value ranks among peers is not published, so its points are not known",
    ),
    "reason_steps_unknown": (
        "还没有在页面上见过这些指标的分档表，打开体验分页面后即可换算",
        "the step table of these indicators has not been seen yet; open the score page once",
    ),
    "reason_dimension_unknown": (
        "权重变了，但维度得分未知，因此总分未知",
        "weights changed and the dimensions' scores are not known, so neither is the total",
    ),
    "reason_not_shown": ("当前阶段不展示分数", "no score is shown in this stage"),
    "explain_of": ("{subject} · {first} 至 {last} 的变化", "{subject} · the change from {first} to {last}"),
    "explain_totals": ("{before} → {after}（{source}）", "{before} → {after} ({source})"),
    "no_shop": ("未知店铺", "no known shop"),
    "partner_change": ("合作店铺 {name}：{moved}{own}", "partner shop {name}: {moved}{own}"),
    "shop_change": ("（店铺自身总分 {change}）", " (the shop's own total {change})"),
}


def text(lang: str, key: str, **params: object) -> str:
    return text_of(TEXTS[key], lang, **params)
