"""The industry's walk is told apart from slopes that are a little wrong."""

import numpy as np
import pytest

from shared_scoring.learned.fit import Fit
from shared_scoring.learned.level import industry_step, level

DAYS = np.arange(200.0)


def told(seed: int, walk: float, misfit: float, moves: float = 1.0) -> float:
    """The step found where scores are 1 × points a day on average, and wrong by a share `misfit` of each day's move."""
    rng = np.random.default_rng(seed)
    moved = rng.normal(0, moves, len(DAYS)) * np.where(rng.random(len(DAYS)) < 0.4, 3.0, 0.3)
    points = 50 + np.cumsum(moved)
    scores = np.cumsum(moved * (1 + misfit * rng.choice([-1, 1], len(DAYS))) + rng.normal(0, walk, len(DAYS)))
    fit = Fit([np.array([points.min(), points.max()])], [np.array([1.0])], np.zeros((1, 1)), 1.0, 0.0)
    held = points[:, None]
    return industry_step(fit, level(fit, DAYS, scores, held), DAYS, held)


def middle(walk: float, misfit: float) -> float:
    return float(np.median([told(seed, walk, misfit) for seed in range(25)])) ** 0.5


@pytest.mark.parametrize("misfit", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("walk", [0.1, 0.4])
def test_the_walk_is_found_whatever_the_misfit(walk: float, misfit: float) -> None:
    assert middle(walk, misfit) == pytest.approx(walk, rel=0.25)


def test_of_an_industry_that_stands_still_little_is_said_to_move() -> None:
    # A fit that took all surprises for the industry's would say 0.5 × 1.9 points a day.
    assert middle(0.0, 0.5) < 0.1


def test_two_days_are_enough_to_say_something() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(50, 1, (3, 1))
    fit = Fit([np.array([45.0, 55.0])], [np.array([1.0])], np.zeros((1, 1)), 0.04, 0.01)
    few = np.array([0.0, 1.0, 3.0])
    assert industry_step(fit, level(fit, few, points[:, 0], points), few, points) >= 0
