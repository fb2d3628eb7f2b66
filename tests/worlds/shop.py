"""Shops of any size and family of response."""

from typing import Any

import numpy as np

from tests.worlds import counting
from tests.worlds.clock import DAY, iso, ordinal
from tests.worlds.events import Scale, records
from tests.worlds.industry import PEERS
from tests.worlds.responses import hidden
from tests.worlds.world import DIMENSIONS, World

Record = dict[str, Any]
START = ordinal("2026-09-10")


def build(
    seed: int,
    family: str,
    orders_a_day: float = 150,
    days: int = 160,
    *,
    shows_sums: bool = True,
    shows_values: bool = True,
    share_seen: float = 1.0,
    start: int = START,
) -> World:
    """A shop under douyin-shop/2026-09-08 from `start` on; official days follow once a whole window lies behind.

    `shows_values`, `shows_sums`: whether the page shows values, and numerators and denominators beside them.
    `share_seen` of the cases have been seen; the page counts all.
    """
    rng = np.random.default_rng([seed, sum(map(ord, family)), int(orders_a_day)])
    next_day = float(np.random.default_rng([seed, days]).choice([0.03, 0.12, 0.3, 0.5]))
    scale = Scale(orders_a_day, days, next_day)
    cases = counting.cases(records(rng, scale, start))
    keys = list(PEERS)
    own = {name: hidden(family, rng, [key for key in keys if key.startswith(name)], days + 2) for name in DIMENSIONS}
    first, last = start + scale.warm_up, start + days
    seen = None if share_seen >= 1 else frozenset(case for case in cases if rng.random() < share_seen)
    return World(
        family=family,
        start=start,
        first=first,
        last=last,
        hidden=own,
        weights=_weights(rng),
        cases=cases,
        facts=_facts(rng, start, days),
        missing=_missing(rng, first, last),
        shows_sums=shows_sums,
        shows_values=shows_values,
        seen=seen,
    )


def _weights(rng: np.random.Generator) -> dict[str, float]:
    whole = [(0.4, 0.3, 0.3), (0.25, 0.2, 0.55), (0.47, 0.2, 0.33), (0.44, 0.2, 0.36), (0.5, 0.25, 0.25)]
    return dict(zip(DIMENSIONS, whole[rng.integers(len(whole))], strict=True))


def _missing(rng: np.random.Generator, first: int, last: int) -> frozenset[int]:
    """Days on which nobody opened the page: some single ones, and a holiday."""
    single = {day for day in range(first, last) if rng.random() < 0.06}
    away = int(rng.integers(first, max(first + 1, last - 20)))
    return frozenset(single | set(range(away, min(away + int(rng.integers(2, 7)), last))))


def _facts(rng: np.random.Generator, start: int, days: int) -> list[Record]:
    """The subject first, then what it was punished for and what it switched on."""
    subject: Record = {"kind": "subject", "id": "shop-1", "platform": "douyin", "type": "shop", "name": "s"}
    found = [subject | {"shop_type": "non_flagship", "time_zone": "Asia/Shanghai"}]
    for number, day in enumerate(np.flatnonzero(rng.random(days) < 0.012)):
        scene = rng.choice(["abnormal_return_address", "invoice_refused", "false_advertising"], p=[0.45, 0.45, 0.1])
        at = iso((start + int(day)) * DAY + 50000)
        found.append({"kind": "conduct", "id": f"x{number}", "at": at, "scene": str(scene), "count": 1})
    on = False
    for number, day in enumerate([0, *np.flatnonzero(rng.random(days) < 0.015)]):
        on = not on
        at = iso((start + int(day)) * DAY + 30000)
        switch = {"kind": "service_switch", "id": f"w{number}", "service": "freight_insurance", "on": on, "at": at}
        found.append(switch)
    return found
