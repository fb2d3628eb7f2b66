"""What the broker is told: a hint that a subject awaits its score.

The truth is in `subjects`, so losing a hint loses nothing. One hint a subject is under way at a time: the worker takes
it back before it reads, so that a change that arrives while it works gets a hint of its own.
"""

import base64

import msgspec
import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

RECALCULATE = "koubei.recalculate"
DAILY = "koubei.daily"
OUTLOOK = "koubei.outlook"
TICK = "koubei.tick"
_TASKS = (RECALCULATE, DAILY, OUTLOOK)
_HELD = "unacked"  # kombu's hash of messages that a worker has not yet acknowledged

# A hint that never came back is forgotten after this: as long as the tick leaves a changed subject alone, so that a
# broker that died with the message but kept the note does not silence the tick. A second hint finds nothing to do.
_UNDER_WAY_SECONDS = 5

log = structlog.get_logger()


def celery_app(broker_url: str) -> Celery:
    """The Celery app of the server, which only sends, and of the worker, which registers its tasks on it."""
    app = Celery("koubei", broker=broker_url)
    app.conf.update(
        task_ignore_result=True,  # the result of a task is what it wrote to PostgreSQL
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=240,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 900,  # above every time limit, or a slow task would run twice
            "unacked_restore_interval": 10,  # what a killed worker held comes back in seconds, not in minutes
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
        },
        timezone="Asia/Shanghai",
    )
    return app


def redis_client(broker_url: str) -> Redis:
    """A client of the broker itself; Celery's URL of a unix socket is not redis-py's."""
    # Once more, for the broker may have been restarted; redis-py's own patience would hold a batch up for seconds.
    retry = Retry(NoBackoff(), retries=1, supported_errors=(RedisConnectionError,))
    if broker_url.startswith("redis+socket://"):
        path, _, query = broker_url.removeprefix("redis+socket://").partition("?")
        database = int(query.removeprefix("virtual_host=") or 0)
        return Redis(unix_socket_path=path, db=database, socket_timeout=1, retry=retry)
    return Redis.from_url(broker_url, socket_timeout=1, socket_connect_timeout=1, retry=retry)


class Hints:
    """Sends and takes back hints. A broker that is away is logged and forgiven."""

    def __init__(self, broker_url: str) -> None:
        self._celery = celery_app(broker_url)
        self._redis = redis_client(broker_url)

    def give(self, subject_id: str, task: str = RECALCULATE) -> bool:
        """Ask for a recalculation, or another task of a subject; True if the broker has been told, now or before."""
        try:
            if self._redis.set(_key(subject_id, task), 1, nx=True, ex=_UNDER_WAY_SECONDS):
                self._celery.send_task(task, args=(subject_id,), retry=False)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("hint_lost", subject_id=subject_id, error=type(error).__name__)
            return False
        return True

    def take_back(self, subject_id: str, task: str = RECALCULATE) -> None:
        """Let the next change send a hint of its own."""
        try:
            self._redis.delete(_key(subject_id, task))
        except RedisError as error:
            log.warning("hint_not_taken_back", subject_id=subject_id, error=type(error).__name__)

    def forget(self, subject_id: str) -> None:
        """Remove every note and message about a subject, those that a worker holds included."""
        try:
            self._redis.delete(*(_key(subject_id, task) for task in _TASKS))
            for queue in self._redis.scan_iter(_type="list"):
                for message in self._redis.lrange(queue, 0, -1):
                    if _is_about(message, subject_id):
                        self._redis.lrem(queue, 0, message)  # type: ignore[arg-type]  # bytes go back as they came
            for tag, held in self._redis.hscan_iter(_HELD):
                if _is_about(held, subject_id):
                    self._redis.hdel(_HELD, tag)
                    self._redis.zrem(f"{_HELD}_index", tag)
        except RedisError as error:
            # What is left names an id and nothing else, and goes as soon as a worker looks at it.
            log.warning("hints_not_forgotten", error=type(error).__name__)

    def close(self) -> None:
        self._celery.close()
        self._redis.close()


def _key(subject_id: str, task: str) -> str:
    return f"koubei:hint:{subject_id}" if task == RECALCULATE else f"koubei:hint:{task}:{subject_id}"


def _is_about(stored: bytes | str, subject_id: str) -> bool:
    """Whether a message as kombu stores it, alone or held, is a task of this subject."""
    try:
        value = msgspec.json.decode(stored)
        message = value[0] if isinstance(value, list) else value
        args = msgspec.json.decode(base64.b64decode(message["body"]))[0]
    except (ValueError, KeyError, TypeError, IndexError):
        return False  # not a task of ours
    return bool(args == [subject_id])
