"""What to do first and how to get to a target, in the shape of cli-output.md, "actions"."""

import datetime as dt

from msgspec import Struct

from shared_scoring.actions.gain import Action, Success, Warnings, rated, worded
from shared_scoring.actions.plan import Plan, Planned, plan
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.target import Target
from shared_scoring.actions.ways import Wait, Way, say, wait, ways
from shared_scoring.calendar import iso


class NotBefore(Struct, frozen=True):
    """The first day on which the target can be reached as far as is known, and why not earlier; `date` null: none."""

    date: str | None
    reason: str
    text: str


class Actions(Struct, frozen=True, kw_only=True):
    """`target` is the total asked for; `current` the one that stands. `ways` reach it by one indicator alone.

    Without a target `target`, `reachable`, `plan`, `wait` and `not_before` are null.
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
    now: dt.datetime | None = None,
    success: Success | None = None,
    warnings: Warnings | None = None,
) -> Actions:
    """Everything worth doing, ranked; with a target the cheapest plan that reaches it by the as-of day `by`."""
    found = rated(scene, success)
    moment, before_deadlines = now or scene.now, warnings or Warnings()
    current = scene.ground.before.score.total
    is_known = target is not None and current is not None
    planned = plan(scene, found, target, by) if target is not None and is_known else None
    waiting = wait(scene, target, lang) if target is not None and is_known else None
    return Actions(
        rules=scene.pack.id,
        subject=scene.ground.before.score.subject,
        as_of=iso(scene.as_of),
        target=None if target is None else next((one.at_least for one in target.lines if one.of == "total"), None),
        lines={} if target is None else {one.of: one.at_least for one in target.lines},
        reachable=None if target is None else planned is not None and planned.reachable,
        current=current,
        actions=[worded(scene, one, lang, moment, before_deadlines) for one in found],
        plan=None if planned is None else planned.plan,
        ways=ways(scene, target, lang) if target is not None and is_known else [],
        wait=waiting,
        not_before=None
        if target is None
        else _not_before(scene, target, planned, waiting, lang, {one.id: one.candidate.gain_on for one in found}),
    )


def _not_before(
    scene: Scene, target: Target, planned: Planned | None, waiting: Wait | None, lang: str, dates: dict[str, int]
) -> NotBefore:
    if planned is None:
        return NotBefore(None, "unknown", say("unknown", lang))
    own = planned.plan
    if planned.reachable and (own is None or not own.actions):
        date = iso(scene.as_of)
        return NotBefore(date, "reached", "")
    acting = iso(max(dates[id_] for id_ in own.actions)) if planned.reachable and own is not None else None
    options = [(date, why) for date, why in ((acting, "by_acting"), (waiting and waiting.date, "by_waiting")) if date]
    if options:
        date, why = min(options)
        return NotBefore(date, why, say("not_before", lang, date=date, why=say(why, lang)))
    total = scene.ground.before.score.total if own is None else own.total.mid
    levels = {"total": total or 0.0, **({} if own is None else own.dimensions)}
    missing = f"{target.gap(levels):.2f}"
    return NotBefore(None, "out_of_reach", say("out_of_reach", lang, total=f"{total or 0:.2f}", missing=missing))
