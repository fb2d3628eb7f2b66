"""The proof: past answers know nothing of what came, and a method that loses is not used."""

import json
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pytest

from server.cli import main
from shared_scoring.calendar import day_of
from shared_scoring.decode import decode_record
from shared_scoring.forecast.backtest import Backtest, backtest
from shared_scoring.forecast.bands import widths
from shared_scoring.forecast.choice import choose
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.history import History
from shared_scoring.pack import bundled
from tests.unit.test_forecast import PACK, known_before, official, orders
from tests.worlds.clock import iso_day
from tests.worlds.shop import build

Record = dict[str, Any]


def ask(records: list[Record], as_of: int, **more: Any) -> Backtest:
    history = History(decode_record(json.dumps(one, default=float).encode()) for one in records)
    return backtest(HistoryPast(history), as_of, **more)


@pytest.fixture(scope="module")
def world() -> tuple[list[Record], int]:
    shop = build(2, "population", 120, 125)
    return shop.records(), shop.last


def test_better_than_staying_and_bands_that_hold(world: tuple[list[Record], int]) -> None:
    records, last = world
    found = ask(records, last)
    one, seven = (next(at for at in found.total if at.days == days) for days in (1, 7))
    assert one.answers > 50
    for record in (one, seven):
        assert record.ratio is not None
        assert record.coverage is not None
        assert record.ratio < 0.92
        assert 0.65 <= record.coverage <= 0.95
    assert {used.method for used in found.methods} <= {"learned", "stays", "trend"}
    assert found.methods[0].first == 1
    assert found.methods[-1].last == 30


def test_the_future_changes_no_answer_of_the_past(world: tuple[list[Record], int]) -> None:
    records, last = world
    whole = ask(records, last)
    cut = ask(known_before(records, iso_day(last - 20)), last - 20)
    for days in ("1", "7"):
        early = {one.date: one for one in cut.answers[days]}
        late = {one.date: one for one in whole.answers[days]}
        assert len(early) > 20
        assert {date: late[date] for date in early} == early


def test_days_asked_for(world: tuple[list[Record], int]) -> None:
    records, last = world
    found = ask(records, last, first=last - 12, last=last - 5)
    assert found.first is not None
    assert found.last is not None
    assert iso_day(last - 12) <= found.first <= found.last <= iso_day(last - 5)
    assert next(one for one in found.total if one.days == 1).answers <= 8


def test_too_few_days_say_so() -> None:
    pages = [{"kind": "official", "id": f"2026-11-{day:02}", "total": 80.0, "stage": "formal"} for day in range(1, 5)]
    found = ask(pages, 739941)
    assert found.reason == "too_few_days"
    assert found.total[0].answers == 0
    assert {used.reason for used in found.methods} == {"too_few_days"}


def errors(learned: float, stays: float, trend: float, answers: int = 40, horizon: int = 10) -> np.ndarray:
    chance = np.random.default_rng(5)
    sizes = np.array([learned, stays, trend])
    return chance.normal(0, 1, (answers, horizon, 3)) * sizes


@pytest.mark.parametrize(
    ("sizes", "method", "reason"),
    [
        ((0.5, 1.0, 2.0), "learned", "best"),
        ((2.0, 1.0, 2.5), "stays", "beaten"),
        ((2.0, 1.5, 0.4), "trend", "beaten"),
        ((1.01, 1.0, 2.0), "learned", "not_beaten"),
    ],
)
def test_who_loses_is_not_used(sizes: tuple[float, float, float], method: str, reason: str) -> None:
    found = choose(errors(*sizes))
    assert {one.method for one in found} == {method}
    assert len(found) == 10
    assert reason in {one.reason for one in found}


def test_nothing_is_judged_on_a_few_answers() -> None:
    assert {one.reason for one in choose(errors(5.0, 1.0, 1.0, answers=9))} == {"too_few_days"}


