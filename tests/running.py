"""A real `koubei up` in a home of its own on a free port, and the command line beside it."""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import requests

from server.db.engine import psycopg_url
from server.runtime.address import Address, running
from server.runtime.home import Home
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history

RULES = "douyin-shop/2026-09-08"


class Koubei:
    """`start` and `stop` may be called again and again; `home`, port and what was stored stay."""

    def __init__(self, home: Path, **settings: object) -> None:
        """`settings` become KOUBEI_* variables."""
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.log = home.with_name(f"{home.name}-messages.log")
        self._environment = {f"KOUBEI_{name.upper()}": str(value) for name, value in settings.items()}
        self.token = ""  # after `pair`
        self._process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        self._session.trust_env = False

    def start(self, *words: str) -> None:
        """Return once it is ready; `words` follow `koubei up`."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*KOUBEI, "up", "--home", str(self.home), "--port", str(self.port), "--lang", "en", *words],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment},
            )
        eventually(lambda: self.ended or running(Home.at(self.home)), "`koubei up` to be ready", self.messages)
        assert not self.ended, self.messages()

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    @property
    def address(self) -> Address:
        found = running(Home.at(self.home))
        assert found is not None, self.messages()
        return found

    def messages(self) -> str:
        """What it has said, and the ends of its programs' logs."""
        logs = [self.log, *sorted((self.home / "logs").glob("*.log"))]
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-20_000:]}" for log in logs)

    def stop(self) -> int:
        """Ctrl-C, in effect; the exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(60)

    def pid(self, name: str) -> int:
        return int((self.home / "run" / f"{name}.pid").read_text())

    def rows(self, query: str, *parameters: object) -> list[Any]:
        """As the owner of the tables, above row security."""
        url = psycopg_url(self.address.database_url).set(drivername="postgresql").render_as_string(False)
        with psycopg.connect(url) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]  # not a literal

    def pair(self) -> None:
        """Let the requests of `get` in, with a code as a merchant gets it."""
        code = command("pair", "--home", str(self.home)).stdout.strip()
        body = {"code": code, "name": "tests"}
        answer = self._session.post(f"{self.address.url}/v1/devices", json=body, timeout=30)
        assert answer.status_code == requests.codes.created, answer.text
        self.token = str(answer.json()["token"])
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str) -> requests.Response:
        return self._session.get(f"{self.address.url}/v1{path}", timeout=30)

    def erase(self, subject: str) -> None:
        """Nothing of it is left to be worked on."""
        answer = self._session.delete(f"{self.address.url}/v1/subjects/{subject}", timeout=60)
        assert answer.status_code == requests.codes.no_content, answer.text


@contextmanager
def paired(home: Path, **settings: object) -> Iterator[Koubei]:
    """A koubei that runs, and lets the requests of `get` in; it is stopped whatever becomes of the test."""
    server = Koubei(home, **settings)
    try:
        server.start()
        server.pair()
        yield server
    finally:
        server.stop()


KOUBEI = (sys.executable, "-P", "-m", "server")


def command(*words: str, status: int = 0, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `koubei` with these words."""
    done = subprocess.run(
        [*KOUBEI, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
    return done


def eventually(
    condition: Callable[[], Any], what: str, evidence: Callable[[], str] = str, *, seconds: float = 60
) -> Any:
    """Wait until it holds; what was waited for and the evidence where it does not."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}\n{evidence()}"
        time.sleep(0.02)
    return value


def write(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def score_from_file(records: Sequence[dict[str, Any]], day: str, subject: str) -> Any:
    """The score as `koubei score` makes it, from the records alone."""
    history = History(decode_record(json.dumps(record).encode()) for record in records)
    ordinal = dt.date.fromisoformat(day).toordinal()
    return msgspec.to_builtins(score_history(history, bundled()[RULES], ordinal, subject))
