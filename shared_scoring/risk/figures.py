"""How good past answers were: the figures of docs/prediction.md, for any subject."""

import numpy as np
from msgspec import Struct

from shared_scoring.risk.table import Column
from shared_scoring.risk.trial import Tried

_BINS = 10


class Bin(Struct, frozen=True):
    """Equally filled: the mean probability said and the share that came true of `count` answers."""

    said: float
    came: float
    count: int


class RiskRecord(Struct, frozen=True, kw_only=True):
    """Past answers about one outcome. Figures are null where nothing, or everything, came true.

    `skill` is that of the Brier score against the rate that came, 0 where it says no more, 1 where it is never wrong;
    `calibration_error` the mean gap of `bins`; `lift` how many times the rate the likeliest tenth came true. `plain_*`
    are those of the plain model.
    """

    answers: int
    hits: int
    auc: float | None
    average_precision: float | None
    skill: float | None
    calibration_error: float | None
    lift: float | None
    plain_auc: float | None
    plain_skill: float | None
    bins: list[Bin]


def record(tried: Tried) -> RiskRecord:
    """The figures of answers held against what came."""
    # Half a second of scikit-learn, which a program that makes no backtest need not wait for.
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415

    said, plain, came = tried.said, tried.plain, tried.came
    hits = int(came.sum())
    is_mixed = 0 < hits < len(came)
    bins = [
        Bin(float(said[part].mean()), float(came[part].mean()), len(part))
        for part in np.array_split(np.argsort(said, kind="stable"), _BINS)
        if len(part)
    ]
    gaps = [abs(one.said - one.came) * one.count for one in bins]
    top = np.argsort(-said, kind="stable")[: max(1, len(came) // 10)]
    return RiskRecord(
        answers=len(came),
        hits=hits,
        auc=float(roc_auc_score(came, said)) if is_mixed else None,
        average_precision=float(average_precision_score(came, said)) if is_mixed else None,
        skill=_skill(said, came) if is_mixed else None,
        calibration_error=sum(gaps) / len(came) if len(came) else None,
        lift=float(came[top].mean() / came.mean()) if is_mixed else None,
        plain_auc=float(roc_auc_score(came, plain)) if is_mixed else None,
        plain_skill=_skill(plain, came) if is_mixed else None,
        bins=bins,
    )


def _skill(said: Column, came: Column) -> float:
    rate = came.mean()
    return float(1 - ((said - came) ** 2).mean() / (rate * (1 - rate)))
