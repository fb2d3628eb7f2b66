"""The learned response on data whose rule is known here, and on small worlds whose rule is hidden."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from shared_scoring.learned import tested as trial
from shared_scoring.learned.days import official_values
from shared_scoring.learned.fit import fit
from shared_scoring.learned.link import Link
from shared_scoring.learned.response import learn
from shared_scoring.pack import bundled
from shared_scoring.score import score
from tests.bench.bench_response import Judged
from tests.unit.strategies import examples
from tests.worlds import elsewhere, shop
from tests.worlds.kept import Kept
from tests.worlds.responses import FAMILIES

PACK = bundled()["douyin-shop/2026-09-08"]
SHARES = np.array([0.5, 0.5])


def walk(rng: np.random.Generator, days: int) -> np.ndarray:
    return np.cumsum(rng.normal(0, 0.8, (days, 2)), axis=0) + 75


def days_of(count: int) -> np.ndarray:
    return np.arange(float(count))


def test_a_response_that_is_not_the_default_is_found_beside_a_wandering_level() -> None:
    rng = np.random.default_rng(1)
    points = walk(rng, 90)
    level = 20 + np.cumsum(rng.normal(0, 0.05, 90))
    scores = level + 0.9 * points[:, 0] + 0.1 * np.minimum(points[:, 1], 75)
    found = fit(days_of(90), scores, points, SHARES)
    mean = points.mean(axis=0)
    for place, slope in ((0, 0.9), (1, 0.05)):
        moved = mean.copy()
        moved[place] += 2
        assert (found.of(moved) - found.of(mean))[0] / 2 == pytest.approx(slope, abs=0.12)


def test_what_the_newer_days_say_counts_more() -> None:
    rng = np.random.default_rng(4)
    points = walk(rng, 180)
    moved = np.diff(points, axis=0)
    early, late = moved[:90] @ [0.2, 0.8], moved[90:] @ [0.8, 0.2]
    scores = 80 + np.cumsum(np.concatenate([[0], early, late]) + rng.normal(0, 0.03, 180))
    found = fit(days_of(180), scores, points, SHARES)
    place = points[-1]
    worth = [(found.of(place) - found.of(place - step))[0] for step in np.eye(2)]
    assert worth[0] > 2 * worth[1]


@given(st.floats(-10, 110), st.floats(50, 100), st.floats(50, 100))
def test_a_link_straightens_and_bends_back(anchor: float, one: float, other: float) -> None:
    link = Link.at(anchor, (50.0, 100.0))
    scores = np.array([one, other])
    straight = link.straight(scores)
    assert link.bent(straight) == pytest.approx(scores, abs=1e-9)
    assert (straight[1] - straight[0]) * (other - one) >= 0
    near = np.array([link.anchor - 1e-4, link.anchor + 1e-4])
    assert np.diff(link.bent(near)) == pytest.approx(np.diff(near), rel=1e-6)


def test_the_better_the_other_value_stands_the_less_a_step_is_worth() -> None:
    """Scores are the share of normally spread peers whom the mean of two values beats."""
    rng = np.random.default_rng(8)
    points = rng.uniform(60, 80, (120, 2))
    points[-1] = 70

    def true(place: list[float]) -> float:
        return 50 + 50 * float(ndtr((np.mean(place) - 70) / 6))

    shares = np.array([true(list(one)) for one in points])
    link = Link.at(shares[-1], (50.0, 100.0))
    found = fit(days_of(120), link.straight(shares), points, SHARES)
    level = link.straight(shares[-1:]) - found.of(points[-1])
    for other in (62.0, 70.0, 78.0):
        said = link.bent(level + found.of(np.array([[other, 70.0], [other, 74.0]])))
        assert said[1] - said[0] == pytest.approx(true([other, 74.0]) - true([other, 70.0]), rel=0.05)


@examples(15)
@given(st.integers(0, 10_000))
def test_a_better_value_is_always_worth_something(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = walk(rng, 40)
    found = fit(days_of(40), 80 - 0.3 * points[:, 0] + rng.normal(0, 0.1, 40), points, SHARES)
    assert all((slopes > 0).all() for slopes in found.slopes)


@pytest.mark.parametrize("more", [-3.0, -0.1, 0.0, 0.1, 3.0])
def test_slopes_that_heed_a_change_go_towards_it_and_not_beyond(more: float) -> None:
    kept = Kept(shop.build(3, "ranks", 12, 110), PACK)
    days = sorted(kept.officials)[-8], max(kept.officials)
    pages = [official_values(kept.officials[day], [one.key for one in PACK.indicators]) for day in days]
    for response in learn(PACK, kept.facts(days[1]), days[1] + 1).values():
        score = response.newest.score
        expected = response.difference(*pages, score)
        assert expected is not None
        heeded = response.told_by(pages[0], pages[1], (score, score + expected.mid + more), 7).difference(*pages, score)
        assert heeded is not None
        assert sorted([expected.mid, heeded.mid, expected.mid + more])[1] == pytest.approx(heeded.mid, abs=1e-9)


def test_a_value_nobody_has_seen_widens_the_band() -> None:
    """As far beyond the seen values as within them: the same slope, but nobody has shown it there."""
    rng = np.random.default_rng(6)
    points = walk(rng, 60)
    found = fit(days_of(60), points @ SHARES + rng.normal(0, 0.05, 60), points, SHARES)
    edge = np.array([one[-1] for one in found.knots])
    assert found.beyond(edge).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.beyond(edge + 2)[:, 1].tolist() == pytest.approx([2 * one[-1] for one in found.slopes])
    lowest = np.array([one[0] for one in found.knots])
    assert found.beyond(lowest - 2)[:, 0].tolist() == pytest.approx([-2 * one[0] for one in found.slopes])


@examples(15)
@given(st.integers(0, 10_000), st.integers(2, 60))
def test_better_values_never_cost_points(seed: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    found = fit(days_of(days), rng.normal(75, 5, days), walk(rng, days), SHARES)
    grid = np.linspace(40, 110, 60)
    for place in (0, 1):
        points = np.full((60, 2), 75.0)
        points[:, place] = grid
        assert (np.diff(found.of(points)) >= -1e-9).all()


def test_what_does_no_better_than_staying_is_not_believed() -> None:
    rng = np.random.default_rng(3)
    days = 60
    noise = trial.tested(days_of(days), 80 + np.cumsum(rng.normal(0, 0.5, days)), walk(rng, days), SHARES)
    assert (noise.method, noise.reason) == (None, "not_better_than_staying")
    still = trial.tested(days_of(days), np.full(days, 100.0), walk(rng, days), SHARES)
    assert (still.method, still.reason) == (None, "nothing_moved")
    few = walk(rng, trial.FEWEST_DAYS - 1)
    short = trial.tested(days_of(len(few)), few.mean(axis=1), few, SHARES)
    assert (short.method, short.reason) == (None, "few_days")


def test_the_default_curve_is_used_where_it_does_better_than_what_few_days_teach() -> None:
    rng = np.random.default_rng(11)
    points = walk(rng, 12)
    scores = points @ SHARES + np.cumsum(rng.normal(0, 0.3, 12))
    found = trial.tested(days_of(12), scores, points, SHARES)
    assert found.method is not None
    assert found.errors[found.method] < found.errors["stays"]


@pytest.mark.parametrize("family", FAMILIES)
def test_days_ahead_change_nothing(family: str) -> None:
    world = shop.build(1, family, 20, 90)
    kept, day = Kept(world, PACK), world.first + 40
    known, whole = kept.facts(day - 1), kept.facts(day - 1)
    whole.officials = dict(kept.officials)
    assert {key: one.found.fit.slopes[0].tolist() for key, one in learn(PACK, known, day).items()} == {
        key: one.found.fit.slopes[0].tolist() for key, one in learn(PACK, whole, day).items()
    }
    sums, calendar = kept.sums(PACK, day), kept.viewpoint.calendar
    assert score(PACK, day, sums, known, calendar).estimate == score(PACK, day, sums, whole, calendar).estimate


@pytest.mark.parametrize("family", [*FAMILIES, "elsewhere"])
def test_on_a_shop_with_a_hidden_response(family: str) -> None:
    world = elsewhere.build(21, 20, 120) if family == "elsewhere" else shop.build(21, family, 20, 120)
    figures = Judged().add(world, 4, 20).figures()
    assert figures["learned"] == 1
    assert figures["ratio"] <= 0.6
    assert figures["sign"] >= 0.9
    assert figures["rank"] >= 0.85
    assert figures["unanswered"] <= 20  # of 80: a dimension may not be believed on some day


def test_a_fragment_of_a_shop_is_no_worse_than_staying() -> None:
    world = shop.build(5, "ranks", 20, 110, share_seen=0.4)
    figures = Judged().add(world, 6, 8).figures()
    assert figures["ratio"] <= 1.1
