"""`koubei up`, without the command line: everything started, watched, and stopped."""

import errno
import socket
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from server.db.broker import is_postgres, postgres_broker
from server.db.migrate import upgrade
from server.runtime import commands, lock
from server.runtime.address import Address, running
from server.runtime.child import Child, Command
from server.runtime.home import Home
from server.runtime.postgres import Postgres
from server.runtime.reload import Programs, Reload
from server.runtime.report import Report
from server.runtime.supervisor import Supervisor, stop_signals
from server.runtime.texts import StartError
from server.runtime.valkey import Valkey, is_installed
from server.settings import Settings

OnReady = Callable[[Address], None]

_PATIENCE_SECONDS = 120.0
# A web server whose supervisor was killed needs a moment to let go of the port.
_PORT_SECONDS = 3.0


def serve(settings: Settings, address: Address) -> tuple[tuple[Command, str], ...]:
    # Only the web server is waited for, so all load at once; stopping in reverse, no batch comes in without a worker.
    return (
        (commands.worker(settings, address), "step_worker"),
        (commands.tick(settings, address), "step_tick"),
        (commands.web(settings, address), "step_web"),
    )


def run(
    settings: Settings,
    on_ready: OnReady | None = None,
    *,
    report: Report | None = None,
    programs: Programs = serve,
    migrate: Callable[[str], None] = upgrade,
    again: Callable[[], Settings] | None = None,
) -> None:
    """Start all, call `on_ready(address)`, and stay until Ctrl-C, SIGTERM or SIGHUP; then stop all and return.

    `again` reads the settings anew, for a reload (reload.py).

    `on_ready` runs in a thread of its own while programs are watched; its exception stops everything and is raised.
    Where koubei runs in this home already, `on_ready` is called with that one's address and `run` returns.
    Call it in the main thread. Errors: StartError; KeyboardInterrupt when stopped before being ready.
    """
    report = report or Report()
    home = Home.at(settings.home)
    home.create()
    address = None
    while address is None:
        with lock.held(home.lock) as ours:
            if ours:
                with stop_signals():
                    _run_here(settings, home, on_ready, report, programs, migrate, again or (lambda: settings))
                return
        address = _await_other(home, report)  # None: it has ended meanwhile, so this one's turn comes
    report.say("already", url=address.url, pid=address.pid, home=address.home)
    if on_ready:
        on_ready(address)


def _run_here(
    settings: Settings,
    home: Home,
    on_ready: OnReady | None,
    report: Report,
    programs: Programs,
    migrate: Callable[[str], None],
    again: Callable[[], Settings],
) -> None:
    leftovers = home.server_json.exists()
    home.server_json.unlink(missing_ok=True)
    _check_port(settings.host, settings.port, patience=_PORT_SECONDS if leftovers else 0)
    supervisor = Supervisor(report)
    try:
        database_url, broker_url = _start_services(settings, home, supervisor)
        with report.step("step_migrate"):
            _migrate(migrate, database_url)
        if is_postgres(broker_url):
            # A tenth of a second, which whoever has a broker need not wait for.
            from server.db.queue_schema import prepare  # noqa: PLC0415

            prepare(broker_url)
        url = _url(settings)
        address = Address.new(
            url=url,
            home=home,
            database_url=database_url,
            broker_url=broker_url,
            certificate=settings.tls_certificate,
        )
        for command, step in programs(settings, address):
            supervisor.start(Child(command, home), step)
        address.write(home.server_json)
        report.say("ready", url=url)
        reload = Reload(supervisor, settings, again, address, programs, report)
        with reload.listening():
            _stay(supervisor, address, on_ready, reload.look)
    finally:
        home.server_json.unlink(missing_ok=True)
        supervisor.stop()
        report.say("stopped")


def _url(settings: Settings) -> str:
    """Where this computer itself reaches the server: an address that means "all of them" cannot be called."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 -- compared, not bound
    scheme = "http" if settings.tls_certificate is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _start_services(settings: Settings, home: Home, supervisor: Supervisor) -> tuple[str, str]:
    """The URLs to use; a service whose URL was given is not started."""
    database_url = settings.database_url
    broker = settings.broker_url
    # Made before anything starts: it refuses systems it cannot run on.
    valkey = Valkey(home) if starts_valkey(settings) else None
    if database_url is None:
        postgres = Postgres(home)
        supervisor.start(postgres, "step_postgres" if postgres.initialised else "step_initdb")
        database_url = postgres.url
    if valkey is not None:
        supervisor.start(valkey, "step_valkey")
        broker = valkey.url
    return database_url, broker or postgres_broker(database_url)


def starts_valkey(settings: Settings) -> bool:
    """Whether a Valkey of its own is started; else PostgreSQL carries the hints too, or another broker was named."""
    return settings.broker_url is None and (
        settings.broker == "valkey" or (settings.broker == "auto" and is_installed())
    )


def _migrate(migrate: Callable[[str], None], database_url: str) -> None:
    try:
        migrate(database_url)
    except (OperationalError, RuntimeError, ValueError) as error:  # unreachable, of a newer koubei, no PostgreSQL
        first_line = str(error).strip().splitlines()[0]
        raise StartError("database_unusable", reason=first_line) from error


def _stay(supervisor: Supervisor, address: Address, on_ready: OnReady | None, each: Callable[[], None]) -> None:
    problems: list[BaseException] = []

    def call() -> None:
        try:
            if on_ready:
                on_ready(address)
        except BaseException as problem:  # noqa: BLE001 - carried to the main thread, which raises it
            problems.append(problem)

    caller = threading.Thread(target=call, name="on_ready", daemon=True)
    caller.start()
    try:
        supervisor.watch(until=lambda: not caller.is_alive(), each=each)
        supervisor.watch(until=lambda: bool(problems), each=each)
    except KeyboardInterrupt:  # once the callback has done its work, being stopped is the normal end
        if caller.is_alive():
            raise
    if problems:
        raise problems[0]


def _check_port(host: str, port: int, *, patience: float) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_server((host, port), family=family).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError("address_unusable", host=host, port=port, reason=error.strerror or error) from error
            if time.monotonic() >= deadline:
                raise StartError("port_busy", host=host, port=port) from error
            time.sleep(0.1)
        else:
            return


def _await_other(home: Home, report: Report) -> Address | None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with report.step("step_wait"):
        while (pid := lock.holder(home.lock)) is not None:
            address = running(home)
            if address is not None:
                return address
            if time.monotonic() > deadline:
                raise StartError("lock_held", home=home.root, pid=pid)
            time.sleep(0.1)
    return None
