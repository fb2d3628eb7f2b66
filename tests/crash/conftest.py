"""One koubei for all that is done to one: each test finds it as the one before has left it."""

from collections.abc import Iterator

import pytest

from tests.running import Koubei


@pytest.fixture(scope="package")
def koubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Koubei]:
    """Paired, its tick every second."""
    server = Koubei(tmp_path_factory.mktemp("crash") / "home", tick_seconds=1)
    server.start()
    try:
        server.pair()
        yield server
    finally:
        server.stop()
