"""`koubei score` on plain files: exact keys, packed and odd files, broken lines, and what ends with status 2."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from server.cli import main

RULES = "douyin-shop/2026-09-08"
SUBJECT = {"kind": "subject", "id": "shop-7", "platform": "douyin", "type": "shop", "name": "七号店"}
RECORDS: list[dict[str, Any]] = [
    SUBJECT,
    *(
        {
            "kind": "order",
            "id": f"47812345678901234{number}",
            "created_at": "2026-10-20T10:00:00+08:00",
            "paid_at": "2026-10-20T10:01:00+08:00",
            "delivered_at": "2026-10-23T10:00:00+08:00",
            "services": ["next_day"],
        }
        for number in range(30)
    ),
    {
        "kind": "review",
        "id": "r1",
        "order_id": "478123456789012340",
        "created_at": "2026-10-24T09:00:00+08:00",
        "stars": 4,
    },
    {"kind": "conduct", "id": "c1", "at": "2026-10-25T09:00:00+08:00", "scene": "invoice_refused"},
]
GOOD = [json.dumps(record) for record in RECORDS]
BAD = {  # line: path, a word of the reason
    "not json": ("", "JSON"),
    "[1, 2]": ("", "object"),
    '{"kind": "order", "id": "9", "buyer": {"phone": "13800000000"}}': ("buyer", "no field"),
    '{"kind": "order", "id": "9", "waybills": [{"id": "1"}, {"id": "2", "receiver": "x"}]}': (
        "waybills[1].receiver",
        "no field",
    ),
    '{"kind": "order", "id": 9007199254740993}': ("id", "string"),
    '{"kind": "order", "id": "9", "paid_at": "2026-10-20T10:01:00"}': ("paid_at", "offset"),
    '{"kind": "product", "id": "9", "name": "a\\u0000b"}': ("name", "NUL"),
    '{"kind": "review", "id": "9", "stars": 6}': ("stars", "1..5"),
    '{"kind": "parcel", "id": "9"}': ("kind", "unknown"),
    '{"id": "9"}': ("kind", "required"),
}
KEYS = {  # more may be added, none renamed
    *("command", "rules", "subject", "as_of", "input", "window", "stage", "valid_orders", "total", "low", "high"),
    *("consumer_score", "stars", "official", "estimate", "dimensions", "indicators", "deduction", "deductions"),
    *("bonus", "bonuses", "gates"),
}


class Ran:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> dict[str, Any]:
        assert self.status == 0, self.err
        found: dict[str, Any] = json.loads(self.out)
        return found


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object, rules: str = RULES, as_of: str = "2026-11-06") -> Ran:
        with pytest.raises(SystemExit) as end:
            main(["score", *map(str, arguments), "--rules", rules, "--as-of", as_of, "--json"])
        out, err = capsys.readouterr()
        return Ran(int(end.value.code or 0), out, err)

    return run


def write(path: Path, lines: list[str], end: str = "\n") -> Path:
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


def apart_from_input(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "input"}


def test_keys_are_those_of_the_specification(run: Run, tmp_path: Path) -> None:
    day = {
        "kind": "official",
        "id": "2026-11-06",
        "total": 85.31,
        "consumer_score": 4.7,
        "dimensions": {name: {"score": 81.2, "weight": 0.5} for name in ("goods", "logistics", "service")},
        "indicators": {"goods.rating": {"value": 4.8, "numerator": 48, "denominator": 10}},
    }
    answer = run(write(tmp_path / "a.ndjson", [*GOOD, json.dumps(day)])).json
    assert answer.keys() >= KEYS
    assert (answer["command"], answer["rules"], answer["subject"]) == ("score", RULES, "shop-7")
    assert answer["as_of"] == "2026-11-06"
    assert answer["window"] == {"from": "2026-10-07", "to": "2026-11-05"}
    assert answer["input"].keys() == {"lines", "accepted", "unchanged", "quarantined"}
    assert answer["official"] == {"date": "2026-11-06", "total": 85.31, "consumer_score": 4.7}
    assert answer["estimate"].keys() >= {"total", "low", "high", "dimensions"}
    assert answer["estimate"]["dimensions"].keys() == {"goods", "logistics", "service"}
    for dimension in answer["dimensions"].values():
        shown = {"score": 81.2, "weight": 0.5, "low": 81.2, "high": 81.2, "source": "official"}
        assert dimension.items() >= shown.items()
    rating = answer["indicators"]["goods.rating"]
    expected = {
        "value": 4.0,
        "numerator": 4,
        "denominator": 1,
        "score": None,
        "weight": 0.5,
        "shielded": False,
        "official": {"value": 4.8, "numerator": 48, "denominator": 10},
        "coverage": 0.1,
    }
    assert rating.items() >= expected.items()
    empty = answer["indicators"]["service.audit_seconds"]
    assert (empty["value"], empty["numerator"], empty["denominator"], empty["official"]) == (None, 0, 0, None)
    assert all(one.keys() == rating.keys() for one in answer["indicators"].values())
    assert (answer["deduction"], answer["bonus"]) == (2, 5)
    (deduction,), (bonus,) = answer["deductions"], answer["bonuses"]
    assert deduction.items() >= {"scene": "invoice_refused", "count": 1, "points": 2}.items()
    assert bonus.items() >= {"key": "next_day", "points": 5}.items()
    assert all(gate.keys() >= {"key", "open", "missing", "days_to_open"} for gate in answer["gates"])
    assert answer["gates"]


def test_unknown_totals_are_null_and_growth_has_no_dimensions(run: Run, tmp_path: Path) -> None:
    formal = run(write(tmp_path / "a.ndjson", GOOD)).json
    assert (formal["stage"], formal["total"], formal["consumer_score"]) == ("formal", None, None)
    assert {one["score"] for one in formal["dimensions"].values()} == {None}
    growth = run(write(tmp_path / "b.ndjson", GOOD[:30])).json
    assert (growth["stage"], growth["total"], growth["consumer_score"]) == ("growth", 70, None)
    assert (growth["dimensions"], growth["valid_orders"]) == ({}, 29)
    assert growth["indicators"].keys() == formal["indicators"].keys()
    deducted = run(write(tmp_path / "c.ndjson", [*GOOD[:30], GOOD[-1]])).json
    assert (deducted["total"], deducted["deduction"]) == (60, 2)


def test_plain_and_packed_files_give_one_answer(run: Run, tmp_path: Path) -> None:
    plain = write(tmp_path / "a.ndjson", GOOD)
    data = plain.read_bytes()
    gz, zst, halves = tmp_path / "a.ndjson.gz", tmp_path / "a.ndjson.zst", tmp_path / "b.ndjson.gz"
    gz.write_bytes(gzip.compress(data))
    zst.write_bytes(zstandard.compress(data[:99]) + zstandard.compress(data[99:]))
    halves.write_bytes(gzip.compress(data[:1000]) + gzip.compress(data[1000:]))
    answers = [run(path).json for path in (plain, gz, zst, halves)]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "data",
    [
        "\r\n".join(GOOD) + "\r\n",
        "\ufeff" + "\n".join(GOOD) + "\n",
        "\n\n" + "\n\n  \n".join(GOOD) + "\n\n\n",
        "\n".join(GOOD),
    ],
    ids=["crlf", "bom", "blank lines", "no newline at the end"],
)
def test_odd_but_readable_files(run: Run, tmp_path: Path, data: str) -> None:
    path = tmp_path / "odd.ndjson"
    path.write_bytes(data.encode())
    answer = run(path).json
    assert answer["input"] == {"lines": len(GOOD), "accepted": len(GOOD), "unchanged": 0, "quarantined": []}
    assert apart_from_input(answer) == apart_from_input(run(write(tmp_path / "a.ndjson", GOOD)).json)


def test_broken_lines_are_quarantined_and_the_rest_is_used(run: Run, tmp_path: Path) -> None:
    lines = [line for pair in zip(GOOD, BAD, strict=False) for line in pair] + GOOD[len(BAD) :]
    path = write(tmp_path / "mixed.ndjson", lines)
    answer = run(path).json
    found = answer["input"]["quarantined"]
    assert [(one["file"].endswith("mixed.ndjson"), one["line"]) for one in found] == [
        (True, 2 * number + 2) for number in range(len(BAD))
    ]
    for one, (where, word) in zip(found, BAD.values(), strict=True):
        assert one.keys() == {"file", "line", "path", "reason"}
        assert one["path"] == where
        assert word in one["reason"]
    assert answer["input"]["lines"] == len(GOOD) + len(BAD)
    assert answer["input"]["accepted"] == len(GOOD)
    assert "13800000000" not in json.dumps(answer)
    assert apart_from_input(answer) == apart_from_input(run(write(tmp_path / "a.ndjson", GOOD)).json)


def test_line_numbers_count_blank_lines(run: Run, tmp_path: Path) -> None:
    answer = run(write(tmp_path / "a.ndjson", ["", GOOD[0], "", "nonsense"])).json
    assert [one["line"] for one in answer["input"]["quarantined"]] == [4]


def test_repeats_and_stale_copies_are_counted_apart(run: Run, tmp_path: Path) -> None:
    newest = {**RECORDS[1], "seen_at": "2026-11-01T00:00:00+08:00", "amount": 2}
    stale = {**RECORDS[1], "seen_at": "2026-10-30T00:00:00+08:00", "amount": 1}
    later = {**newest, "seen_at": "2026-11-02T00:00:00+08:00", "amount": 3}
    copies = [json.dumps(one) for one in (newest, stale, later)]
    answer = run(write(tmp_path / "a.ndjson", [*GOOD, *copies, GOOD[0], GOOD[1], "nonsense"])).json
    count = answer["input"]
    assert (count["accepted"], count["unchanged"], len(count["quarantined"])) == (len(GOOD) + 2, 3, 1)
    assert count["lines"] == count["accepted"] + count["unchanged"] + len(count["quarantined"])


def test_several_files_are_one_set_of_records(run: Run, tmp_path: Path) -> None:
    whole = run(write(tmp_path / "a.ndjson", GOOD)).json
    parts = run(write(tmp_path / "b.ndjson", GOOD[9:]), write(tmp_path / "c.ndjson", GOOD[:12])).json
    assert apart_from_input(parts) == apart_from_input(whole)
    assert (parts["input"]["accepted"], parts["input"]["unchanged"]) == (len(GOOD), 3)


def test_records_without_subject_belong_to_the_only_one(run: Run, tmp_path: Path) -> None:
    named = [json.dumps(record | {"subject_id": "shop-8"}) for record in RECORDS[1:3]]
    answer = run(write(tmp_path / "a.ndjson", [*named, *GOOD[3:]])).json
    assert (answer["subject"], answer["valid_orders"]) == ("shop-8", 30)


def test_two_subjects_need_a_choice(run: Run, tmp_path: Path) -> None:
    seven = [json.dumps(record | {"subject_id": "shop-7"}) for record in RECORDS]
    eight = [json.dumps(record | {"subject_id": "shop-8"}) for record in RECORDS[1:4]]
    path = write(tmp_path / "a.ndjson", seven + eight)
    one_line(run(path), "--subject")
    picked = run(path, "--subject", "shop-8").json
    assert (picked["subject"], picked["valid_orders"]) == ("shop-8", 3)
    assert run(path, "--subject", "shop-7").json["valid_orders"] == 30
    one_line(run(path, "--subject", "shop-9"), "shop-9")


def one_line(ran: Ran, *words: str) -> None:
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.endswith("\n")
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err


def _truncated(pack: Callable[[bytes], bytes]) -> bytes:
    packed = pack("".join(line + "\n" for line in GOOD).encode())
    return packed[: len(packed) // 2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n",
        b"nonsense\n",
        b'{"kind": "order", "id": "9", "buyer": 1}\n',
        gzip.compress(b""),
        _truncated(gzip.compress),
        _truncated(zstandard.compress),
        b"\x1f\x8bnonsense",
        b"\x28\xb5\x2f\xfdnonsense",
        bytes(range(256)),
    ],
    ids=["empty", "blank", "no json", "none valid", "empty gz", "cut gz", "cut zst", "no gz", "no zst", "binary"],
)
def test_files_that_cannot_be_used(run: Run, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.ndjson"
    path.write_bytes(data)
    one_line(run(path), str(path))
    one_line(run(write(tmp_path / "good.ndjson", GOOD), path), str(path))


def test_a_good_file_beside_a_missing_one_or_a_directory(run: Run, tmp_path: Path) -> None:
    good = write(tmp_path / "good.ndjson", GOOD)
    one_line(run(good, tmp_path / "missing.ndjson"), "missing.ndjson")
    one_line(run(tmp_path), str(tmp_path))


def test_bad_flags(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "a.ndjson", GOOD)
    one_line(run(path, rules="douyin-shop/1999"), "douyin-shop/1999", "--rules")
    for day in ("2026-02-30", "yesterday", "", "20261106T", "2026-11-06T00:00:00+08:00"):
        one_line(run(path, as_of=day), "--as-of")
    one_line(run(path, "--colour", "red"), "--colour")
    one_line(run(path, "--lang", "fr"), "--lang")
    one_line(run(), "FILE")


@pytest.mark.parametrize("day", ["1990-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar(run: Run, tmp_path: Path, day: str) -> None:
    """No day is a reason for a traceback: an answer, or one line."""
    ran = run(write(tmp_path / "a.ndjson", GOOD), as_of=day)
    if ran.status:
        one_line(ran)
    else:
        assert ran.json["as_of"] == day


def test_auto_names_the_pack_it_chose(run: Run, tmp_path: Path) -> None:
    assert run(write(tmp_path / "a.ndjson", GOOD), rules="auto").json["rules"] == RULES


def test_an_unknown_platform_gets_douyins_rules_and_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.ndjson"
    file.write_text("\n".join([json.dumps(SUBJECT | {"platform": "elsewhere"}), *GOOD[1:]]), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["score", str(file), "--rules", "auto", "--as-of", "2026-11-06", "--json"])
    said = capsys.readouterr()
    assert ended.value.code == 0
    assert json.loads(said.out)["rules"] == RULES
    assert said.err.count("\n") == 1
    assert "elsewhere" in said.err


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("不能报名平台大促", "差总分10.00", "已知1/7", "门槛线没有公布", "A平台公布", "部分类目的线为")),
        ("en", ("maynotsignup", "Total10.00", "1of7", "theline", "notpublished", "Grades:A")),
    ],
)
def test_gates_say_what_they_mean(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str, words: tuple[str, ...]
) -> None:
    page = {"kind": "official", "id": "2026-11-06", "total": 60, "stage": "formal"}
    path = write(tmp_path / "a.ndjson", [json.dumps(one) for one in (SUBJECT, page)])
    with pytest.raises(SystemExit):
        main(["score", str(path), "--as-of", "2026-11-06", "--lang", lang])
    shown = re.sub(r"[│\s]", "", capsys.readouterr().out)
    assert [word for word in words if word not in shown] == []
    answer = run(path, "--lang", lang).json
    gate = next(one for one in answer["gates"] if one["key"] == "promotion")
    assert gate["text"] == {"zh": "不能报名平台大促", "en": "may not sign up for the large promotions"}[lang]
    assert (gate["consequence"], gate["grade"]) == ("promotion_closed", "A")
    assert answer["indicators"]["goods.rating"]["grade"] == "A"
