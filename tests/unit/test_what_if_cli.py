"""`koubei what-if` on plain files: the keys of the specification, and what ends with status 2."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.cli import main

ORDER = {
    "kind": "order",
    "id": "1",
    "paid_at": "2026-11-01T10:00:00+08:00",
    "delivered_at": "2026-11-02T10:00:00+08:00",
}
RETURN = {
    "kind": "after_sale",
    "id": "a1",
    "order_id": "1",
    "applied_at": "2026-11-03T10:00:00+08:00",
    "reason": {"class": "quality"},
}
UNDO = {"kind": "after_sale", "id": "a1", "exempt": True}


def write(path: Path, *records: Any) -> Path:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["what-if", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_keys_and_quarantine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    base = write(tmp_path / "a.ndjson", ORDER, RETURN)
    change = write(tmp_path / "b.ndjson", UNDO, "nonsense")
    status, out, _ = run(
        capsys, base, "--rules", "douyin-shop/2026-09-08", "--as-of", "2026-11-06", "--change", change, "--json"
    )
    answer = json.loads(out)
    assert status == 0
    assert answer["command"] == "what-if"
    assert answer.keys() >= {"rules", "subject", "as_of", "input", "before", "after", "delta", "indicators"}
    assert answer["before"].keys() == answer["after"].keys() == {"total", "dimensions", "consumer_score"}
    assert answer["delta"].keys() >= {"total", "low", "high", "dimensions"}
    assert answer["indicators"]["goods.quality_return"] == {"before": 1.0, "after": 0.0, "basis": "own"}
    assert answer["deduction"] == answer["bonus"] == {"before": 0, "after": 0}
    assert answer["input"]["lines"] == 4
    assert [(one["file"], one["line"]) for one in answer["input"]["quarantined"]] == [(str(change), 2)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str) -> None:
    base, change = write(tmp_path / "a.ndjson", ORDER, RETURN), write(tmp_path / "b.ndjson", UNDO)
    status, out, _ = run(capsys, base, "--as-of", "2026-11-06", "--change", change, "--lang", lang)
    assert status == 0
    assert {"zh": "商品品质退货率", "en": "Quality return rate"}[lang] in out


def test_what_ends_with_status_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    base = write(tmp_path / "a.ndjson", ORDER, RETURN)
    named = write(tmp_path / "c.ndjson", ORDER | {"subject_id": "shop-1"})
    foreign = write(tmp_path / "d.ndjson", UNDO | {"subject_id": "shop-2"})
    zone = write(tmp_path / "e.ndjson", {"kind": "subject", "id": "shop-1", "time_zone": "UTC"})
    empty, broken = write(tmp_path / "f.ndjson"), write(tmp_path / "g.ndjson", "nonsense")
    day = ("--as-of", "2026-11-06")
    for arguments, word in (
        ((base, *day), "--change"),
        ((base, *day, "--change", tmp_path / "none"), "none"),
        ((base, *day, "--change", empty), str(empty)),
        ((base, *day, "--change", broken), str(broken)),
        ((named, *day, "--change", foreign), "shop-2"),
        ((named, *day, "--change", zone), "time_zone"),
        ((base, "--as-of", "soon", "--change", base), "--as-of"),
        ((base, *day, "--change", base, "--rules", "no"), "--rules"),
    ):
        status, out, err = run(capsys, *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), arguments
        assert word in err
