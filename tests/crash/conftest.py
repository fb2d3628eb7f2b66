"""One koubei for all that is done to one: each test finds it as the one before has left it."""

from collections.abc import Iterator

import pytest

from tests.running import Koubei, paired


@pytest.fixture(scope="package")
def koubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Koubei]:
    """Paired, its tick every second."""
    with paired(tmp_path_factory.mktemp("crash") / "home", tick_seconds=1) as server:
        yield server
