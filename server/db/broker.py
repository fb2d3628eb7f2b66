"""What carries the hints: Valkey or Redis, or the database itself (`pgmq://…`, PostgreSQL-only mode)."""

from typing import Any

import psycopg
from celery import Celery
from kombu.entity import Exchange, Queue
from psycopg.conninfo import make_conninfo
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from sqlalchemy import URL, make_url

RECALCULATE = "koubei.recalculate"
DAILY = "koubei.daily"
OUTLOOK = "koubei.outlook"
TICK = "koubei.tick"
SUBJECT_TASKS = (RECALCULATE, DAILY, OUTLOOK)

INTERACTIVE = "interactive"
"""The queue of what somebody may be waiting for."""
NIGHTLY = "nightly"
"""The queue of days that are over. Valkey gives its messages out while INTERACTIVE is empty, pgmq in turns with it."""
OUTLOOKS = "outlooks"
"""The queue of what lies ahead, likewise the last: each takes seconds, and whole days must not wait for all of them."""
QUEUES = (INTERACTIVE, NIGHTLY, OUTLOOKS)
_EXCHANGE = Exchange("koubei", type="direct")  # type: ignore[no-untyped-call]  # kombu ships no types

_PGMQ = "pgmq"
_PATIENCE_SECONDS = 2
_VALKEY_OPTIONS = {
    "unacked_restore_interval": 10,  # what a killed worker held comes back in seconds, not in minutes
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": _PATIENCE_SECONDS,
    "queue_order_strategy": "sorted",  # by name, strictly: `interactive`, `nightly`, `outlooks`
}


def celery_app(broker_url: str, *, consumes: bool = False) -> Celery:
    """The Celery app of the server, which only sends, and of the worker, which consumes and registers its tasks."""
    in_postgres = is_postgres(broker_url)
    app = Celery("koubei", broker="pgmq://" if in_postgres else broker_url)
    app.conf.update(
        task_ignore_result=True,  # the result of a task is what it wrote to PostgreSQL
        task_acks_late=True,
        task_soft_time_limit=210,  # an exception in the task; the hard limit ends its process
        task_time_limit=240,
        task_queues=[Queue(name, _EXCHANGE, routing_key=name) for name in QUEUES],  # type: ignore[no-untyped-call]
        task_default_queue=INTERACTIVE,
        task_routes={DAILY: {"queue": NIGHTLY}, OUTLOOK: {"queue": OUTLOOKS}},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=not in_postgres,  # its queue would be one more to poll
        broker_connection_retry_on_startup=True,
        broker_pool_limit=2 if in_postgres else 10,  # each is a pool of its own there, with threads
        broker_transport_options={
            "visibility_timeout": 900,  # above every time limit, or a slow task would run twice
            **(_pgmq_options(broker_url, consumes=consumes) if in_postgres else _VALKEY_OPTIONS),
        },
        timezone="Asia/Shanghai",
    )
    return app


def is_postgres(broker_url: str) -> bool:
    return broker_url.startswith(f"{_PGMQ}://")


def postgres_broker(database_url: str) -> str:
    """The broker's URL that means this database."""
    return make_url(database_url).set(drivername=_PGMQ).render_as_string(hide_password=False)


def database_of(broker_url: str) -> URL:
    """The database that a `pgmq://` URL names."""
    return make_url(broker_url).set(drivername="postgresql")


def why_away(broker_url: str) -> str | None:
    """None where the broker answers, else why not."""
    try:
        if is_postgres(broker_url):
            url = database_of(broker_url).render_as_string(hide_password=False)
            with psycopg.connect(url, connect_timeout=_PATIENCE_SECONDS) as connection:
                connection.execute("SELECT pgmq.metrics(%s)", [INTERACTIVE])
        else:
            with redis_client(broker_url) as client:
                client.ping()
    except (psycopg.Error, RedisError, OSError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return None


def redis_client(broker_url: str) -> Redis:
    """A client of the broker itself; Celery's URL of a unix socket is not redis-py's."""
    # Once more, for the broker may have been restarted; redis-py's own patience would hold a batch up for seconds.
    retry = Retry(NoBackoff(), retries=1, supported_errors=(RedisConnectionError,))
    if broker_url.startswith("redis+socket://"):
        path, _, query = broker_url.removeprefix("redis+socket://").partition("?")
        database = int(query.removeprefix("virtual_host=") or 0)
        return Redis(unix_socket_path=path, db=database, socket_timeout=1, retry=retry)
    return Redis.from_url(broker_url, socket_timeout=1, socket_connect_timeout=1, retry=retry)


def _pgmq_options(broker_url: str, *, consumes: bool) -> dict[str, Any]:
    url = database_of(broker_url)
    host = url.query.get("host") or url.host or "localhost"
    parts = {"host": host, "port": url.port or url.query.get("port") or 5432, "dbname": url.database}
    parts |= {"user": url.username, "password": url.password}
    # The client takes the string apart and puts it together again without quoting: so each part is quoted in itself.
    quoted = {name: _quoted(str(value)) for name, value in parts.items() if value is not None}
    options = {
        "conn_string": make_conninfo("", **quoted),
        "init_extension": False,  # queue_schema.prepare has made it, out of the wheel's SQL
        "pool_size": 2,
        "pool_timeout": _PATIENCE_SECONDS,
        "wait_time_seconds": 0,  # a long poll waits on one queue while the other fills
    }
    if consumes:  # told at once while it rests; asks again in a moment while it works, for no one tells it of an end
        options |= {"use_notify": True, "notify_throttle_interval_ms": 0, "polling_interval": 0.2}
    return options


def _quoted(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"
