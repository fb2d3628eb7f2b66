"""The calendar of packs, the same day under two of them, and a pack that is added while everything runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from server.cli.packs import packs as command
from server.db.pack_folder import PackFolder
from shared_scoring.pack import bundled
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.working import counted, eventually, worker
from tests.running import command as koubei

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.settings import Settings
    from tests.conftest import Paired

NEWEST = "douyin-shop/2026-09-08"
NEXT = "douyin-shop/2027-01"


def written(path: Path, **changes: Any) -> Path:
    """The newest pack, in force from 2027 and with two orders' more to count, unless changed otherwise."""
    whole = msgspec.json.decode(msgspec.json.encode(bundled()[NEWEST]))
    whole |= {"id": NEXT, "in_force": {"since": "2027-01-01", "until": None}}
    whole["indicators"][0]["definition"] = {"cohort": "orders_paid", "measure": "stars"}
    path.write_text(json.dumps({**whole, **changes}, indent=1), encoding="utf-8")
    return path


def run(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(command, list(words))
    assert done.exit_code == status, done.output
    return done.stdout


@pytest.fixture
def added(settings: "Settings", tmp_path: Path) -> Iterator[Path]:
    """The pack of 2027 in the home's folder; gone again afterwards."""
    folder = settings.home / "packs"
    run("add", str(written(tmp_path / "next.json")), "--home", str(settings.home))
    [file] = folder.glob("*")
    yield file
    file.unlink(missing_ok=True)


def test_the_calendar_is_kept_until_it_changes(paired: "Paired", added: Path) -> None:
    answer = paired.client.get("/v1/rule-packs")
    listed = {one["id"]: one for one in answer.json["items"]}
    assert list(listed) == [*bundled(), NEXT]
    assert (listed[NEWEST]["until"], listed[NEXT]["since"]) == ("2026-12-31", "2027-01-01")
    assert listed[NEWEST]["grades"]["A"] > 20
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert paired.client.get("/v1/rule-packs", headers=headers).status_code == 304
    added.unlink()
    later = paired.client.get("/v1/rule-packs", headers=headers)
    assert later.status_code == 200
    assert [one["id"] for one in later.json["items"]] == list(bundled())


@pytest.mark.parametrize("id_", list(bundled()))
def test_one_pack_in_full(paired: "Paired", id_: str) -> None:
    answer = paired.client.get(f"/v1/rule-packs/{id_}")
    assert answer.status_code == 200, answer.text
    assert answer.json == json.loads(msgspec.json.encode(bundled()[id_]))


def test_a_pack_nobody_knows(paired: "Paired") -> None:
    answer = paired.client.get("/v1/rule-packs/douyin-shop/1999")
    assert (answer.status_code, answer.json["code"]) == (404, "rule-pack-unknown")
    assert NEWEST in answer.json["detail"]


def test_what_a_change_of_rules_does(shop: "Paired") -> None:
    scene = {"kind": "conduct", "id": "c1", "scene": "invoice_refused", "at": "2026-09-10T10:00:00+08:00"}
    send(shop, [ORDER, REVIEW, scene])
    address = "/v1/subjects/shop-1/score"
    query = "as_of=2026-09-15&rules=douyin-shop/2026-07-14&rules=auto"
    answer = shop.client.get(f"{address}/comparison?{query}")
    assert answer.status_code == 200, answer.text
    found = answer.json
    assert found["rules"] == ["douyin-shop/2026-07-14", NEWEST]
    assert found["deduction"] == {"before": 3, "after": 2, "change": -1}
    rules = {key: one["rule"] for key, one in found["indicators"].items()}
    assert rules["goods.rating"] == "same"
    assert rules["logistics.pickup_score"] == rules["logistics.quality_return"] == "removed"
    assert rules["logistics.pickup_seconds"] == rules["logistics.damage_return"] == "added"
    for side, pack in (("before", "douyin-shop/2026-07-14"), ("after", NEWEST)):
        assert found[side] == shop.client.get(f"{address}?as_of=2026-09-15&rules={pack}").json
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert shop.client.get(f"{address}/comparison?{query}", headers=headers).status_code == 304
    for bad in (
        "",
        "rules=auto",
        "rules=auto&rules=auto&as_of=0001-01-01",
        "rules=auto&rules=nobody",
        "rules=auto&rules=douyin-creator/2021",
    ):
        assert shop.client.get(f"{address}/comparison?{bad}").status_code == 422, bad


def test_an_added_pack_is_scored_once_the_ledgers_have_its_series(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: Path
) -> None:
    review = {**REVIEW, "seen_at": None, "created_at": "2026-11-02T10:00:00+08:00"}
    send(shop, [{**ORDER, "delivered_at": None}, review])
    before = counted(admin, "shop-1")
    run("add", str(written(tmp_path / "next.json")), "--home", str(settings.home))
    file = settings.home / "packs" / "douyin-shop-2027-01.json"
    address = f"/v1/subjects/shop-1/score?as_of=2026-11-10&rules={NEXT}"
    try:
        waiting = shop.client.get(address)
        assert (waiting.status_code, waiting.json["code"]) == (503, "recounting")
        with worker(settings, tmp_path / "log", tick_seconds=1):
            eventually(lambda: shop.client.get(address).status_code == 200, "the ledger to be made anew")
            rating = shop.client.get(address).json["indicators"]["goods.rating"]
            assert (rating["numerator"], rating["denominator"]) == (4, 1)  # by payment: it was never delivered
            file.unlink()
            assert shop.client.get(address).status_code == 422
            eventually(lambda: counted(admin, "shop-1") == before, "the ledger to be as it was")
    finally:
        file.unlink(missing_ok=True)


def test_a_batch_of_a_process_that_knows_other_packs_is_counted_anew(shop: "Paired", admin: "Engine") -> None:
    send(shop, [ORDER])
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET ledger_version = 'newer douyin shop Asia/Shanghai'"))
    send(shop, [REVIEW], key="k2")
    [(version,)] = rows(admin, "SELECT ledger_version FROM subjects")
    assert version == "mixed douyin shop any Asia/Shanghai"
    assert shop.client.get("/v1/subjects/shop-1/score").status_code == 503


def test_a_file_that_is_no_pack_is_left_out_and_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "packs").mkdir(parents=True)
    (home / "packs" / "bad.json").write_text('{"id": "x",\n "name": 3}')
    written(home / "packs" / "good.json")
    read = PackFolder(home).read()
    assert set(read.packs) == {*bundled(), NEXT}
    [bad] = read.unusable
    assert (bad.path.name, bad.faults[0].line) == ("bad.json", 2)
    listed = json.loads(run("list", "--json", "--home", str(home)))
    assert listed["packs"][-1]["id"] == NEXT
    assert listed["packs"][-1]["file"].endswith("good.json")


