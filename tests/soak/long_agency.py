"""Three hundred shops and ten people, by `make soak`; the short form is tests/crash/test_agency.py."""

from pathlib import Path

from tests.soak.agency_day import agency_day, say


def test_three_hundred_shops_and_ten_people(tmp_path: Path):
    agency = agency_day(tmp_path, shops=300, rounds=6, whole=True)
    say(agency.took.told())
