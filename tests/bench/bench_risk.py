"""Order risk on real orders, cut at the first of several months: learned from what was known then, against what came.

    KOUBEI_SHARED=../shared python -m tests.bench.bench_risk

Beside it in the same run: the days left alone (`plain`: with arrival, for reviews), a logistic regression on what an
order shows by itself and its seller's and province's rates (`regression`), and a call of the command.
"""

import datetime as dt
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from server.cli.intake import take_in
from shared_scoring.records import Product
from shared_scoring.risk import happening as events
from shared_scoring.risk import lateness as waits
from shared_scoring.risk.figures import record
from shared_scoring.risk.frame import Frame
from shared_scoring.risk.learn import Past, learn_happening, learn_late
from shared_scoring.risk.survival import DELIVERY
from shared_scoring.risk.table import DAY, Column, Mask, OrderTable, order_table
from shared_scoring.risk.trial import PLAIN_HAPPENS, PLAIN_LATE, Tried
from tests.bench.running import result

KNOWN_UNTIL = dt.date(2018, 4, 1)
MONTHS = [dt.date(2017, month, 1) for month in range(7, 13)] + [dt.date(2018, month, 1) for month in (1, 2, 3)]
REVIEW = events.HAPPENINGS[0]
REGRESSED_LATE = (
    "left", "waited", "promise", "freight", "amount", "quantity", "merchants", "hour", "late_region", "late_merchant",
)  # fmt: skip
REGRESSED_REVIEW = (
    "left", "arrived", "overdue", "waited", "freight_share", "amount", "quantity", "merchants", "excess_region",
    "excess_merchant",
)  # fmt: skip


def main() -> None:
    shared = os.environ.get("KOUBEI_SHARED")
    if not shared:
        sys.exit("set KOUBEI_SHARED to the folder that holds data/olist")
    orders = Path(shared) / "data" / "olist" / "olist-creator.ndjson.zst"
    called = call(orders)  # first: a child counts what its parent held when it was born
    table = read(orders)
    found = months(table, MONTHS)
    shops = [months(read(path), MONTHS[4:]) for path in sorted((orders.parent / "shops").glob("*.zst"))]
    result(
        "risk",
        {
            "months": {str(month): figures for month, figures in zip(MONTHS, found, strict=True)},
            "mean": {name: mean([one[name] for one in found]) for name in found[0]},
            "shops": mean([one["late_delivery"] for shop in shops for one in shop if one["late_delivery"]["auc"]]),
            "call": called,
        },
    )


def read(path: Path) -> OrderTable:
    _, history = take_in([path]).only(None)
    _, cases = history.known(KNOWN_UNTIL.toordinal())
    products = {told.merged.id: told.merged for told in history if isinstance(told.merged, Product)}
    return order_table(cases, products, KNOWN_UNTIL.toordinal(), history.viewpoint().calendar)


def months(table: OrderTable, cuts: list[dt.date]) -> list[dict[str, dict[str, Any]]]:
    past = Past(table)
    return [
        at(past, dt.datetime.combine(cut, dt.time(), ZoneInfo("America/Sao_Paulo")).timestamp() / DAY) for cut in cuts
    ]


def at(past: Past, cut: float) -> dict[str, dict[str, Any]]:
    """The figures of one cut, of every open order whose end the file knows."""
    late, plain = learn_late(past, DELIVERY, cut), learn_late(past, DELIVERY, cut, PLAIN_LATE)
    found = past.late(DELIVERY, cut)
    came, known = waits.label(past.table, DELIVERY, found, past.table.start)
    kept = found.take(known)
    frames = [past.late(DELIVERY, moment) for moment in past.landmarks(cut)]
    late_rows = [(one, *waits.label(past.table, DELIVERY, one, cut)) for one in frames]
    reviews = learn_happening(past, REVIEW, cut, late)
    plain_reviews = learn_happening(past, REVIEW, cut, late, PLAIN_HAPPENS)
    open_ = past.happens(REVIEW, cut, late)
    low, _ = events.label(past.table, REVIEW, open_, cut, past.table.start)
    said, flat = reviews.probability(open_), plain_reviews.probability(open_)
    review_rows = [
        (one, *events.label(past.table, REVIEW, one, moment, cut))
        for moment in past.landmarks(cut)
        for one in [past.happens(REVIEW, moment, late)]
    ]
    known_late = regression(late_rows, kept, REGRESSED_LATE)
    known_low = regression(review_rows, open_, REGRESSED_REVIEW)
    arrived = open_["arrived"] > 0
    return {
        "late_delivery": figures(Tried(late.probability(kept), plain.probability(kept), came[known]), known_late),
        "bad_review": figures(Tried(said, flat, low), known_low),
        "bad_review_of_delivered": figures(Tried(said[arrived], flat[arrived], low[arrived]), known_low[arrived]),
    }


def regression(rows: list[tuple[Frame, Column, Mask]], asked: Frame, names: tuple[str, ...]) -> Column:
    """What a logistic regression says, learned from the same landmarks as the model."""

    def columns(found: Frame) -> NDArray[np.float64]:
        return np.column_stack([found[name] for name in names])

    x = np.concatenate([columns(found)[known] for found, _, known in rows])
    hits = np.concatenate([came[known] for _, came, known in rows])
    if len(set(hits)) < 2:  # a small shop's first months may have no late order
        return np.full(len(asked.orders), hits.mean())
    fitted = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=1000)).fit(x, hits)
    said: Column = fitted.predict_proba(columns(asked))[:, 1]
    return said


def figures(tried: Tried, regressed: Column) -> dict[str, Any]:
    one, other = record(tried), record(Tried(regressed, tried.plain, tried.came))
    is_mixed = 0 < tried.came.sum() < len(tried.came)
    flat = float(average_precision_score(tried.came, tried.plain)) if is_mixed else None
    return {
        "answers": one.answers,
        "hits": one.hits,
        "auc": one.auc,
        "average_precision": one.average_precision,
        "skill": one.skill,
        "calibration_error": one.calibration_error,
        "lift": one.lift,
        "plain_auc": one.plain_auc,
        "plain_average_precision": flat,
        "plain_skill": one.plain_skill,
        "regression_auc": other.auc,
        "regression_average_precision": other.average_precision,
        "regression_skill": other.skill,
        "regression_calibration_error": other.calibration_error,
    }


def mean(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Means over the cuts, and the skill of all answers together and of the worst cut."""
    names = [name for name in rows[0] if name not in {"answers", "hits"}]
    means = {name: float(np.mean([row[name] for row in rows if row[name] is not None])) for name in names}
    rows = [row for row in rows if row["skill"] is not None]
    spread = [row["hits"] * (1 - row["hits"] / row["answers"]) for row in rows]
    for whose in ("", "plain_", "regression_"):
        skills = [row[f"{whose}skill"] for row in rows]
        lost = sum((1 - skill) * one for skill, one in zip(skills, spread, strict=True))
        means |= {f"{whose}pooled_skill": 1 - lost / sum(spread), f"{whose}worst_skill": min(skills)}
    return means


def call(orders: Path) -> dict[str, float]:
    """Seconds and megabytes of the command on the whole file."""
    words = [sys.executable, "-m", "server", "at-risk", str(orders), "--as-of", str(KNOWN_UNTIL), "--json"]
    started = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": time.perf_counter() - started, "cpu_seconds": used.ru_utime, "megabytes": used.ru_maxrss / 1024}


if __name__ == "__main__":
    main()
