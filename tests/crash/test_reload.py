"""`koubei reload` under load: new programs, new settings, and no request turned away."""

import json
import socket
import threading
import uuid
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.runtime.log_file import rotate
from tests.running import Koubei, command, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "koubei.records/1"


@pytest.fixture
def koubei(tmp_path: Path) -> "Iterator[Koubei]":
    found = Koubei(tmp_path / "home")
    found.start()
    try:
        yield found
    finally:
        found.stop()


class Sender(threading.Thread):
    """Sends one order a batch, each over a connection of its own, and notes what was acknowledged."""

    def __init__(self, koubei: Koubei, name: str) -> None:
        super().__init__()
        self._koubei = koubei
        self._prefix = name
        self.acknowledged: list[str] = []
        self.failures: list[str] = []
        self.wanted = True

    def run(self) -> None:
        number = 0
        while self.wanted:
            number += 1
            order = f"{self._prefix}{number}"
            try:
                status = self._post(order)
            except OSError as error:
                self.failures.append(repr(error))
                continue
            if status == 200:
                self.acknowledged.append(order)
            else:
                self.failures.append(str(status))

    def _post(self, order: str) -> int:
        record = {"kind": "order", "id": order, "created_at": "2026-11-01T10:00:00+08:00"}
        connection = HTTPConnection("127.0.0.1", self._koubei.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {self._koubei.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        body = json.dumps({"format": FORMAT, "source": {"name": "test"}, "records": [record]})
        connection.request("POST", "/v1/subjects/shop-1/batches", body, headers)
        status = connection.getresponse().status
        connection.close()
        return status


def slow_put(koubei: Koubei) -> "tuple[socket.socket, bytes]":
    """A request whose body is not yet all there, and what is missing."""
    body = b'{"type": "shop", "name": "slow"}'
    client = socket.create_connection(("127.0.0.1", koubei.port), timeout=60)
    head = (
        f"PUT /v1/subjects/shop-slow HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {koubei.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    client.sendall(head.encode() + body[:5])
    return client, body[5:]


def read_all(client: socket.socket) -> bytes:
    found = b""
    while chunk := client.recv(65536):
        found += chunk
    return found


def test_a_reload_turns_nobody_away_and_uses_the_new_settings(koubei: Koubei):
    koubei.pair()
    put = koubei._session.put(f"{koubei.address.url}/v1/subjects/shop-1", json={"type": "shop"}, timeout=30)
    assert put.status_code == 201, put.text
    before = {name: koubei.pid(name) for name in ("web", "worker", "tick", "postgres", "valkey")}
    (koubei.home / "koubei.toml").write_text("requests_per_minute = 100000\nlog_level = 'debug'\n")
    senders = [Sender(koubei, f"s{number}-") for number in range(3)]
    for sender in senders:
        sender.start()
    eventually(lambda: all(len(one.acknowledged) > 5 for one in senders), "batches", koubei.messages)
    client, rest = slow_put(koubei)
    timer = threading.Timer(4, client.sendall, [rest])  # it ends while the old web server is being stopped
    timer.start()
    try:
        done = command("reload", "--home", str(koubei.home), "--lang", "en")
        assert "in use" in done.stdout
        seen = [len(one.acknowledged) for one in senders]
        eventually(
            lambda: all(len(one.acknowledged) > n + 5 for one, n in zip(senders, seen, strict=True)), "more batches"
        )
    finally:
        for sender in senders:
            sender.wanted = False
        for sender in senders:
            sender.join()
        timer.join()
    assert read_all(client).startswith(b"HTTP/1.1 201"), "what was under way was finished"
    client.close()
    after = {name: koubei.pid(name) for name in before}
    assert {name for name in before if after[name] != before[name]} == {"web", "worker", "tick"}
    assert [one.failures for one in senders] == [[], [], []]
    acknowledged = sorted(order for one in senders for order in one.acknowledged)
    stored = sorted(id_ for (id_,) in koubei.rows("SELECT id FROM records WHERE kind = 'order'"))
    assert stored == acknowledged
    eventually(
        lambda: koubei.rows("SELECT count(*) FROM subjects WHERE input_version > scored_version") == [(0,)],
        "the new worker to score",
        koubei.messages,
    )


def test_what_cannot_be_used_changes_nothing(koubei: Koubei):
    koubei.pair()
    before = {name: koubei.pid(name) for name in ("web", "worker", "tick")}
    refused = {
        "nonsense = 1": "does not know",
        "host = '0.0.0.0'": "no certificate",
        "database_url = 'postgresql://u@127.0.0.1:1/x'": "everything runs on as before: database_url changed",
    }
    for text, reason in refused.items():
        (koubei.home / "koubei.toml").write_text(text)
        assert reason in command("reload", "--home", str(koubei.home), "--lang", "en", status=2).stderr
    assert {name: koubei.pid(name) for name in before} == before
    assert koubei.get("/subjects").status_code == 200


def test_logs_are_cut_while_they_are_written(tmp_path: Path):
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        lines = [f"line {number}\n".encode() for number in range(300)]
        cut = 0
        for line in lines:
            writer.write(line)
            if rotate(log, limit=1000):
                cut += 1
                assert log.stat().st_size == 0
                assert (tmp_path / "web.log.1").read_bytes().endswith(line)
    assert cut >= 2
    assert log.read_bytes().endswith(lines[-1])
    assert log.stat().st_size <= 1000
