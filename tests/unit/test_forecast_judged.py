"""A day's total is that of its dimensions, whatever they are told by."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.forecast.choice import METHODS
from shared_scoring.forecast.judged import Judged, judge
from shared_scoring.forecast.track import KEYS, Track
from shared_scoring.forecast.triangle import Floats

DAYS, HORIZON = 30, 12
WEIGHTS = np.array([0.0, 0.4, 0.25, 0.35])
RULED = 1.5  # bonuses less deductions


def answers(seed: int, apart: Floats) -> tuple[Floats, Floats]:
    """What was said and what came; each method misses each dimension by its own spread (dimensions, methods)."""
    rng = np.random.default_rng(seed)
    came = np.zeros((DAYS, HORIZON, len(KEYS)))
    came[..., 1:] = 70 + rng.normal(0, 2, (DAYS, HORIZON, 3))
    said = np.repeat(came[..., None], len(METHODS), axis=-1)
    said[:, :, 1:] += rng.normal(0, 1, (DAYS, HORIZON, 3, 3)) * apart
    came[..., 0] = came @ WEIGHTS + RULED
    said[:, :, 0] = np.einsum("dhkm,k->dhm", said, WEIGHTS) + RULED
    return said, came


def judged(said: Floats, came: Floats) -> Judged:
    return judge(Track(list(range(DAYS)), said, came, np.zeros((DAYS, HORIZON))), 1.0)


def used(found: Judged) -> dict[str, set[str]]:
    return {key: {choice.method for choice in own} for key, own in found.choices.items()}


@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0.0, 3.0), min_size=9, max_size=9), st.booleans())
def test_the_total_is_made_of_the_dimensions_that_are_told(seed: int, apart: list[float], has_trend: bool) -> None:
    said, came = answers(seed, np.array(apart).reshape(3, 3))
    if not has_trend:
        said[..., METHODS.index("trend")] = np.nan
    mids = judged(said, came).mids(said[-1])
    np.testing.assert_allclose(mids[:, 0], mids @ WEIGHTS + RULED, rtol=0, atol=1e-9)


def test_what_makes_the_total_best_makes_its_dimensions() -> None:
    said, came = answers(1, np.array([[3.0, 0.1, 4.0], [0.2, 9.0, 18.0], [0.2, 9.0, 18.0]]))
    assert set().union(*used(judged(said, came)).values()) == {"learned"}


def test_where_no_total_was_shown_each_dimension_is_judged_by_itself() -> None:
    said, came = answers(2, np.array([[3.0, 0.1, 4.0], [0.1, 3.0, 4.0], [3.0, 4.0, 0.1]]))
    said[:, :, 0], came[..., 0] = np.nan, np.nan
    found = used(judged(said, came))
    assert [found[key] for key in KEYS[1:]] == [{"stays"}, {"learned"}, {"trend"}]