def test_staying_is_told_plainly_even_where_the_rules_know_better() -> None:
    """`fake_orders` leaves the window of 11-05: the baseline does not know it, an answer does."""
    conduct = {"kind": "conduct", "id": "c", "at": "2026-10-05T12:00:00+08:00", "scene": "fake_orders"}
    last = day_of("2026-11-08")
    pages = [official(iso_day(last - at), 85.0 if at <= 3 else 75.0) for at in range(30)]
    found = ask([*orders("2026-09-01", 68), conduct, *pages], last, rules=bundled()[PACK])
    turned = next(one for one in found.answers["1"] if one.date == "2026-11-05")
    assert (turned.stays, turned.mid, turned.came) == (75.0, 85.0, 85.0)


def test_bands_hold_four_of_five_and_never_shrink() -> None:
    chance = np.random.default_rng(1)
    walks = chance.normal(0, 1, (6000, 30)).cumsum(axis=1)
    found = np.array([widths(own, 9.0) for own in np.split(walks[:4000], 20)])
    assert (np.diff(found) >= 0).all()
    inside = (np.abs(walks[4000:]) <= found[:, None]).mean(axis=(0, 1))
    assert inside == pytest.approx(np.full(30, 0.8), abs=0.05)
    unknown = widths(np.full((0, 30), np.nan), 1.5)
    assert unknown == pytest.approx(1.5 * np.arange(1, 31) ** 0.5)


def test_bands_follow_how_restless_the_times_are_but_tomorrows_follows_its_own_errors() -> None:
    walks = np.random.default_rng(2).normal(0, 1, (60, 30)).cumsum(axis=1)
    walks[-14:] *= 3
    late, early = widths(walks, 1.0), widths(walks[::-1], 1.0)
    assert late[0] == early[0]
    assert (late[6:] > 1.3 * early[6:]).all()


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    shop = build(5, "ranks", 15, 80)
    path = tmp_path_factory.mktemp("files") / "shop.ndjson"
    lines = [json.dumps(one, default=float) for one in shop.records()]
    path.write_text("\n".join([*lines, "nonsense"]), encoding="utf-8")
    return path, shop.last


def test_commands_print_what_the_specification_says(
    capsys: pytest.CaptureFixture[str], file: tuple[Path, int], tmp_path: Path
) -> None:
    path, last = file
    status, out, _ = run(capsys, "forecast", path, "--as-of", iso_day(last), "--days", 3, "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["command"] == "forecast"
    assert answer.keys() >= {"rules", "subject", "as_of", "input", "days"}
    assert [(one["path"], one["line"] > 100) for one in answer["input"]["quarantined"]] == [("", True)]
    assert [one["date"] for one in answer["days"]] == [iso_day(last + at) for at in (1, 2, 3)]
    for day in answer["days"]:
        assert day["total"].keys() == {"low", "mid", "high"}
        assert day["dimensions"].keys() == {"goods", "logistics", "service"}
    picture = tmp_path / "proof.svg"
    status, out, _ = run(capsys, "backtest", path, "--json", "--svg", picture)
    proof = json.loads(out)
    assert status == 0
    assert (proof["command"], proof["as_of"]) == ("backtest", iso_day(last))
    expat.ParserCreate().Parse(picture.read_text(encoding="utf-8"), True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_commands_in_words(capsys: pytest.CaptureFixture[str], file: tuple[Path, int], lang: str) -> None:
    path, last = file
    status, out, _ = run(capsys, "forecast", path, "--as-of", iso_day(last), "--days", 2, "--lang", lang)
    assert (status, iso_day(last + 2) in out) == (0, True)
    status, out, _ = run(capsys, "backtest", path, "--lang", lang)
    assert status == 0
    assert ("保持现状" if lang == "zh" else "stays") in out


@pytest.mark.parametrize(
    "words",
    [
        ("forecast", "--as-of", "2026-11-01", "--days", "31"),
        ("forecast", "--as-of", "2026-11-01", "--days", "0"),
        ("backtest", "--from", "2026-11-02", "--to", "2026-11-01"),
        ("backtest", "--svg", "/nowhere/at/all.svg"),
    ],
)
def test_a_bad_flag_ends_with_one_clear_line(
    capsys: pytest.CaptureFixture[str], file: tuple[Path, int], words: tuple[str, ...]
) -> None:
    status, out, err = run(capsys, words[0], file[0], *words[1:])
    assert (status, out, len(err.strip().splitlines())) == (2, "", 1)
