"""Order risk on real orders, cut at the first of several months: learned from what was known then, against what came.

    KOUBEI_SHARED=../shared python -m tests.bench.bench_risk

Beside it in the same run: the days left alone (`plain`: with arrival, for reviews), and a call of the command.
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
from sklearn.metrics import average_precision_score

from server.cli.intake import take_in
from shared_scoring.records import Product
from shared_scoring.risk import happening as events
from shared_scoring.risk import lateness as waits
from shared_scoring.risk.figures import record
from shared_scoring.risk.learn import Past, learn_happening, learn_late
from shared_scoring.risk.survival import DELIVERY
from shared_scoring.risk.table import DAY, OrderTable, order_table
from shared_scoring.risk.trial import PLAIN_HAPPENS, PLAIN_LATE, Tried
from tests.bench.running import result

KNOWN_UNTIL = dt.date(2018, 4, 1)
MONTHS = [dt.date(2017, month, 1) for month in range(7, 13)] + [dt.date(2018, month, 1) for month in (1, 2, 3)]
REVIEW = events.HAPPENINGS[0]


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
    reviews = learn_happening(past, REVIEW, cut, late)
    plain_reviews = learn_happening(past, REVIEW, cut, late, PLAIN_HAPPENS)
    open_ = past.happens(REVIEW, cut, late)
    low, _ = events.label(past.table, REVIEW, open_, cut, past.table.start)
    said, flat = reviews.probability(open_), plain_reviews.probability(open_)
    arrived = open_["arrived"] > 0
    return {
        "late_delivery": figures(Tried(late.probability(kept), plain.probability(kept), came[known])),
        "bad_review": figures(Tried(said, flat, low)),
        "bad_review_of_delivered": figures(Tried(said[arrived], flat[arrived], low[arrived])),
    }


def figures(tried: Tried) -> dict[str, Any]:
    one = record(tried)
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
    }


def mean(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Means over the cuts, and the skill of all answers together and of the worst cut."""
    names = [name for name in rows[0] if name not in {"answers", "hits"}]
    means = {name: float(np.mean([row[name] for row in rows if row[name] is not None])) for name in names}
    rows = [row for row in rows if row["skill"] is not None]
    spread = [row["hits"] * (1 - row["hits"] / row["answers"]) for row in rows]
    lost = sum((1 - row["skill"]) * one for row, one in zip(rows, spread, strict=True))
    return means | {"pooled_skill": 1 - lost / sum(spread), "worst_skill": min(row["skill"] for row in rows)}


def call(orders: Path) -> dict[str, float]:
    """Seconds and megabytes of the command on the whole file."""
    words = [sys.executable, "-m", "server", "at-risk", str(orders), "--as-of", str(KNOWN_UNTIL), "--json"]
    started = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": time.perf_counter() - started, "cpu_seconds": used.ru_utime, "megabytes": used.ru_maxrss / 1024}


if __name__ == "__main__":
    main()
