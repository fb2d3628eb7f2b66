"""What an action says, in both languages: the catalogue's texts with the names behind their codes."""

import datetime as dt
from collections.abc import Mapping

from shared_scoring.actions.catalogue import Entry
from shared_scoring.actions.scene import Candidate, Scene
from shared_scoring.pack_base import Words
from shared_scoring.scene_words import SCENE_WORDS

EVIDENCE: Mapping[str, Words] = {
    "blamed_buyer": Words("平台仲裁判定为买家责任", "the platform's arbitration found the buyer responsible"),
    "blamed_platform": Words("平台仲裁判定为平台责任", "the platform's arbitration found the platform responsible"),
    "withdrawn": Words("买家已撤销，没有退款", "the buyer withdrew it and nothing was refunded"),
}
MISSING: Mapping[str, Words] = {
    "switch": Words(
        "开通后连续保持，并至少有 {count} 个已支付的有效订单使用，即可加分",
        "switched on and kept on, it adds points once paid valid orders carry it (at least {count})",
    ),
    "share": Words("需要 {count} 单，目前 {have} 单", "{count} orders are needed, {have} carry it now"),
}
_UNNAMED_COURIER = Words("快递公司", "the courier")
_REASONS: Mapping[str, Words] = {
    "goods.quality_return": Words("品质退货", "a quality return"),
    "logistics.damage_return": Words("破损退货", "a damage return"),
    "logistics.quality_return": Words("物流品退", "a logistics return"),
}


def title_and_why(scene: Scene, entry: Entry, candidate: Candidate, lang: str) -> tuple[str, str]:
    """The two texts of an action. `lang` is `zh` or `en`."""
    params = _named(scene, candidate, lang)
    return entry.title.said(lang).format(**params), entry.why.said(lang).format(**params)


def _named(scene: Scene, candidate: Candidate, lang: str) -> dict[str, str]:
    params = {key: str(value) for key, value in candidate.params.items()}
    params["deadline"] = "–" if candidate.deadline is None else _short(candidate.deadline)
    if "courier" in params and not params["courier"]:
        params["courier"] = _UNNAMED_COURIER.said(lang)
    if "scene" in params:
        params["scene"] = SCENE_WORDS[params["scene"]].said(lang)
    if "evidence" in params:
        params["evidence"] = EVIDENCE[params["evidence"]].said(lang)
    if "indicator" in params:
        params["reason"] = _REASONS.get(params["indicator"], Words(params["indicator"], params["indicator"])).said(lang)
    if "bonus" in params:
        params["bonus"] = next(one.name for one in scene.pack.bonuses if one.key == params["bonus"]).said(lang)
        params["points"] = f"{float(params['points']):g}"
        params["missing"] = MISSING[params["missing"]].said(lang).format(**params)
    return params


def _short(moment: dt.datetime) -> str:
    return f"{moment:%m-%d %H:%M}"
