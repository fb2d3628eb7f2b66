"""The probability of each outcome of each open order: by the learned model where it holds, else by the plain one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from shared_scoring.risk.frame import Frame
from shared_scoring.risk.happening import HAPPENINGS, is_seen
from shared_scoring.risk.learn import HAPPENS_LINEAR, LATE_LINEAR, Past, learn_happening, learn_late
from shared_scoring.risk.model import Model
from shared_scoring.risk.outcomes import Asked
from shared_scoring.risk.reasons import parts_by_code
from shared_scoring.risk.survival import DELIVERY, PICKUP
from shared_scoring.risk.table import OrderTable
from shared_scoring.risk.trial import PLAIN_HAPPENS, PLAIN_LATE, UNTRIED_SPREAD, Tried, try_happening, try_late

_NEVER = 1e-6  # nothing that may still happen is certain, either way


class Method(Struct, frozen=True):
    """How an outcome's probability came about.

    `learned` from so many rows and hits of the past; `plain`, by days left and arrival alone, because the learned model
    lost to that on this subject's own past; `prior` where there is no past; `not_asked`. `tested` is whether enough
    came true to tell. `spread` is how far its log odds may be off, one standard deviation (`Tried.spread`).
    """

    method: str
    rows: int
    hits: int
    tested: bool
    spread: float = UNTRIED_SPREAD


@dataclass(frozen=True)
class Predicted:
    """One outcome's probabilities by row of the table, and by code what each is made of."""

    probability: Mapping[int, float]
    codes: tuple[str, ...]
    parts: Mapping[int, NDArray[np.float64]]
    method: Method


def predict(table: OrderTable, questions: Mapping[int, Mapping[str, Asked]]) -> dict[str, Predicted]:
    """By outcome; `questions` say of each open row of the table what is asked about it."""
    past, now = Past(table), table.start
    delivery = learn_late(past, DELIVERY, now)
    found: dict[str, Predicted] = {}
    for wait in (PICKUP, DELIVERY):
        wanted = _wanted(wait.outcome, questions)
        model, tried = None, None
        if wanted:
            tried = try_late(past, wait, now)
            model = learn_late(past, wait, now, PLAIN_LATE if tried.is_better is False else LATE_LINEAR)
        found[wait.outcome] = _answers(model, past.late(wait, now), wanted, tried)
    for what in HAPPENINGS:
        wanted = _wanted(what.outcome, questions)
        model, tried = None, None
        if wanted:
            tried = try_happening(past, what, now) if is_seen(table, what) else None
            features = PLAIN_HAPPENS if tried is not None and tried.is_better is False else HAPPENS_LINEAR
            model = learn_happening(past, what, now, delivery, features)
        found[what.outcome] = _answers(model, past.happens(what, now, delivery), wanted, tried)
    return found


def _wanted(outcome: str, questions: Mapping[int, Mapping[str, Asked]]) -> list[int]:
    return [row for row, question in questions.items() if question[outcome].why_not is None]


def _answers(model: Model | None, found: Frame, wanted: Collection[int], tried: Tried | None) -> Predicted:
    """The model's answers for the rows asked about. The frame holds them all: it asks the same of an order."""
    if model is None:
        return Predicted({}, (), {}, Method("not_asked", 0, 0, tested=False))
    kept = found.take(np.isin(found.orders, list(wanted)))
    probability = model.probability(kept)
    codes, parts = parts_by_code(model, kept)
    rows = kept.orders.tolist()
    better = None if tried is None else tried.is_better
    return Predicted(
        {row: min(max(float(one), _NEVER), 1 - _NEVER) for row, one in zip(rows, probability, strict=True)},
        codes,
        {row: parts[index] for index, row in enumerate(rows)},
        Method(
            ("learned" if better is not False else "plain") if model.rows else "prior",
            model.rows,
            model.hits,
            tested=better is not None,
            spread=UNTRIED_SPREAD if tried is None else tried.spread,
        ),
    )
