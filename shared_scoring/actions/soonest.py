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
    """`day` is an as-of day ordinal. `acts`: whether it takes actions, `waits`: whether old records have to leave."""

    day: int
    acts: bool
    waits: bool


def soonest(scene: Scene, actions: Sequence[Rated], target: Target) -> Soonest | None:
    """If every action succeeds and nothing bad comes anew; None where not even the whole window's length is enough.

    `actions` are those that can still be done and have points.
    """
    outcomes = Outcomes(scene, actions)
    for ahead in range(1, scene.pack.window_days + 1):
        mask = sum(1 << at for at, one in enumerate(actions) if one.candidate.gain_on <= scene.as_of + ahead)
        if not _reaches(scene, outcomes, target, mask, ahead):
            continue
        waits = not _reaches(scene, outcomes, target, mask, 0)
        return Soonest(scene.as_of + ahead, not _reaches(scene, outcomes, target, 0, ahead), waits)
    return None


def _gone_by(scene: Scene, ahead: int, added: State | None = None, known: Facts | None = None) -> WhatIf:
    """The score without what leaves within `ahead` days, with what is `added` to the days that stay."""
    first = scene.first + ahead
    state: State = {key: sums for key, sums in (added or {}).items() if key[1] >= first}
    for key, (top, bottom) in scene.sums.rows():
        if scene.first <= key[1] < first:
            state[key] = (-top, -bottom)
    facts = known or scene.known
    stay = [one for one in facts.conducts if one.at is None or scene.calendar.day(one.at) >= first]
    return scene.ground.answer(state, dataclasses.replace(facts, conducts=stay))


def _reaches(scene: Scene, outcomes: Outcomes, target: Target, mask: int, ahead: int) -> bool:
    answer = _gone_by(scene, ahead, outcomes.state(mask), outcomes.known(mask))
    return answer.stage.after == answer.stage.before and target.gap(outcomes.points(answer, mask)) <= _REACHED