def test_check_names_each_line_and_add_takes_nothing_bad(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    bad = written(tmp_path / "bad.json", scale=[100, 0], sources=[])
    checked = json.loads(run("check", str(bad), "--json", "--home", home, status=2))
    assert [fault["path"] for fault in checked["faults"]] == ["scale", "sources"]
    lines = bad.read_text().splitlines()
    for fault in checked["faults"]:
        assert f'"{fault["path"]}"' in lines[fault["line"] - 1]
    run("add", str(bad), "--home", home, status=2)
    assert not (tmp_path / "home" / "packs").exists()
    good = written(tmp_path / "good.json")
    assert json.loads(run("check", str(good), "--json", "--home", home))["ok"] is True
    run("add", str(good), "--home", home)
    run("add", str(good), "--home", home)
    clash = written(tmp_path / "clash.json", id="douyin-shop/2027-02", in_force={"since": "2027-01-01", "until": None})
    [fault] = json.loads(run("check", str(clash), "--json", "--home", home, status=2))["faults"]
    assert "since" in clash.read_text().splitlines()[fault["line"] - 1]
    changed = written(tmp_path / "changed.json", window_days=29)
    assert "new id" in run("check", str(changed), "--home", home, "--lang", "en", status=2)
    assert run("check", str(tmp_path / "none.json"), status=1) == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("id_", list(bundled()))
def test_show_says_everything_of_a_pack(id_: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = run("show", id_, "--lang", lang)
    pack = bundled()[id_]
    for thing in (*pack.indicators, *pack.bonuses, *pack.gates):
        assert getattr(thing.name, lang) in shown
    assert all(source.title[:30] in shown for source in pack.sources)
    assert "{" not in shown


def test_schema_and_list_are_for_machines_too() -> None:
    assert json.loads(run("schema"))["$defs"]["Pack"]["properties"]["window_days"]["maximum"] == 400
    assert all(id_ in run("list", "--lang", "en") for id_ in bundled())
    assert json.loads(run("show", NEWEST, "--json"))["pack"]["id"] == NEWEST


def test_a_command_on_plain_files_knows_what_was_added(tmp_path: Path) -> None:
    file = tmp_path / "shop.ndjson"
    file.write_text(json.dumps(ORDER) + "\n")
    env = {"KOUBEI_HOME": str(tmp_path / "home")}
    words = ("score", str(file), "--as-of", "2027-01-15", "--json")
    assert json.loads(koubei(*words, env=env).stdout)["rules"] == NEWEST
    assert NEXT not in koubei(*words, "--rules", NEXT, env=env, status=2).stderr.split("one of")[1]
    koubei("packs", "add", str(written(tmp_path / "next.json")), env=env)
    assert json.loads(koubei(*words, env=env).stdout)["rules"] == NEXT
    assert json.loads(koubei(*words, "--rules", NEWEST, env=env).stdout)["rules"] == NEWEST
    (tmp_path / "home" / "packs" / "broken.json").write_text("{")
    done = koubei(*words, env=env)
    assert json.loads(done.stdout)["rules"] == NEXT
    assert "broken.json: line 1" in done.stderr
