"""Two countings of one shop: the generator's plain loops and the engine agree, today and in the past."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from server.cli import cli
from server.demo.creator import generate_creator
from server.demo.generator import generate


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The official days by date, and the whole shop as a file."""
    records = list(generate(1, date(2026, 11, 21)))
    file = tmp_path_factory.mktemp("demo") / "shop.ndjson"
    file.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return {record["id"]: record for record in records if record["kind"] == "official"}, file


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-10", "2026-10-20", "2026-09-23"])
def test_the_engine_counts_what_the_official_page_shows(shop, day):
    officials, file = shop
    arguments = ["score", str(file), "--rules", "douyin-shop/2026-09-08", "--as-of", day, "--json"]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    score, official = json.loads(done.stdout), officials[day]
    assert score["input"]["quarantined"] == []
    assert score["valid_orders"] == official["valid_orders_30d"]
    assert (score["bonus"], score["deduction"]) == (official["bonus"], official["deduction"])
    assert set(score["indicators"]) == set(official["indicators"])
    for key, shown in official["indicators"].items():
        counted = score["indicators"][key]
        assert counted["denominator"] == shown["denominator"], key
        assert counted["numerator"] == pytest.approx(shown["numerator"], abs=1e-6), key
        assert counted["coverage"] == pytest.approx(1), key


@pytest.mark.parametrize("day", ["2026-11-21", "2026-10-01"])
def test_the_engine_counts_what_the_creators_page_shows(tmp_path, day):
    records = list(generate_creator(1, date(2026, 11, 21)))
    file = tmp_path / "creator.ndjson"
    file.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    official = next(one for one in records if one["kind"] == "official" and one["id"] == day)
    done = CliRunner().invoke(cli, ["score", str(file), "--as-of", day, "--json"], catch_exceptions=False)
    indicators = json.loads(done.stdout)["indicators"]
    counted = {key: one["value"] for key, one in indicators.items() if one["value"] is not None}
    assert counted == {key: pytest.approx(shown["value"], abs=5.1e-5) for key, shown in official["indicators"].items()}
