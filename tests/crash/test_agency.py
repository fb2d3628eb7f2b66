"""An agency's day in short: people, devices, shops, work, a leaver, a thief, an erasure, the daily run."""

from pathlib import Path

from tests.soak.agency_day import agency_day


def test_a_small_agency_has_its_day(tmp_path: Path):
    agency = agency_day(tmp_path, shops=6, roles=("member", "member", "member", "read_only"), rounds=1, whole=False)
    assert {"list, worst first", "overlay of 20 orders", "batch of 20", "export"} <= set(agency.took.seconds)
