"""Plans held against shops with a hidden response: carried out, each action with its success probability.

`elsewhere` are shops of another making. Reports how often the true total lies in the plan's band (meant: 80 %), the
plan's cost beside an exhaustive search's, and the time for 500 candidate actions. `python -m tests.bench.bench_plan`.
"""

import dataclasses
import json
import time
from typing import Any

import msgspec
import numpy as np

from shared_scoring.actions.gain import Rated, rated
from shared_scoring.actions.plan import EXHAUSTIVE, plan
from shared_scoring.actions.scene import Scene, scene_of
from shared_scoring.actions.target import Line, Target
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from tests.bench.running import result
from tests.worlds import elsewhere, shop
from tests.worlds.world import World

RULES = "douyin-shop/2026-09-08"
FAMILIES = ("ranks", "kinks", "population", "saturating", "elsewhere")
SIZES = (20, 150)
DAYS_OF_EACH = 3
DRAWS = 40
BAND = 0.8


def seen(world: World, day: int) -> Scene:
    """What koubei knows of a world on a day, its official record included."""
    records = (decode_record(json.dumps(one).encode()) for one in world.records(day))
    return scene_of(History(records), bundled()[RULES], day)


def true_total(world: World, day: int, done: list[Rated]) -> float:
    """What the page would show, had the changes of these actions come true."""
    change = [msgspec.to_builtins(record) for one in done for record in one.candidate.change]
    conducts = {one["id"]: one for one in change if one["kind"] == "conduct"}
    facts = [{**one, **conducts.get(one.get("id", ""), {})} for one in world.facts]
    rest = [one for one in change if one["kind"] != "conduct"]
    return round(dataclasses.replace(world, facts=facts).truth_if(day, rest).total, 2)


def held(world: World, day: int, seed: int) -> list[dict[str, Any]]:
    """Plans to three targets, each carried out `DRAWS` times."""
    scene = seen(world, day)
    actions = [one for one in rated(scene) if not one.candidate.is_risk]
    current = scene.ground.before.score.total
    found: list[dict[str, Any]] = []
    if current is None or not any(one.gain.mid for one in actions):
        return found
    by_id = {one.id: one for one in actions}
    rng = np.random.default_rng([seed, day])
    for more in (0.2, 0.6, 2.0):
        made = plan(scene, actions, Target((Line("total", min(current + more, 100.0)),))).plan
        if made is None or not made.actions or made.total.low is None or made.total.high is None:
            continue
        inside = 0
        for _ in range(DRAWS):
            done = [by_id[id_] for id_ in made.actions if rng.random() < by_id[id_].success]
            inside += made.total.low - 0.005 <= true_total(world, day, done) <= made.total.high + 0.005
        found.append({"more": more, "actions": len(made.actions), "inside": inside / DRAWS})
    return found


def against_exhaustive(scene: Scene) -> list[float]:
    """Effort of the fast search ÷ that of the exhaustive one, on the twelve best actions."""
    actions = [one for one in rated(scene) if one.gain.mid][:EXHAUSTIVE]
    current = scene.ground.before.score.total
    ratios = []
    if current is None or len(actions) < 4:
        return ratios
    reach = sum(one.gain.mid or 0.0 for one in actions)
    for part in (0.2, 0.5, 0.8):
        target = Target((Line("total", min(current + part * reach, 100.0)),))
        best, fast = plan(scene, actions, target), plan(scene, actions, target, exhaustive=0)
        if best.reachable and best.plan is not None and fast.plan is not None and best.plan.effort_minutes:
            ratios.append(fast.plan.effort_minutes / best.plan.effort_minutes)
    return ratios


def candidates_per_second() -> dict[str, float]:
    """Time to rate at least 500 candidates of a busy shop."""
    world = shop.build(7, "ranks", 1000, 130)
    scene = seen(world, world.last)
    assert scene.ground.before.score.total is not None  # the day's score is there before anything is rated
    before = time.process_time()
    count = len(rated(scene))
    took = time.process_time() - before
    return {"candidates": count, "seconds": took, "seconds_for_500": took * 500 / max(count, 1)}


def main() -> None:
    plans: list[dict[str, Any]] = []
    ratios: list[float] = []
    for seed, family in enumerate(FAMILIES):
        for size in SIZES:
            world = elsewhere.build(seed, size, 150) if family == "elsewhere" else shop.build(seed, family, size, 150)
            for day in np.linspace(world.first + 60, world.last, DAYS_OF_EACH, dtype=int):
                plans += [{"family": family, "size": size, **one} for one in held(world, int(day), seed)]
                ratios += against_exhaustive(seen(world, int(day)))
    result(
        "plan",
        {
            "plans": len(plans),
            "inside": float(np.mean([one["inside"] for one in plans])) if plans else None,
            "by_family": {
                family: float(np.mean([one["inside"] for one in plans if one["family"] == family]))
                for family in FAMILIES
                if any(one["family"] == family for one in plans)
            },
            "effort_by_exhaustive": {
                "plans": len(ratios),
                "equal": sum(ratio <= 1 + 1e-9 for ratio in ratios),
                "mean": float(np.mean(ratios)),
                "worst": max(ratios),
            }
            if ratios
            else None,
            "rating": candidates_per_second(),
        },
    )


if __name__ == "__main__":
    main()
