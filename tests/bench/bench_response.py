"""How good the learned response is on shops whose true response is hidden: estimate, what-if, explanation, time.

python -m tests.bench.bench_response [orders a day …]
"""

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from shared_scoring.explain import explain
from shared_scoring.learned.tested import tested
from shared_scoring.pack import bundled
from shared_scoring.score import score
from shared_scoring.what_if import Ground
from tests.bench.running import result
from tests.worlds import elsewhere, shop
from tests.worlds.changes import changes
from tests.worlds.kept import Kept, decoded
from tests.worlds.responses import FAMILIES
from tests.worlds.world import World

PACK = bundled()["douyin-shop/2026-09-08"]
TAUGHT = 45  # official days before anything is asked
WEEK = 7
MATTERS = 0.02


@dataclass
class Judged:
    """What was said of worlds beside what is true. `deltas` are (said, true, low, high) by world."""

    said: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)
    stays: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    methods: list[str | None] = field(default_factory=list)
    deltas: list[list[tuple[float, float, float, float]]] = field(default_factory=list)
    unanswered: int = 0
    industry: list[tuple[float, float]] = field(default_factory=list)

    def add(self, world: World, days: int, tries: int) -> "Judged":
        """Ask on so many days, spread over those after the first; each with so many changes."""
        kept = Kept(world, PACK)
        asked = [int(day) for day in np.linspace(world.first + TAUGHT, world.last - WEEK - 1, days)]
        self.deltas.append([])
        for day in asked:
            self._estimate(kept, day)
            self._what_if(kept, day, tries)
            self._explain(kept, day)
        return self

    def _estimate(self, kept: Kept, day: int) -> None:
        world = kept.world
        found = score(PACK, day, kept.sums(PACK, day), kept.facts(day - 1), kept.viewpoint.calendar).estimate
        true = round(world.truth(day).total, 2)
        newest = max(at for at in kept.officials if at < day)
        assert found.total is not None
        assert found.low is not None
        assert found.high is not None
        self.said.append(found.total)
        self.true.append(true)
        self.stays.append(round(world.truth(newest).total, 2))
        self.inside.append(found.low - 0.005 <= true <= found.high + 0.005)
        self.methods.append(found.method)

    def _what_if(self, kept: Kept, day: int, tries: int) -> None:
        world, before = kept.world, kept.world.truth(day)
        ground = Ground(PACK, day, kept.sums(PACK, day), kept.facts(day), kept.viewpoint)
        for change in changes(world, day, tries):
            touched = {case: world.cases[case] for case in map(world.case_of, change)}
            told = [one for case in touched.values() for one in kept.told(case)]
            delta = ground.what_if(told, decoded(change)).delta
            true = world.truth_if(day, change).total - before.total
            if delta.total is None or delta.low is None or delta.high is None:
                self.unanswered += 1
            else:
                self.deltas[-1].append((delta.total, true, delta.low, delta.high))

    def _explain(self, kept: Kept, day: int) -> None:
        if day in kept.officials and day + WEEK in kept.officials:
            answer = explain(kept, (PACK, PACK), (day, day + WEEK), None)
            said = sum(one.points or 0.0 for one in answer.parts if one.cause == "industry")
            self.industry.append((said, kept.world.industry_part(day, day + WEEK)))

    def figures(self) -> dict[str, Any]:
        said, true, stays = np.array(self.said), np.array(self.true), np.array(self.stays)
        pairs = np.array([one for world in self.deltas for one in world])
        moved = np.abs(pairs[:, 1]) > 1e-9
        matters = np.abs(pairs[:, 1]) >= MATTERS
        ranks = [_rank(np.array(world)) for world in self.deltas if len(world) > 10]
        industry = np.array(self.industry) if len(self.industry) > 2 else np.zeros((3, 2))
        within = (pairs[:, 2] <= pairs[:, 1]) & (pairs[:, 1] <= pairs[:, 3])
        return {
            "estimate_mae": _round(np.abs(said - true).mean()),
            "stays_mae": _round(np.abs(stays - true).mean()),
            "ratio": _round(np.abs(said - true).mean() / np.abs(stays - true).mean()),
            "coverage": _round(np.mean(self.inside)),
            "learned": _round(np.mean([one == "learned" for one in self.methods])),
            "what_if_cases": int(matters.sum()),
            "sign": _round(np.mean(np.sign(pairs[matters, 0]) == np.sign(pairs[matters, 1]))),
            "rank": _round(_rank(pairs)),
            "rank_of_each_shop": _round(np.mean(ranks)),
            "what_if_within_band": _round(np.mean(within[moved])),
            "unanswered": self.unanswered,
            "industry_correlation": _round(np.corrcoef(industry.T)[0, 1]) if industry.any() else None,
            "industry_mae": _round(np.abs(industry[:, 0] - industry[:, 1]).mean()),
            "industry_size": _round(np.abs(industry[:, 1]).mean()),
        }


def _rank(pairs: Any) -> float:
    moved = np.abs(pairs[:, 1]) > 1e-9
    return float(spearmanr(pairs[moved, 0], pairs[moved, 1])[0])


def _round(figure: Any) -> float:
    return round(float(figure), 3)


def worlds(orders_a_day: int, seeds: Iterable[int]) -> Iterable[tuple[str, World]]:
    for seed in seeds:
        for family in FAMILIES:
            yield family, shop.build(seed, family, orders_a_day, 150, shows_sums=seed % 3 != 2)
        yield "elsewhere", elsewhere.build(seed, orders_a_day, 150)


def seconds_of_a_fit(days: int = 400) -> float:
    """CPU seconds of a subject's fits: three dimensions, each tested on its last days and fitted to all."""
    rng = np.random.default_rng(0)
    points = np.cumsum(rng.normal(0, 0.4, (days, 4)), axis=0) + 70
    scores = points.mean(axis=1) + np.cumsum(rng.normal(0, 0.1, days))
    start = time.process_time()
    for dimension in range(3):
        tested(np.arange(float(days)), scores + dimension, points, np.full(4, 0.25))
    return _round(time.process_time() - start)


def main(sizes: Mapping[int, tuple[int, int]]) -> None:
    for orders_a_day, (seeds, days) in sizes.items():
        of_family: dict[str, Judged] = {}
        for family, world in worlds(orders_a_day, range(100, 100 + seeds)):
            of_family.setdefault(family, Judged()).add(world, days, 40)
        for family, judged in of_family.items():
            result(f"response-{orders_a_day}-{family}", judged.figures())
    result("response-fit", {"seconds_400_days": seconds_of_a_fit()})


if __name__ == "__main__":
    plan = {20: (6, 12), 150: (3, 12), 1000: (1, 12)}
    asked_for = [int(word) for word in sys.argv[1:]] or list(plan)
    main({size: plan[size] for size in asked_for})
