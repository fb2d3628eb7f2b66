"""`koubei explain` on plain files: the keys of the specification, and what ends with status 2."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.cli import main

RECORDS: list[dict[str, Any]] = [
    {"kind": "order", "id": str(n), "paid_at": "2026-11-01T10:00:00+08:00", "delivered_at": "2026-11-02T10:00:00+08:00"}
    for n in range(30)
]
RECORDS += [
    {"kind": "conduct", "id": "c1", "at": "2026-11-05T10:00:00+08:00", "scene": "invoice_refused"},
    {"kind": "review", "id": "r1", "order_id": "1", "created_at": "2026-11-05T10:00:00+08:00", "stars": 5},
    {"kind": "official", "id": "2026-11-05", "stage": "formal", "total": 88.21},
    {"kind": "official", "id": "2026-11-06", "stage": "formal", "total": 86.31},
]
PART = {"cause", "dimension", "indicator", "points", "records"}


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["explain", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "a.ndjson"
    found.write_text("".join(json.dumps(one) + "\n" for one in RECORDS) + "nonsense\n", encoding="utf-8")
    return found


def test_keys_are_those_of_the_specification(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    status, out, _ = run(capsys, path, "--rules", "auto", "--from", "2026-11-05", "--to", "2026-11-06", "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["command"] == "explain"
    assert answer.keys() >= {"rules", "subject", "as_of", "input", "from", "to", "change", "parts"}
    assert answer["from"].items() >= {"date": "2026-11-05", "total": 88.21, "rules": "douyin-shop/2026-09-08"}.items()
    assert answer["to"].items() >= {"date": "2026-11-06", "total": 86.31}.items()
    assert answer["change"] == pytest.approx(-1.9)
    assert sum(part["points"] for part in answer["parts"]) == pytest.approx(answer["change"], abs=1e-6)
    assert all(part.keys() >= PART for part in answer["parts"])
    [deduction] = [part for part in answer["parts"] if part["cause"] == "deduction"]
    assert (deduction["points"], deduction["records"]) == (-2.0, [{"kind": "conduct", "id": "c1"}])
    assert [one["line"] for one in answer["input"]["quarantined"]] == [len(RECORDS) + 1]
    assert answer["partners"] is None


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "掉了 1.9 分：扣分：拒开发票"), ("en", "Fell by 1.9 points: deduction")]
)
def test_in_words(capsys: pytest.CaptureFixture[str], path: Path, lang: str, words: str) -> None:
    status, out, _ = run(capsys, path, "--from", "2026-11-05", "--to", "2026-11-06", "--lang", lang)
    assert status == 0
    assert words in out
    assert "conduct c1" in out


def test_what_ends_with_status_2(capsys: pytest.CaptureFixture[str], path: Path, tmp_path: Path) -> None:
    days = ("--from", "2026-11-05", "--to", "2026-11-06")
    empty = tmp_path / "empty"
    empty.touch()
    for arguments, word in (
        ((path, "--from", "2026-11-05"), "--to"),
        ((path, "--to", "2026-11-05"), "--from"),
        ((path, "--from", "2026-11-06", "--to", "2026-11-05"), "--to"),
        ((path, "--from", "soon", "--to", "2026-11-05"), "--from"),
        ((path, *days, "--rules", "no"), "--rules"),
        ((path, *days, "--lang", "fr"), "--lang"),
        ((empty, *days), str(empty)),
        ((tmp_path / "none", *days), "none"),
        (days, "FILE"),
    ):
        status, out, err = run(capsys, *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), arguments
        assert word in err
