"""What to do first and how to get to a target, in the shape of cli-output.md, "actions"."""

import datetime as dt
import math
from collections.abc import Sequence

from msgspec import Struct

from shared_scoring.actions.gain import Action, Kept, Rated, Success, kept, rated, shown
from shared_scoring.actions.plan import Plan, plan, usable_of
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.soonest import Never, Soonest, soonest
from shared_scoring.actions.target import Target
from shared_scoring.actions.ways import Wait, Way, say, say_held, wait, ways
from shared_scoring.calendar import iso
from shared_scoring.preferences import DEFAULT, Preferences


class NotBefore(Struct, frozen=True):
    """The first day that reaches the target if the plan succeeds, and why not earlier; `date` null: none.

    Without a plan that reaches it: if everything known succeeds.
    """

    date: str | None
    reason: str
    text: str


class Actions(Struct, frozen=True, kw_only=True):
    """`target` is the total asked for; `current` the one that stands. `ways` reach it by one indicator alone.

    Without a target `target`, `reachable`, `plan`, `wait` and `not_before` are null. Of one that is reached already
    there are neither `ways` nor a `wait`.
    """

    rules: str
    subject: str | None
    as_of: str
    target: float | None
    lines: dict[str, float]
    reachable: bool | None
    current: float | None
    actions: list[Action]
    plan: Plan | None
    ways: list[Way]
    wait: Wait | None
    not_before: NotBefore | None


def actions(
    scene: Scene,
    target: Target | None = None,
    by: int | None = None,
    lang: str = "zh",
    success: Success | None = None,
) -> Actions:
    """Everything worth doing, ranked; with a target the cheapest plan that reaches it by the as-of day `by`."""
    found = [kept(scene, one) for one in rated(scene, success)]
    return answered(scene, found, target, by, lang, scene.now, DEFAULT)


def answered(
    scene: Scene,
    found: Sequence[Kept],
    target: Target | None,
    by: int | None,
    lang: str,
    now: dt.datetime,
    preferences: Preferences,
) -> Actions:
    """The answer from actions that were found before; of the scene only their cases are needed."""
    current = scene.ground.before.score.total
    ahead = _Ahead(scene, [one.rated for one in found], target, by, lang) if target and current is not None else None
    return Actions(
        rules=scene.pack.id,
        subject=scene.ground.before.score.subject,
        as_of=iso(scene.as_of),
        target=None if target is None else next((one.at_least for one in target.lines if one.of == "total"), None),
        lines={} if target is None else {one.of: one.at_least for one in target.lines},
        reachable=None if target is None else ahead is not None and ahead.planned.reachable,
        current=current,
        actions=[shown(one, lang, now, preferences) for one in found],
        plan=None if ahead is None else ahead.planned.plan,
        ways=[] if ahead is None else ahead.ways,
        wait=None if ahead is None else ahead.waiting,
        not_before=None if target is None else _not_before(scene, ahead, lang),
    )


class _Ahead:
    """How to get to the target."""

    def __init__(self, scene: Scene, found: list[Rated], target: Target, by: int | None, lang: str) -> None:
        self.target = target
        self.planned = plan(scene, found, target, by)
        self.ways: list[Way] = []
        self.waiting: Wait | None = None
        self.soonest: Soonest | Never | None = None
        if self.planned.is_reached:
            return
        self.ways = ways(scene, target, lang)
        self.waiting = wait(scene, target, lang)
        chosen = usable_of(scene, found)
        if self.planned.reachable and self.planned.plan is not None:
            chosen = [one for one in chosen if one.id in self.planned.plan.actions]
        self.soonest = soonest(scene, chosen, target)


def _not_before(scene: Scene, ahead: _Ahead | None, lang: str) -> NotBefore:
    if ahead is None:
        return NotBefore(None, "unknown", say("unknown", lang))
    if ahead.soonest is None:
        return NotBefore(iso(scene.as_of), "reached", say("reached", lang))
    if isinstance(ahead.soonest, Never):
        if ahead.planned.reachable:
            return NotBefore(None, "unknown", say("no_day", lang))
        return _out_of_reach(scene, ahead.target, ahead.soonest, lang)
    first = ahead.soonest
    reason = "by_both" if first.acts and first.waits else "by_acting" if first.acts else "by_waiting"
    date, why = iso(first.day), say(reason, lang) + say_held(scene, first, lang)
    text = say("plan_shows" if ahead.planned.reachable else "not_before", lang, date=date, why=why)
    return NotBefore(date, reason, text)


def _out_of_reach(scene: Scene, target: Target, never: Never, lang: str) -> NotBefore:
    line = target.worst(never.levels)
    names = {str(key): one.name.said(lang) for key, one in scene.pack.dimensions.items()}
    name = names.get(line.of, say("total", lang))
    missing = max(math.ceil(100 * target.gap(never.levels)) / 100, 0.01)  # what is missing is never shown as nothing
    points = f"{line.at_least - missing:.2f}"
    text = say("out_of_reach", lang, name=name, points=points, missing=f"{missing:.2f}")
    return NotBefore(None, "out_of_reach", text)
