"""Past predictions against what came: a model is used only where it did not lose to the plain one on this subject.

The plain one knows the days left to the promise and whether the parcel has arrived, nothing else. Every past answer is
made by models that knew what was known on its own day.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shared_scoring.risk import happening as events
from shared_scoring.risk import lateness as waits
from shared_scoring.risk.happening import Happening
from shared_scoring.risk.learn import Past, learn_happening, learn_late
from shared_scoring.risk.model import Model
from shared_scoring.risk.survival import DELIVERY, Wait
from shared_scoring.risk.table import Column

PLAIN_LATE = ("left",)
PLAIN_HAPPENS = ("arrived", "left")
HELD_OUT = 35.0
"""Days back from which the model of that day is tried: what it said of most orders is known by now."""
LEAST_HITS = 20  # fewer say nothing about which is better
UNTRIED_SPREAD = 0.7
"""Of the log odds, where nothing was tried (grade ?): the chance may be half or twice of what is said."""
_PARTS = 3  # low, middle and high chances are off by themselves
_TRIED_ON = (0.0, 7.0, 14.0)  # days after the held-out moment from which answers are asked


@dataclass(frozen=True)
class Tried:
    """Answers held against what came, by the learned model and the plain one."""

    said: Column
    plain: Column
    came: Column

    @property
    def is_better(self) -> bool | None:
        """Whether the learned model lost less, in log loss; None where too little came to tell."""
        if min(self.came.sum(), (1 - self.came).sum()) < LEAST_HITS:
            return None
        return _log_loss(self.said, self.came) <= _log_loss(self.plain, self.came)

    @property
    def spread(self) -> float:
        """How far the answers' log odds were off, one standard deviation.

        The log ratio of what came to what was said, in equally filled parts of the answers, each as heavy as its hits,
        and two hits of `UNTRIED_SPREAD` more. Chance is in it, for of few hits it cannot be told from error.
        """
        used = self.plain if self.is_better is False else self.said
        squares, weight = 2 * UNTRIED_SPREAD**2, 2.0
        for part in np.array_split(np.argsort(used, kind="stable"), _PARTS):
            came, said = float(self.came[part].sum()), float(used[part].sum())
            squares += max(came, said) * float(np.log((came + 0.5) / (said + 0.5))) ** 2
            weight += max(came, said)
        return float(np.sqrt(squares / weight))


def try_late(past: Past, wait: Wait, until: float, held_out: float = HELD_OUT) -> Tried:
    """Answers of the model of a past day whose promise has fallen due before `until`."""
    then = until - held_out
    models = learn_late(past, wait, then), learn_late(past, wait, then, PLAIN_LATE)
    return _tried(_late_rows(past, wait, then, until, models))


def _late_rows(
    past: Past, wait: Wait, then: float, until: float, models: tuple[Model, Model]
) -> Iterator[tuple[Column, Column, Column]]:
    for after in _TRIED_ON:
        found = past.late(wait, then + after)
        late, known = waits.label(past.table, wait, found, until)
        kept = found.take(known)
        yield models[0].probability(kept), models[1].probability(kept), late[known]


def try_happening(past: Past, what: Happening, until: float, held_out: float = HELD_OUT) -> Tried:
    """Answers of the model of a past day that had time to come true before `until`."""
    then = until - held_out
    delivery = learn_late(past, DELIVERY, then)
    models = learn_happening(past, what, then, delivery), learn_happening(past, what, then, delivery, PLAIN_HAPPENS)
    return _tried(_happening_rows(past, what, then, until, delivery, models))


def _happening_rows(
    past: Past, what: Happening, then: float, until: float, delivery: Model, models: tuple[Model, Model]
) -> Iterator[tuple[Column, Column, Column]]:
    for after in _TRIED_ON:
        found = past.happens(what, then + after, delivery)
        came, known = events.label(past.table, what, found, then + after, until)
        kept = found.take(known)
        yield models[0].probability(kept), models[1].probability(kept), came[known]


def _tried(rows: Iterator[tuple[Column, Column, Column]]) -> Tried:
    said, plain, came = (np.concatenate(part) for part in zip(*rows, strict=True))
    return Tried(said, plain, came)


def _log_loss(said: Column, came: Column) -> float:
    kept = np.clip(said, 1e-6, 1 - 1e-6)
    return float(-(came * np.log(kept) + (1 - came) * np.log(1 - kept)).mean())
