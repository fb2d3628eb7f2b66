"""What is at stake ahead: cases as they may end, counted as if they stood in today's window."""

import dataclasses
from collections.abc import Sequence

from msgspec import structs

from shared_scoring.actions.scene import Scene
from shared_scoring.case import Case
from shared_scoring.ledger import State
from shared_scoring.records import AfterSale


def points_between(
    scene: Scene, cases: Sequence[Case], one: Sequence[AfterSale], other: Sequence[AfterSale]
) -> float | None:
    """Points of the total by which `other` is better than `one`; null while points cannot be given.

    Each says how the after-sales of its case go on: `one[i]` and `other[i]` are changes to a record of `cases[i]`.
    """
    worse, better = (
        _ahead(scene, [_with(case, change) for case, change in zip(cases, changes, strict=True)])
        for changes in (one, other)
    )
    found = [scene.ground.answer(state).delta.total for state in (worse, better)]
    return None if found[0] is None or found[1] is None else found[1] - found[0]


def _with(case: Case, change: AfterSale) -> Case:
    """The case with one of its after-sales answered and refunded as the change says."""
    after_sales = [
        structs.replace(one, agreed_at=change.agreed_at, refunded_at=change.refunded_at) if one.id == change.id else one
        for one in case.after_sales
    ]
    return dataclasses.replace(case, after_sales=after_sales)


def _ahead(scene: Scene, cases: Sequence[Case]) -> State:
    """What the cases will add once it counts, put on the last day of today's window."""
    ahead: State = {}
    for case in cases:
        for (series, day, parts), (numerator, denominator) in scene.pack.plan.contributions(
            case, scene.calendar
        ).items():
            if day >= scene.as_of:
                top, bottom = ahead.get((series, scene.as_of - 1, parts), (0, 0))
                ahead[series, scene.as_of - 1, parts] = (top + numerator, bottom + denominator)
    return ahead
