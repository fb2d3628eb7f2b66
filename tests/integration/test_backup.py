"""`koubei backup` and `koubei restore` on a koubei that really runs."""

import shutil

import pytest

from tests.integration.test_import import DAY, imported, score, shop
from tests.running import Koubei, command, score_from_file, write


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
