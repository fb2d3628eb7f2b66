"""`koubei import`, `koubei pair` and `koubei up --import` against a koubei that really runs."""

import datetime as dt
import gzip
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import zstandard

from server.demo.generator import generate
from tests.running import KOUBEI, RULES, Koubei, command, paired, score_from_file, write

DAY = dt.date(2026, 11, 20)
COUNTS = ("accepted", "unchanged")


@pytest.fixture(scope="module")
def koubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Koubei]:
    with paired(tmp_path_factory.mktemp("import") / "home", tick_seconds=1) as server:
        yield server


def shop(subject: str, seed: int = 1, days: int = 34, orders_per_day: int = 3) -> list[dict[str, Any]]:
    """A generated shop, its records told to be `subject`'s by the subject record alone."""
    records = list(generate(seed=seed, last_day=DAY, days=days, orders_per_day=orders_per_day, official=10))
    return [{**one, "id": subject} if one["kind"] == "subject" else one for one in records]


def imported(koubei: Koubei, *words: str | Path) -> dict[str, Any]:
    done = command("import", "--home", str(koubei.home), "--json", *map(str, words))
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def by_kind(records: list[dict[str, Any]]) -> dict[str, int]:
    ids = {(one["kind"], one["id"]) for one in records}
    kinds = [kind for kind, _ in ids]
    return {kind: kinds.count(kind) for kind in kinds}


def stored_by_kind(koubei: Koubei, subject: str) -> dict[str, int]:
    return dict(koubei.rows("SELECT kind, count(*) FROM records WHERE subject_id = %s GROUP BY kind", subject))


