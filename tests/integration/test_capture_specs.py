"""The capture specs a server offers: bundled, newer, switched off; and what the command line does with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from server.capture_specs.check import BUNDLED, SpecError, bundled, load_spec
from server.cli.specs import specs as command

if TYPE_CHECKING:
    from server.settings import Settings
    from tests.conftest import Paired

ROUTE = "/v1/capture-specs"
ORDERS = "doudian.orders"


def run(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(command, list(words))
    assert done.exit_code == status, done.output
    return done.output


def written(file: Path, **changes: Any) -> Path:
    file.write_text(json.dumps({**bundled()[ORDERS], "version": 7, **changes}), encoding="utf-8")
    return file


@pytest.fixture
def home(settings: "Settings") -> Iterator[Path]:
    """The server's home; what a test offers is gone afterwards."""
    yield settings.home
    for file in (settings.home / "capture-specs").glob("*"):
        file.unlink()


def test_every_bundled_spec_obeys_its_schema() -> None:
    for id_, spec in bundled().items():
        assert load_spec((BUNDLED / f"{id_}.json").read_bytes()) == spec
        assert spec["grade"] in {"A", "B", "C", "?"}
    pages = {spec["page"] for spec in bundled().values()}
    assert pages >= {
        "orders",
        "after_sales",
        "reviews",
        "service",
        "violations",
        "score",
        "home",
        "creator",
        "selection",
    }


def test_the_offer_is_kept_until_it_changes(paired: "Paired", home: Path, tmp_path: Path) -> None:
    answer = paired.client.get(ROUTE)
    assert answer.status_code == 200, answer.text
    assert {one["id"]: one for one in answer.json["items"]} == bundled()
    assert answer.json["disabled"] == []
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert paired.client.get(ROUTE, headers=headers).status_code == 304
    run("add", str(written(tmp_path / "next.json")), "--home", str(home))
    later = paired.client.get(ROUTE, headers=headers)
    assert later.status_code == 200
    assert next(one for one in later.json["items"] if one["id"] == ORDERS)["version"] == 7
    run("disable", ORDERS, "--home", str(home))
    assert paired.client.get(ROUTE).json["disabled"] == [ORDERS]
    run("enable", ORDERS, "--home", str(home))
    assert paired.client.get(ROUTE).json["disabled"] == []


def test_the_offer_is_for_paired_browsers(paired: "Paired") -> None:
    assert paired.client.get(ROUTE, headers={"Authorization": "Bearer kb_no"}).status_code == 401


def test_a_file_that_is_no_spec_is_left_out_and_told(paired: "Paired", home: Path) -> None:
    folder = home / "capture-specs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bad.json").write_text('{"id": "doudian.orders", "version": 9}')
    assert {one["id"]: one for one in paired.client.get(ROUTE).json["items"]} == bundled()
    assert "bad.json" in run("list", "--home", str(home), "--lang", "en")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 0}, "/version"),
        ({"host": "evil.example"}, "/host"),
        ({"rows": ["data.0.post_receiver"]}, "post_receiver"),
        ({"eval": "1+1"}, "eval"),
        ({"fields": {"id": {"from": ["user_name"], "type": "text"}}}, "user_name"),
        ({"fields": {"id": {"from": ["id"], "type": "script"}}}, "/fields/id"),
        ({"path": "/*"}, "hint"),
        ({"max_rows": 10**6}, "/max_rows"),
    ],
)
def test_what_is_no_spec_is_refused_with_the_place(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    file = written(tmp_path / "bad.json", **changes)
    with pytest.raises(SpecError) as refused:
        load_spec(file.read_bytes())
    assert any(told in fault for fault in refused.value.faults), refused.value.faults
    assert told in run("check", str(file), status=2)
    assert json.loads(run("check", str(file), "--json", status=2).splitlines()[0])["ok"] is False
    home = tmp_path / "home"
    run("add", str(file), "--home", str(home), status=2)
    assert not (home / "capture-specs").exists()


def test_only_something_newer_is_added(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    assert "version" in run("add", str(written(tmp_path / "same.json", version=1)), "--home", home, status=2)
    assert "page" in run("add", str(written(tmp_path / "page.json", page="score")), "--home", home, status=2)
    run("add", str(written(tmp_path / "next.json")), "--home", home)
    run("add", str(written(tmp_path / "next.json")), "--home", home, status=2)
    listed = {one["id"]: one for one in json.loads(run("list", "--json", "--home", home))["specs"]}
    assert (listed[ORDERS]["version"], listed[ORDERS]["off"]) == (7, False)
    assert listed[ORDERS]["file"].endswith(f"{ORDERS}.json")
    assert "no.such" in run("disable", "no.such", "--home", home, status=2)
    assert "cannot read" in run("check", str(tmp_path / "none.json"), status=1)


def recording(path: Path, masked: Any, **changes: Any) -> Path:
    shape = {"spec": ORDERS, "version": 1, "at": "2026-11-20T10:00:00Z", "masked": masked}
    shape |= {"address": "https://fxg.jinritemai.com/api/order/searchlist", **changes}
    path.write_text(json.dumps({"format": "koubei.shapes/1", "shapes": [shape]}), encoding="utf-8")
    return path


def test_a_recorded_shape_becomes_a_fixture_once(tmp_path: Path) -> None:
    file = recording(tmp_path / "shapes.json", {"code": 0, "data": [{"shop_order_id": "digits", "?": "text"}]})
    folder = tmp_path / "fixtures"
    for _ in range(2):
        run("fixture", str(file), "--to", str(folder))
    [made] = folder.iterdir()
    assert made.name == f"{ORDERS}.2026-11-20.json"
    fixture = json.loads(made.read_text())
    assert (fixture["spec"], fixture["masked"]["data"]) == (ORDERS, [{"shop_order_id": "digits", "?": "text"}])
    run("fixture", str(recording(tmp_path / "other.json", {"code": 0})), "--to", str(folder))
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "masked",
    [
        {"code": 7},
        {"data": "张三"},
        {"data": [{"phone": "13800000000"}]},
        {"13800000000": 0},
        {"张三": None},
        {"x": False},
    ],
)
def test_a_recording_with_a_value_in_it_is_refused(tmp_path: Path, masked: Any) -> None:
    told = run("fixture", str(recording(tmp_path / "shapes.json", masked)), "--to", str(tmp_path / "out"), status=1)
    assert "holds a value" in told
    assert "138" not in told
    assert "张" not in told.replace("张…", "")


def test_a_shape_that_no_spec_claimed_needs_a_name(tmp_path: Path) -> None:
    file = recording(tmp_path / "shapes.json", {"code": 0}, spec=None)
    assert "--spec" in run("fixture", str(file), "--to", str(tmp_path / "out"), status=1)
    run("fixture", str(file), "--to", str(tmp_path / "out"), "--spec", "doudian.reviews")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["doudian.reviews.2026-11-20.json"]
    (tmp_path / "no.json").write_text("[]")
    assert "no recording" in run("fixture", str(tmp_path / "no.json"), status=1)
