"""The arithmetic of a target: how many better events it takes, one indicator at a time, or how long waiting takes."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from shared_scoring.actions.events import better_event, happened
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.soonest import Soonest, soonest
from shared_scoring.actions.target import Target
from shared_scoring.calendar import iso
from shared_scoring.drop_outs import CaseLeaving, cases_leaving
from shared_scoring.ledger import State
from shared_scoring.pack import Indicator
from shared_scoring.pack_base import Words

_REACHED = 1e-9

TEXTS: dict[str, Words] = {
    "more_five_stars": Words("再多 {count} 个五星评价", "{count} more five-star ratings"),
    "fewer": Words("{name}减少 {count} 单", "{count} fewer: {name}"),
    "fewer_missed": Words("{name}少 {count} 单未达成", "{count} fewer missed: {name}"),
    "more_good": Words("{name}再多 {count} 单达成", "{count} more good ones: {name}"),
    "mean_of": Words("{name}降到 {value} 秒", "{name} down to {value} s"),
    "mean_score": Words("{name}升到 {value}", "{name} up to {value}"),
    "wait": Words(
        "或等到 {date}：届时 {count} 条不利记录移出统计窗口",
        "or wait until {date}, when bad records have left: {count}",
    ),
    "not_before": Words(
        "能折算成分的行动即使全部成功，{date} 之前也达不到：{why}",
        "not before {date}, even if every action whose points are known succeeds: {why}",
    ),
    "plan_shows": Words(
        "这个方案若全部成功，最早 {date} 达到：{why}", "if all of this plan succeeds, {date} at the earliest: {why}"
    ),
    "out_of_reach": Words(
        "能折算成分的行动即使全部成功，旧记录也移出窗口，{name}最多到 {points}，还差 {missing}",
        "even if every action whose points are known succeeds and old records leave, {name} comes to {points} at most,"
        " {missing} short",
    ),
    "total": Words("总分", "the total"),
    "held": Words("（{names}按今天的分数计）", " ({names} counted as today)"),
    "renewed": Words("（新记录按今天的水平计）", " (new records counted as those of today)"),
    "no_day": Words("这个方案若全部成功可以达到，哪一天还说不出", "this plan reaches it; on which day cannot be told"),
    "and": Words("、", ", "),
    "reached": Words("目标已经达到", "the target is reached already"),
    "unknown": Words("分数算法没有公布，还不能折算成分", "how values become points has not been learned yet"),
    "by_waiting": Words("要等旧记录移出统计窗口", "old records have to leave the window first"),
    "by_both": Words(
        "行动要到那天才见效，旧记录也要移出统计窗口",
        "the actions show by then, and old records have to leave the window too",
    ),
    "by_acting": Words("行动的效果到那天才全部显现", "that is when the actions have shown all of their effect"),
}


class Way(Struct, frozen=True):
    """One indicator alone reaches the target by `count` events, or by the mean becoming `value`."""

    code: str
    indicator: str
    count: int | None
    value: float | None
    text: str


class Wait(Struct, frozen=True):
    """The first day that reaches the target if nothing else happens; `count` bad records have left by then."""

    date: str
    count: int
    text: str


def say(code: str, lang: str, **params: object) -> str:
    return TEXTS[code].said(lang).format(**params)


def say_held(scene: Scene, found: Soonest, lang: str) -> str:
    """What the day takes as it stands today; nothing where all of it is worked out."""
    if found.is_renewed:
        return say("renewed", lang)
    names = [one.name.said(lang) for key, one in scene.pack.dimensions.items() if key in found.held]
    return say("held", lang, names=say("and", lang).join(names)) if names else ""


def ways(scene: Scene, target: Target, lang: str) -> list[Way]:
    """Each indicator that could reach the target alone, the fewest events first, means last."""
    found = [way for one in scene.pack.indicators if (way := _way(scene, target, one, lang)) is not None]
    return sorted(found, key=lambda way: (way.count is None, way.count or 0, way.indicator))


def _way(scene: Scene, target: Target, indicator: Indicator, lang: str) -> Way | None:
    whole = scene.ground.whole(indicator)
    if not whole.denominator:
        return None
    code, most, shift = better_event(indicator, whole)
    if most < 1 or not _reaches(scene, target, happened(indicator, scene.as_of, shift(most))):
        return None
    count = _least(lambda n: _reaches(scene, target, happened(indicator, scene.as_of, shift(n))), most)
    name = indicator.name.said(lang)
    if code not in {"mean_of", "mean_score"}:
        return Way(code, indicator.key, count, None, say(code, lang, count=count, name=name))
    top, _ = shift(count)
    value = float((whole.numerator + top) / whole.denominator)
    return Way(code, indicator.key, None, value, say(code, lang, name=name, value=f"{value:,.0f}"))


def _reaches(scene: Scene, target: Target, state: State) -> bool:
    return target.gap(scene.ground.answer(state).after.figures) <= _REACHED


def _least(reaches: Callable[[int], bool], most: int) -> int:
    """The least count that reaches; more never do worse."""
    low, high = 0, 1
    while high < most and not reaches(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def wait(scene: Scene, target: Target, lang: str) -> Wait | None:
    """The first day within a window's length on which what leaves is enough; None where it is not."""
    found = soonest(scene, [], target)
    if not isinstance(found, Soonest):
        return None
    ahead = found.day - scene.as_of
    moments = (one.at for one in scene.known.conducts if one.at is not None)
    count = sum(scene.first <= scene.calendar.day(at) < scene.first + ahead for at in moments)
    count += sum(_is_an_event(scene, one) for one in _leaving(scene, ahead))
    date = iso(found.day)
    return Wait(date, count, say("wait", lang, date=date[5:], count=count) + say_held(scene, found, lang))


def _is_an_event(scene: Scene, one: CaseLeaving) -> bool:
    """Whether something bad happened that leaves: being slower than the mean is no event."""
    events = {own.key for own in scene.pack.indicators if own.unit != "seconds"}
    return any(part.bad and part.indicator in events for part in one.leaving)


def _leaving(scene: Scene, days: int) -> Iterator[CaseLeaving]:
    return cases_leaving(scene.pack, scene.as_of, days, scene.ground.before.own, scene.states())
