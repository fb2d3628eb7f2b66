"""The first day on which a target can be reached: what is done has shown by then, and what is old has left."""

import dataclasses
from collections.abc import Sequence

from msgspec import Struct

from shared_scoring.actions.gain import Rated
from shared_scoring.actions.outcomes import Outcomes
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.target import Target
from shared_scoring.facts import Facts
from shared_scoring.ledger import State
from shared_scoring.what_if import WhatIf

_REACHED = 1e-9


class Soonest(Struct, frozen=True):
    """`day` is an as-of day ordinal. `acts`: whether it takes actions, `waits`: whether old records have to leave.

    `held` are the dimensions that are taken as they stand today, because nobody can say where they move.
    `is_renewed`: too little of today's window is left to tell, and the new one is taken to be like it.
    """

    day: int
    acts: bool
    waits: bool
    held: tuple[str, ...]
    is_renewed: bool


class Never(Struct, frozen=True):
    """`levels` by `total` and dimension are those of the day that comes nearest."""

    levels: dict[str, float]


def soonest(scene: Scene, actions: Sequence[Rated], target: Target) -> Soonest | Never:
    """If every action succeeds and nothing bad comes anew.

    `actions` are those that can still be done and have points. A dimension whose response is not believed stays as it
    is, as in the forecast.
    """
    outcomes = Outcomes(scene, actions)
    nearest = outcomes.levels(0).points
    farthest = max((one.candidate.gain_on - scene.as_of for one in actions), default=0)
    for ahead in range(1, max(scene.pack.window_days, farthest) + 1):
        mask = sum(1 << at for at, one in enumerate(actions) if one.candidate.gain_on <= scene.as_of + ahead)
        levels = _levels(scene, outcomes, mask, ahead)
        if levels is None:
            continue
        if target.short(levels) <= _REACHED:
            waits, acts = (not _reaches(scene, outcomes, target, *way) for way in ((mask, 0), (0, ahead)))
            held = _rolled(scene, outcomes, mask, ahead, unknown_stays=False)
            return Soonest(
                scene.as_of + ahead, acts, waits, () if held is None else tuple(held.delta.reasons), held is None
            )
        nearest = min(nearest, levels, key=target.short)
    return Never(nearest)


def _reaches(scene: Scene, outcomes: Outcomes, target: Target, mask: int, ahead: int) -> bool:
    levels = _levels(scene, outcomes, mask, ahead)
    return levels is not None and target.short(levels) <= _REACHED


def _levels(scene: Scene, outcomes: Outcomes, mask: int, ahead: int) -> dict[str, float] | None:
    """The figures of the day; null where the actions would bring the subject to another stage."""
    answer = _rolled(scene, outcomes, mask, ahead, unknown_stays=True) or _renewed(scene, outcomes, mask, ahead)
    return outcomes.points(answer, mask) if answer.stage.after == answer.stage.before else None


def _rolled(scene: Scene, outcomes: Outcomes, mask: int, ahead: int, *, unknown_stays: bool) -> WhatIf | None:
    """The score without what leaves within `ahead` days, with what the actions add to the days that stay.

    None where too little stays to tell: the whole window has left, or fewer orders stay than the stage takes.
    """
    first = scene.first + ahead
    if first >= scene.as_of:
        return None
    state: State = {key: sums for key, sums in outcomes.state(mask).items() if key[1] >= first}
    for key, (top, bottom) in scene.sums.rows():
        if scene.first <= key[1] < first:
            state[key] = (-top, -bottom)
    facts = _without(scene, outcomes.known(mask) or scene.known, first)
    answer = scene.ground.answer(state, facts, unknown_stays=unknown_stays)
    return answer if answer.stage.after == answer.stage.before else None


def _renewed(scene: Scene, outcomes: Outcomes, mask: int, ahead: int) -> WhatIf:
    """The score with new records like those of today's window: only the conducts leave."""
    facts = _without(scene, outcomes.known(mask) or scene.known, scene.first + ahead)
    return scene.ground.answer(outcomes.state(mask), facts, unknown_stays=True)


def _without(scene: Scene, facts: Facts, first: int) -> Facts:
    """The facts without the conducts of earlier days."""
    stay = [one for one in facts.conducts if one.at is None or scene.calendar.day(one.at) >= first]
    return dataclasses.replace(facts, conducts=stay)
