"""The worlds and the product count alike, so that a wrong prediction is never a wrong count."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from shared_scoring.what_if import what_if_history
from tests.worlds import elsewhere, shop
from tests.worlds.changes import changes
from tests.worlds.responses import FAMILIES
from tests.worlds.world import World

NEWEST = bundled()["douyin-shop/2026-09-08"]
Record = dict[str, Any]


def history(records: list[Record]) -> History:
    return History(decode_record(json.dumps(record).encode()) for record in records)


MADE = [partial(shop.build, family=family) for family in FAMILIES] + [elsewhere.build]
NAMES = [*FAMILIES, "elsewhere"]


@pytest.mark.parametrize("build", MADE, ids=NAMES)
def test_the_product_counts_what_a_world_counts(build: Callable[..., World]) -> None:
    world = build(3, orders_a_day=20, days=60)
    told = history(world.records())
    for day in (world.first, world.first + 9, world.last):
        truth, own = world.truth(day), score_history(told, NEWEST, day)
        assert {key: (one.numerator, one.denominator) for key, one in own.indicators.items()} == {
            key: pytest.approx(sums) for key, sums in truth.sums.items()
        }
        assert (own.deduction, own.bonus, own.valid_orders) == (truth.deduction, truth.bonus, truth.valid_orders)
        assert all(50 <= score <= 100 for score in truth.dimensions.values())


def test_one_seed_one_world() -> None:
    one, same, other = (shop.build(seed, "kinks", 20, 60).records() for seed in (5, 5, 6))
    assert one == same != other


def test_a_page_shows_rounded_figures_and_misses_days() -> None:
    world = shop.build(4, "ranks", 20, 160)
    pages = [one for one in world.records() if one["kind"] == "official"]
    assert len(pages) == world.last - world.first + 1 - len(world.missing)
    assert world.missing
    assert all(round(page["total"], 2) == page["total"] for page in pages)


@pytest.mark.parametrize("build", MADE, ids=NAMES)
def test_a_changed_world_counts_what_what_if_counts(build: Callable[..., World]) -> None:
    world = build(8, orders_a_day=20, days=60)
    day = world.last
    told = history(world.records())
    for change in changes(world, day, 15):
        would = world.truth_if(day, change)
        answer = what_if_history(told, NEWEST, day, [decode_record(json.dumps(one).encode()) for one in change])
        for key, moved in answer.indicators.items():
            assert would.values.get(key) == (None if moved.after is None else pytest.approx(moved.after)), (key, change)
        for key, value in world.truth(day).values.items():
            assert key in answer.indicators or would.values[key] == pytest.approx(value)
