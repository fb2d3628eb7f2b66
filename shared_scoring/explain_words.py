"""An explanation in words, in both languages, from one table of codes and parameters."""

from collections.abc import Mapping

from msgspec import structs

from shared_scoring.explain import Explanation, Part
from shared_scoring.pack import Indicator, Pack
from shared_scoring.pack_base import Words
from shared_scoring.scene_words import SCENE_WORDS

_MENTIONED = 3
_SHOWN = 0.005  # what two digits show
_WHOLE = 10  # seconds from which on a fraction of one says nothing

_TEXTS: dict[str, tuple[str, str]] = {
    "fell": ("掉了 {points} 分：{why}", "Fell by {points} points: {why}"),
    "rose": ("涨了 {points} 分：{why}", "Rose by {points} points: {why}"),
    "same": ("分数没有变化：{why}", "The score did not change: {why}"),
    "unknown": ("分数变化未知：{why}", "The change of the score is not known: {why}"),
    "nothing": ("没有发现变化", "nothing moved"),
    "join": ("；", "; "),
    "points": ("{what}，{points} 分", "{what}, {points} points"),
    "moved": ("{what}，指标 {change}", "{what} (indicator {change})"),
    "unscored": (
        "{what}，指标 {change}，折合多少分没有公布",
        "{what} (indicator {change}); how many points that is has not been published",
    ),
    "entered": ("{name}：新计入的记录", "{name}: newly counted records"),
    "left": ("{name}：移出统计窗口的记录", "{name}: records that left the window"),
    "corrected": ("{name}：更正的记录", "{name}: corrected records"),
    "weights": ("权重变化", "weights changed"),
    "weights_of": ("{name}内部权重变化", "weights inside {name} changed"),
    "rules": ("规则变化（{rules}）", "the rules changed ({rules})"),
    "stage": ("考核阶段变化", "the stage changed"),
    "deduction": ("扣分：{name}", "deduction: {name}"),
    "bonus": ("加分：{name}", "bonus: {name}"),
    "industry": ("行业变动等其余因素", "the rest, such as the industry moving"),
    "industry_of": ("{name}：行业变动等其余因素", "{name}: the rest, such as the industry moving"),
    "own_and_industry": (
        "{name}：自己的记录和行业变动合计（规则没有公布各占多少）",
        "{name}: own records and the industry together (how much of each has not been published)",
    ),
    "ratio": ("{value} 个百分点", "{value} percentage points"),
    "seconds": ("{value} 秒", "{value} s"),
    "stars": ("{value} 星", "{value} stars"),
    "score": ("{value} 分", "{value} points"),
}


def worded(answer: Explanation, packs: tuple[Pack, Pack], lang: str) -> Explanation:
    """The same explanation with its texts; `lang` is `zh` or `en`."""
    parts = [structs.replace(part, text=_part(part, packs, lang)) for part in answer.parts]
    mentioned = [part.text for part in parts if abs(part.points or 0.0) >= _SHOWN] or [part.text for part in parts]
    why = _say(lang, "join").join(mentioned[:_MENTIONED]) or _say(lang, "nothing")
    change = answer.change
    code = "unknown" if change is None else "same"
    if change is not None and abs(change) >= _SHOWN:
        code = "fell" if change < 0 else "rose"
    return structs.replace(answer, parts=parts, text=_say(lang, code, points=_short(abs(change or 0.0)), why=why))


def _say(lang: str, code: str, **params: object) -> str:
    chinese, english = _TEXTS[code]
    return (chinese if lang == "zh" else english).format(**params)


def _short(points: float, sign: str = "") -> str:
    """Two digits at most, without noughts at the end."""
    text = f"{points:{sign}.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", "+0"} else text


def _part(part: Part, packs: tuple[Pack, Pack], lang: str) -> str:
    pack = packs[0]
    indicator = next((one for one in pack.indicators if one.key == part.indicator), None)
    what = _say(lang, _code(part), name=_name(part, pack, indicator, lang), rules=part.code)
    if indicator is not None and part.change is not None:
        change = change_text(indicator, part.change, lang)
        if not part.known:
            return _say(lang, "unscored", what=what, change=change)
        what = _say(lang, "moved", what=what, change=change)
    return what if part.points is None else _say(lang, "points", what=what, points=_short(part.points, "+"))


def _code(part: Part) -> str:
    if part.code in {"stage", "own_and_industry"}:
        return part.code
    if part.cause in {"weights", "industry"} and part.dimension is not None:
        return f"{part.cause}_of"
    return part.cause


def _name(part: Part, pack: Pack, indicator: Indicator | None, lang: str) -> str:
    if indicator is not None:
        return indicator.name.said(lang)
    if part.cause == "deduction" and part.code is not None:
        return SCENE_WORDS[part.code].said(lang)
    dimensions: Mapping[str, Words] = {str(key): one.name for key, one in pack.dimensions.items()}
    if part.cause == "bonus":
        held = {one.key: one.name for one in pack.bonuses}
        held |= {str(key): one.bonus.name for key, one in pack.dimensions.items() if one.bonus is not None}
        return held[part.code or ""].said(lang)
    return "" if part.dimension is None else dimensions[part.dimension].said(lang)


def change_text(indicator: Indicator, change: float, lang: str) -> str:
    """By how much an indicator moved, in its own unit."""
    if indicator.unit == "ratio":
        return _say(lang, "ratio", value=f"{100 * change:+.2f}")
    if indicator.unit == "seconds":
        return _say(lang, "seconds", value=f"{change:+,.0f}" if abs(change) >= _WHOLE else f"{change:+.2f}")
    return _say(lang, "stars" if indicator.unit == "stars" else "score", value=f"{change:+.3f}")
