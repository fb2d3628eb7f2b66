"""Points on top of the dimensions: deductions for conduct, bonuses for services. Both exact."""

import math

from msgspec import UNSET, Struct, UnsetType

from shared_scoring.calendar import Calendar
from shared_scoring.facts import Facts
from shared_scoring.pack import Bonus, Deduction, Pack
from shared_scoring.records import Conduct, ServiceSwitch
from shared_scoring.sums import Sum, Sums


class DeductionHeld(Struct, frozen=True):
    """`points` are positive, after the cap."""

    scene: str
    count: int
    points: float
    text: str | UnsetType = UNSET


class BonusHeld(Struct, frozen=True):
    key: str
    points: float


def deductions(pack: Pack, conducts: list[Conduct], first: int, last: int, calendar: Calendar) -> list[DeductionHeld]:
    """One entry for each scene of the pack that happened from day `first` to day `last`."""
    counts: dict[str, int] = {}
    for conduct in conducts:
        if conduct.scene is not None and conduct.at is not None and first <= calendar.day(conduct.at) <= last:
            counts[conduct.scene] = counts.get(conduct.scene, 0) + (1 if conduct.count is None else conduct.count)
    room = {group.key: group.cap for group in pack.deduction_groups}
    held = []
    for rule in pack.deductions:  # a group's cap is filled in the pack's order
        if count := counts.get(rule.scene, 0):
            points = min(_points(rule, count), room.get(rule.group or "", math.inf))
            if rule.group is not None:
                room[rule.group] -= points
            held.append(DeductionHeld(rule.scene, count, points))
    return held


def _points(rule: Deduction, count: int) -> float:
    points = rule.points if rule.once else rule.points * count
    return points if rule.cap is None else min(points, rule.cap)


def bonuses(pack: Pack, sums: Sums, facts: Facts, last: int, calendar: Calendar) -> list[BonusHeld]:
    """Every bonus held at the end of day `last`."""
    first = last - pack.window_days + 1
    return [
        BonusHeld(rule.key, rule.points)
        for rule in pack.bonuses
        if _holds(rule, sums.window(rule.definition, first, last), facts, last, calendar)
    ]


def _holds(rule: Bonus, counted: Sum, facts: Facts, last: int, calendar: Calendar) -> bool:
    if counted.numerator < rule.count_at_least or counted.numerator < rule.share_at_least * counted.denominator:
        return False
    return rule.switch is None or _was_on(rule.switch, rule.switch_days, facts.switches, last, calendar)


def _was_on(service: str, days: int, switches: list[ServiceSwitch], last: int, calendar: Calendar) -> bool:
    """Whether a service was on throughout the last `days` days; without a record it is off."""
    own = [(one.at, bool(one.on)) for one in switches if one.service == service and one.at is not None]
    since = calendar.start(last - days + 1)
    before = max((one for one in own if one[0] <= since), default=None)
    return before is not None and before[1] and all(on for at, on in own if at > since)
