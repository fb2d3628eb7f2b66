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


def test_a_creators_partners_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each shop with what its goods did, in the indicator's own unit, and its own total beside it; no noughts."""
    records: list[dict[str, object]] = [{"kind": "subject", "id": "c", "type": "creator"}]
    for shop, stars, totals in (("m1", 1, (90, 80)), ("m2", 5, (91, 91))):
        records += [
            {
                "kind": "partner",
                "id": f"{shop}|{day}",
                "merchant_id": shop,
                "name": f"店{shop}",
                "total": total,
                "date": day,
            }
            for day, total in zip(("2026-10-21", "2026-11-04"), totals, strict=True)
        ]
        for number, day in enumerate(("2026-10-12", "2026-10-28")):
            id_ = f"{shop}{number}"
            line = {"creator_id": "c", "merchant_id": shop}
            records += [
                {"kind": "order", "id": id_, "paid_at": f"{day}T09:00:00+08:00", "lines": [line]},
                {"kind": "review", "id": id_, "order_id": id_, "created_at": f"{day}T10:00:00+08:00"}
                | {"stars": stars if number else 5},
            ]
    path = tmp_path / "creator.ndjson"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    days = ("--from", "2026-10-22", "--to", "2026-11-05")
    status, out, _ = run(capsys, path, *days)
    assert status == 0
    lines = [" ".join(line.split()) for line in out.splitlines() if "合作店铺" in line]
    assert lines[0].startswith("合作店铺 店m1：商品好评率 -")
    assert lines[0].endswith("个百分点（店铺自身总分 -10.00）")
    assert "+0" not in lines[0]
    answer = json.loads(run(capsys, path, *days, "--json")[1])
    assert [(one["merchant_id"], one["shop"]["change"]) for one in answer["partners"]] == [("m1", -10), ("m2", 0)]
