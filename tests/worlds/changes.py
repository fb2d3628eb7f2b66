"""Things of a shop that could be otherwise, as changes whose truth a world knows."""

from typing import Any

import numpy as np

from tests.worlds.clock import DAY, day_of, iso
from tests.worlds.world import WINDOW, World

Record = dict[str, Any]
Change = list[Record]


def changes(world: World, day: int, count: int, seed: int = 0) -> list[Change]:
    """Up to `count` of one to six like things each, of what counts on a day: it happened and is still in the window."""
    rng = np.random.default_rng([seed, day])
    by_kind: dict[str, Change] = {"exempt": [], "stars": [], "arrival": [], "bad_stars": [], "bad_case": []}
    for case in world.cases.values():
        quiet = {one["kind"] for one in case} <= {"order", "review"}
        for one in case:
            for kind, change in _otherwise(one, day, quiet=quiet):
                by_kind[kind].append(change)
    found: list[Change] = []
    kinds = sorted(kind for kind, held in by_kind.items() if held)
    for number in range(count):
        held = by_kind[kinds[number % len(kinds)]]
        size = min(int(rng.integers(1, 7)), len(held))
        found.append([held[place] for place in rng.choice(len(held), size, replace=False)])
    return found


def _otherwise(one: Record, day: int, *, quiet: bool) -> list[tuple[str, Record]]:
    window = range(day - WINDOW, day)
    match one["kind"]:
        case "after_sale" if day_of(one["applied_at"]) in window and one["reason"]["class"] != "no_reason":
            return [("exempt", {"kind": "after_sale", "id": one["id"], "exempt": True})]
        case "review" if day_of(one["created_at"]) in window:
            kind, stars = ("stars", 5) if one["stars"] <= 2 else ("bad_stars", 1)
            return [(kind, {"kind": "review", "id": one["id"], "stars": stars})]
        case "order" if one.get("delivered_at") and not one.get("excluded"):
            due, arrived = day_of(one["deliver_by"]), day_of(one["delivered_at"])
            if due in window and arrived in window and arrived > due:
                on_time = iso(due * DAY + 40000)
                return [("arrival", {"kind": "order", "id": one["id"], "delivered_at": on_time})]
            if quiet and arrived in window and arrived % 5 == 0 and one["id"][-1] == "3":
                # A complaint that is filed now, in the case of an order without one.
                return [("bad_case", _complaint(one["id"], day))]
    return []


def _complaint(order_id: str, day: int) -> Record:
    filed: Record = {"kind": "after_sale", "id": f"n{order_id}", "order_id": order_id, "type": "return_refund"}
    return filed | {"applied_at": iso(day * DAY - 20000), "reason": {"class": "quality"}}
