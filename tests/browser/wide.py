"""The whole cross product, for `make matrix`: too long for every change."""

import pytest

from tests.browser.playing import Stage
from tests.browser.scenarios import Scenario, wide
from tests.browser.test_matrix import BROWSERS


@pytest.mark.parametrize("kind", BROWSERS)
@pytest.mark.parametrize("scenario", list(wide()), ids=lambda scenario: scenario.name)
def test_scenario(stage: Stage, scenario: Scenario) -> None:
    stage.play(scenario)
