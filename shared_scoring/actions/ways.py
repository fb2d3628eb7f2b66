"""The arithmetic of a target: how many better events it takes, one indicator at a time, or how long waiting takes."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from shared_scoring.actions.events import better_event, happened
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.soonest import soonest
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
        "或等到 {date}：届时 {count} 条不利记录移出统计窗口", "or wait until {date}, when {count} bad records have left"
    ),
    "not_before": Words(
        "即使全部成功，{date} 之前也达不到：{why}", "not before {date}, even if everything succeeds: {why}"
    ),
    "plan_shows": Words("按这个方案最早 {date} 达到：{why}", "with this plan from {date} on: {why}"),
    "out_of_reach": Words(
        "已知的行动全部成功也只到 {total}，还差 {missing}",
        "even if every known action succeeds it is {total}, {missing} short",
    ),
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
    if found is None:
        return None
    ahead = found.day - scene.as_of
    moments = (one.at for one in scene.known.conducts if one.at is not None)
    count = sum(scene.first <= scene.calendar.day(at) < scene.first + ahead for at in moments)
    count += sum(_is_an_event(scene, one) for one in _leaving(scene, ahead))
    date = iso(found.day)
    return Wait(date, count, say("wait", lang, date=date[5:], count=count))


def _is_an_event(scene: Scene, one: CaseLeaving) -> bool:
    """Whether something bad happened that leaves: being slower than the mean is no event."""
    events = {own.key for own in scene.pack.indicators if own.unit != "seconds"}
    return any(part.bad and part.indicator in events for part in one.leaving)


def _leaving(scene: Scene, days: int) -> Iterator[CaseLeaving]:
    return cases_leaving(scene.pack, scene.as_of, days, scene.ground.before.own, scene.states())
