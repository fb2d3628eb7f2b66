"""The three programs koubei itself consists of, as data."""

import sys
from collections.abc import Mapping
from pathlib import Path

from server.runtime.address import Address
from server.runtime.child import Command, answers
from server.runtime.home import Home
from server.settings import Settings

# -P: a file in the current folder must not stand in for an installed module.
_PYTHON = (sys.executable, "-P", "-m")
_GRANIAN_LOGS = Path(__file__).with_name("granian-logs.json")
_CELERY = (*_PYTHON, "celery", "--quiet", "--app")


def web(settings: Settings, address: Address) -> Command:
    home = Home.at(settings.home)
    words = [*_PYTHON, "granian", "--interface", "wsgi", "--factory", "--host", settings.host]
    words += ["--port", str(settings.port), "--workers", "1", "--blocking-threads", str(settings.request_threads)]
    words += ["--working-dir", str(home.root), "--no-ws", "--log-config", str(_GRANIAN_LOGS), "server.wsgi:application"]
    if settings.tls_certificate and settings.tls_key:
        words += ["--ssl-certificate", settings.tls_certificate, "--ssl-keyfile", settings.tls_key]
    return Command(
        name="web",
        words=tuple(words),
        env=_environment(settings, address),
        says="Started worker-",
        ready=lambda: answers(settings.host, settings.port, "/health/live", tls=settings.tls_certificate is not None),
    )


def worker(settings: Settings, address: Address) -> Command:
    # There is one worker: nobody to gossip or mingle with.
    words = [
        *_CELERY,
        "worker.main",
        "worker",
        "--concurrency",
        str(settings.worker_processes),
        "--without-gossip",
        "--without-mingle",
    ]
    words += ["--loglevel", settings.log_level, "--hostname", "koubei@localhost"]
    words += ["--pool", "threads"] if sys.platform == "win32" else []  # there is no fork
    return Command(name="worker", words=tuple(words), env=_environment(settings, address))


def tick(settings: Settings, address: Address) -> Command:
    """The clock of the worker. Inside the worker nobody would start it again when it dies."""
    # What is due stands in the database; a schedule file would only be one more thing to break.
    words = [*_CELERY, "worker.beat", "beat", "--scheduler", "celery.beat.Scheduler", "--pidfile", ""]
    words += ["--loglevel", settings.log_level]
    return Command(name="tick", words=tuple(words), env=_environment(settings, address))


def _environment(settings: Settings, address: Address) -> Mapping[str, str]:
    tls = {"KOUBEI_TLS_CERTIFICATE": settings.tls_certificate, "KOUBEI_TLS_KEY": settings.tls_key}
    return {
        **{name: value for name, value in tls.items() if value is not None},
        "KOUBEI_HOME": str(settings.home),
        "KOUBEI_DATABASE_URL": address.database_url,
        "KOUBEI_BROKER_URL": address.broker_url,
        "KOUBEI_HOST": settings.host,
        "KOUBEI_PORT": str(settings.port),
    }