def score(koubei: Koubei, subject: str) -> Any:
    answer = koubei.get(f"/subjects/{subject}/score?as_of={DAY}&rules={RULES}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_a_file_is_stored_whole_however_it_is_packed_and_again_changes_nothing(koubei, tmp_path, packed):
    subject = f"shop{packed}"
    records = shop(subject)
    plain = write(tmp_path / "shop.ndjson", records).read_bytes()
    file = tmp_path / f"shop.ndjson{packed}"
    file.write_bytes({"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[packed](plain))
    answer = imported(koubei, file)
    [own] = answer.pop("subjects")
    assert answer == {"command": "import", "lines": len(records)}
    assert (own["subject"], own["quarantined"]) == (subject, [])
    assert own["accepted"] + own["unchanged"] == len(records)
    assert stored_by_kind(koubei, subject) == by_kind(records)
    assert score(koubei, subject) == score_from_file(records, str(DAY), subject)

    asked = [
        "SELECT one::text FROM records AS one WHERE subject_id = %s ORDER BY 1",
        "SELECT one::text FROM ledger AS one WHERE subject_id = %s ORDER BY 1",
        "SELECT one::text FROM cases AS one WHERE subject_id = %s ORDER BY 1",
        "SELECT input_version FROM subjects WHERE id = %s",
    ]
    before = [koubei.rows(query, subject) for query in asked]
    assert imported(koubei, file)["subjects"] == [own], "the same receipts again"
    reordered = write(tmp_path / "reordered.ndjson", records[::-1])
    [repeated] = imported(koubei, reordered)["subjects"]
    assert (repeated["accepted"], repeated["unchanged"]) == (0, len(records))
    assert [koubei.rows(query, subject) for query in asked] == before


def test_bad_lines_are_told_with_file_and_line_and_the_rest_is_used(koubei, tmp_path):
    records = shop("bad-lines")[:40]
    lines = [json.dumps(record) for record in records]
    lines[3:3] = ["", "{broken", '{"kind": "review", "id": "r1", "stars": 9}', '"a word"']
    lines += ['{"kind": "order", "id": "o1", "buyer_phone": "13800000000"}']
    file = tmp_path / "bad.ndjson"
    file.write_text("\n".join(lines))
    [own] = imported(koubei, file)["subjects"]
    places = [(bad["file"], bad["line"]) for bad in own["quarantined"]]
    assert sorted(places) == [(str(file), line) for line in (5, 6, 7, 45)]
    paths = {bad["line"]: bad["path"] for bad in own["quarantined"]}
    assert paths == {5: "", 6: "stars", 7: "", 45: "buyer_phone"}
    assert all(bad["reason"] for bad in own["quarantined"])
    assert own["accepted"] + own["unchanged"] == len(records)
    [(kept,)] = koubei.rows("SELECT record::text FROM quarantine WHERE subject_id = 'bad-lines' AND kind = 'order'")
    assert "138" not in kept
    for language, words in (("zh", "隔离 4 条"), ("en", "4 quarantined")):
        said = command("import", "--home", str(koubei.home), "--lang", language, str(file)).stdout
        assert words in said
        assert str(file) in said.replace("\n", "")


def test_one_file_may_hold_several_subjects(koubei, tmp_path):
    first, second = shop("first", seed=2), shop("second", seed=3)
    mixed = [
        {**record, "subject_id": subject} if record["kind"] != "subject" else record
        for pair in zip(first, second, strict=False)
        for subject, record in zip(("first", "second"), pair, strict=True)
    ]
    answer = imported(koubei, write(tmp_path / "mixed.ndjson", mixed))
    assert [own["subject"] for own in answer["subjects"]] == ["first", "second"]
    assert sum(own[count] for own in answer["subjects"] for count in COUNTS) == len(mixed)
    for subject in ("first", "second"):
        own = [one for one in mixed if subject in (one.get("subject_id"), one["id"])]
        assert stored_by_kind(koubei, subject) == by_kind(own)
        assert score(koubei, subject) == score_from_file(own, str(DAY), subject)


def test_a_file_that_names_nobody_needs_an_owner(koubei, tmp_path):
    records = [record for record in shop("nobody") if record["kind"] != "subject"][:30]
    file = write(tmp_path / "nobody.ndjson", records)
    refused = command("import", "--home", str(koubei.home), str(file), status=2)
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert f"{file} line 1 " in refused.stderr
    assert "--subject" in refused.stderr
    [own] = imported(koubei, file, "--subject", "given")["subjects"]
    assert own["subject"] == "given"
    assert stored_by_kind(koubei, "given") == by_kind(records)


@pytest.mark.parametrize("content", [b"", b"nonsense\n[1]\n", b"\x1f\x8bnot gzip", None])
def test_a_file_without_records_ends_with_one_line(koubei, tmp_path, content):
    file = tmp_path / "file.ndjson"
    if content is not None:
        file.write_bytes(content)
    refused = command("import", "--home", str(koubei.home), str(file), status=2)
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert str(file) in refused.stderr


def test_without_a_running_koubei_it_says_how_to_start_one(tmp_path):
    file = write(tmp_path / "shop.ndjson", shop("shop"))
    refused = command("import", "--home", str(tmp_path / "home"), str(file), status=2)
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "koubei up" in refused.stderr
    refused = command("pair", "--home", str(tmp_path / "home"), status=2)
    assert "koubei up" in refused.stderr


def test_a_withdrawn_token_is_replaced(koubei, tmp_path):
    file = write(tmp_path / "shop.ndjson", shop("token")[:5])
    imported(koubei, file)
    kept = koubei.home / "command-line.json"
    assert kept.stat().st_mode & 0o077 == 0, "a token that others may read"
    kept.write_text('{"token": "kb_0_wrong"}')
    assert imported(koubei, file)["subjects"][0]["subject"] == "token"
    assert "wrong" not in kept.read_text()


@pytest.mark.parametrize(("language", "words"), [("zh", "早上公布的分数"), ("en", "score published on the morning of")])
def test_up_import_prints_the_score_of_the_koubei_that_runs(koubei, tmp_path, language, words):
    subject = f"shown-{language}"
    file = write(tmp_path / "shop.ndjson", shop(subject))
    said = command("up", "--home", str(koubei.home), "--import", str(file), "--lang", language).stdout
    assert subject in said
    assert words in said
    assert koubei.address.url


def test_a_fresh_start_with_a_file_prints_its_score_and_stays(tmp_path):
    file = write(tmp_path / "shop.ndjson", shop("fresh"))
    server = Koubei(tmp_path / "home")
    server.start("--import", str(file))
    try:
        deadline = time.monotonic() + 60
        while "score published on the morning of" not in server.log.read_text():
            assert not server.ended, server.messages()
            assert time.monotonic() < deadline, server.messages()
            time.sleep(0.1)
        server.pair()
        assert score(server, "fresh") == score_from_file(shop("fresh"), str(DAY), "fresh")
    finally:
        assert server.stop() == 0


def test_an_import_into_a_koubei_that_is_restarted_is_complete_after_a_repeat(tmp_path):
    records = shop("restart", days=40, orders_per_day=20)
    file = write(tmp_path / "shop.ndjson", records)
    server = Koubei(tmp_path / "home")
    server.start()
    try:
        words = [*KOUBEI, "import", "--home", str(server.home), "--json", str(file)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
            while not (server.rows("SELECT 1 FROM receipts LIMIT 1") or client.poll() is not None):
                time.sleep(0.01)
            assert client.poll() is None, client.communicate()
            assert server.stop() == 0
            back = threading.Timer(0.2, server.start)
            back.start()
            out, errors = client.communicate(timeout=90)
            back.join(60)
        if client.returncode == 0:
            assert json.loads(out)["lines"] == len(records)
        else:  # on a busy machine the restart may outlast the client's patience
            assert (client.returncode, errors.count("\n")) == (2, 1), errors
        [own] = imported(server, file)["subjects"]
        assert own["accepted"] + own["unchanged"] == len(records)
        server.pair()
        assert stored_by_kind(server, "restart") == by_kind(records)
        assert score(server, "restart") == score_from_file(records, str(DAY), "restart")
    finally:
        server.stop()


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_an_export_is_imported_to_the_same_score_and_again_changes_nothing(koubei, tmp_path, packed):
    subject = f"export{packed}"
    records = shop(subject)
    imported(koubei, write(tmp_path / "shop.ndjson", records))
    file = tmp_path / f"out.ndjson{packed}"
    said = command("export", subject, "-o", str(file), "--home", str(koubei.home), "--lang", "en").stdout
    [own] = imported(koubei, file)["subjects"]
    assert (own["subject"], own["accepted"], own["quarantined"]) == (subject, 0, [])
    assert f" {own['unchanged']} records" in said
    stored = koubei.rows("SELECT kind, id, copies::text FROM records WHERE subject_id = %s ORDER BY 1, 2", subject)
    headers = {"Authorization": f"Bearer {koubei.token}"}
    url = f"{koubei.address.url}/v1/subjects/{subject}"
    assert requests.delete(url, headers=headers, timeout=30).status_code == 204
    assert stored_by_kind(koubei, subject) == {}
    [own] = imported(koubei, file)["subjects"]
    assert own["quarantined"] == []
    again = koubei.rows("SELECT kind, id, copies::text FROM records WHERE subject_id = %s ORDER BY 1, 2", subject)
    assert again == stored
    assert score(koubei, subject) == score_from_file(records, str(DAY), subject)


def test_an_export_of_nobody_leaves_no_file(koubei, tmp_path):
    done = command("export", "nobody", "-o", str(tmp_path / "out"), "--home", str(koubei.home), status=2)
    assert "nobody" in done.stderr
    assert list(tmp_path.iterdir()) == []
