"""The short form of tests/soak/long_faults.py: each fault once, while three shops send."""

import logging
from pathlib import Path

import pytest

from tests.running import Koubei, paired
from tests.soak.faults import KILLS, OTHERS, filled_disk, small_disk
from tests.soak.load import Load

log = logging.getLogger(__name__)
BATCHES = 12  # of each shop


@pytest.mark.parametrize("name", [*KILLS, *OTHERS])
def test_nothing_acknowledged_is_lost_or_doubled(koubei: Koubei, name: str):
    load = Load(koubei, name, shops=3, batches=BATCHES)
    load.reaches(0.4)
    (KILLS | OTHERS)[name](koubei)
    load.ends()
    log.info("%s: %d batches, %s, scored %.1f s later", name, load.total, dict(load.answers), load.is_whole())
    load.erase()  # or what lies ahead of it is worked out while the next fault happens: most of the time it took


def test_a_disk_that_was_full_for_a_while(tmp_path: Path):
    with small_disk(tmp_path / "disk", 400) as disk:
        if disk is None:
            pytest.skip("only root may mount a small disk")
        with paired(disk / "home", tick_seconds=1) as server:
            load = Load(server, "full", shops=3, batches=BATCHES, pause=0.05)
            load.reaches(0.3)
            assert filled_disk(server, seconds=2) == 0
            load.ends()
            log.info("%d batches, %s, scored %.1f s later", load.total, dict(load.answers), load.is_whole())
