"""The list of scenarios in Chromium and in Firefox, against the real API on a real PostgreSQL."""

import pytest

from tests.browser.firefox import FIREFOX
from tests.browser.playing import Stage
from tests.browser.scenarios import CI, Scenario

BROWSERS = [
    "chromium",
    pytest.param("firefox", marks=pytest.mark.skipif(FIREFOX is None, reason="apt-get install firefox-esr")),
]


@pytest.mark.parametrize("kind", BROWSERS)
@pytest.mark.parametrize("scenario", CI, ids=lambda scenario: scenario.name)
def test_scenario(stage: Stage, scenario: Scenario) -> None:
    stage.play(scenario)
