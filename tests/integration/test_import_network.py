"""The client between an import and a server that is away, or is lost in the middle of an answer."""

import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from server.demo.generator import generate
from tests.running import RULES, Koubei, command, paired, score_from_file, write

DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def koubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Koubei]:
    with paired(tmp_path_factory.mktemp("network") / "home") as server:
        yield server


class Line:
    """Carries connections to the real server, and cuts those answers to batches it is told to."""

    def __init__(self, port: int, *, answers: int, share: float) -> None:
        """Of the first `answers` answers to a batch only this share arrives."""
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))  # taken, and refusing, until `open`
        self.port = int(self._listener.getsockname()[1])
        self._server = port
        self._left, self._share = answers, share
        self.cut = 0
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        self._listener.listen()
        self._start(self._accept)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the one that accepts
        self._listener.close()
        for thread in self._threads:
            thread.join(30)

    def _start(self, work: Any, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # until it is closed
            while True:
                client, _ = self._listener.accept()
                self._start(self._carry, client)

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._server)) as server:
            batch = threading.Event()
            self._start(self._ask, client, server, batch)
            while answer := server.recv(65536):
                if batch.is_set() and self._left:
                    self._left -= 1
                    self.cut += 1
                    client.sendall(answer[: int(len(answer) * self._share)])
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(answer)

    @staticmethod
    def _ask(client: socket.socket, server: socket.socket, batch: threading.Event) -> None:
        with suppress(OSError):  # the other direction has ended
            while asked := client.recv(65536):
                if b"/batches " in asked:
                    batch.set()
                server.sendall(asked)
            server.shutdown(socket.SHUT_WR)


@contextmanager
def line(koubei: Koubei, *, answers: int = 0, share: float = 0) -> Iterator[Line]:
    one = Line(koubei.port, answers=answers, share=share)
    try:
        yield one
    finally:
        one.close()


def shop(tmp_path: Path, subject: str) -> tuple[list[dict[str, Any]], Path]:
    records = list(generate(seed=4, last_day=DAY, days=34, orders_per_day=6, official=5))
    records = [{**one, "id": subject} if one["kind"] == "subject" else one for one in records]
    return records, write(tmp_path / "shop.ndjson", records)


def arguments(koubei: Koubei, way: Line, file: Path) -> list[str]:
    words = ["import", "--server", f"http://127.0.0.1:{way.port}", "--token", koubei.token]
    return [*words, "--json", str(file)]


def check(koubei: Koubei, subject: str, records: list[dict[str, Any]], printed: str) -> None:
    [own] = json.loads(printed)["subjects"]
    assert own["accepted"] + own["unchanged"] == len(records)
    batches = -(-len(records) // 500)
    assert koubei.rows("SELECT count(*) FROM receipts WHERE subject_id = %s", subject) == [(batches,)]
    answer = koubei.get(f"/subjects/{subject}/score?as_of={DAY}&rules={RULES}")
    assert answer.json() == score_from_file(records, str(DAY), subject)


def test_a_server_that_is_away_for_a_moment_is_waited_for(koubei: Koubei, tmp_path: Path):
    records, file = shop(tmp_path, "away")
    with line(koubei) as way:
        timer = threading.Timer(2, way.open)  # the command needs less than that to its first call
        timer.start()
        printed = command(*arguments(koubei, way, file)).stdout
        timer.join()
    check(koubei, "away", records, printed)


@pytest.mark.parametrize("share", [0, 0.3, 0.95])
def test_a_receipt_that_is_lost_is_fetched_again_and_nothing_is_stored_twice(
    koubei: Koubei, tmp_path: Path, share: float
):
    subject = f"cut-{share}"
    records, file = shop(tmp_path, subject)
    with line(koubei, answers=2, share=share) as way:
        way.open()
        printed = command(*arguments(koubei, way, file)).stdout
        assert way.cut == 2
    check(koubei, subject, records, printed)


def test_a_server_that_stays_away_ends_with_one_line(tmp_path: Path):
    _, file = shop(tmp_path, "nobody")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        refused = command("import", "--server", url, "--token", "kb_x", str(file), status=2)
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert url in refused.stderr
    assert "koubei up" in refused.stderr


def test_a_foreign_server_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KOUBEI_TOKEN", raising=False)
    _, file = shop(tmp_path, "nobody")
    refused = command("import", "--server", "http://127.0.0.1:9", str(file), status=2)
    assert "--token" in refused.stderr
