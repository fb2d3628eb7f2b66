"""How a subject stands, in a few figures: what a list of many subjects shows of each."""

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct

from shared_scoring.facts import Facts
from shared_scoring.preferences import Preferences
from shared_scoring.risk.at_risk import OrderRisk
from shared_scoring.risk.worst import worst_outcome
from shared_scoring.score import Score
from shared_scoring.shown import ShownTotal, shown_total

_AT_RISK = {"high", "medium"}


class ScoreOverview(Struct, frozen=True):
    """`total` and `estimate` are those of `score` on `as_of`; `shown` is what the platform showed last."""

    as_of: str
    rules: str
    stage: str
    total: float | None
    estimate: float | None
    shown: ShownTotal | None

    @property
    def newest_total(self) -> float | None:
        """What the platform showed last; where it never did, the day's own total."""
        return self.total if self.shown is None else self.shown.total

    @property
    def change(self) -> float | None:
        return None if self.shown is None else self.shown.change


class RiskOverview(Struct, frozen=True):
    """Of the open orders: how many are likely enough to go wrong to be marked so, how many of them highly.

    `expected_loss` is the sum over all open orders in points of the total, null where none of them has one; `deadline`
    the nearest of those at risk.
    """

    as_of: str
    open_orders: int
    at_risk: int
    high: int
    expected_loss: float | None
    deadline: dt.datetime | None


def score_overview(score: Score, known: Facts, as_of: int) -> ScoreOverview:
    """`known` are the facts of the day, an ordinal, that the score is of."""
    return ScoreOverview(
        score.as_of, score.rules, score.stage, score.total, score.estimate.total, shown_total(known, as_of)
    )


def risk_overview(as_of: str, orders: Iterable[OrderRisk], wanted: Preferences) -> RiskOverview:
    """An order's level is that of its worst outcome under the subject's own thresholds, as on a badge."""
    count = high = 0
    marked: list[dt.datetime] = []
    losses: list[float] = []
    at_risk = 0
    for order in orders:
        count += 1
        if order.expected_loss is not None:
            losses.append(order.expected_loss)
        worst = worst_outcome({key: (one.probability, one.loss) for key, one in order.outcomes.items() if one})
        chance = None if worst is None else order.outcomes[worst]
        level = None if chance is None else wanted.risk_level(chance.probability)
        if level not in _AT_RISK or chance is None:
            continue
        at_risk += 1
        high += level == "high"
        if (deadline := chance.deadline or order.deadline) is not None:
            marked.append(deadline)
    return RiskOverview(as_of, count, at_risk, high, sum(losses) if losses else None, min(marked) if marked else None)
