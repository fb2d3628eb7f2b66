"""That a hint is under way: one note a subject and task, kept where the hints themselves are.

A note that never went is void after `UNDER_WAY`: as long as the tick leaves a changed subject alone, so that a broker
that lost the message but kept the note does not silence the tick. A second hint finds nothing to do.
"""

import base64
from typing import Protocol

import msgspec
from redis import Redis
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import IntegrityError

from server.db.broker import QUEUES, SUBJECT_TASKS, database_of, is_postgres, redis_client
from server.db.engine import gate_engine

UNDER_WAY_SECONDS = 5
_HELD = "unacked"  # kombu's hash of messages that a worker has not yet acknowledged


class Notes(Protocol):
    def put(self, subject_id: str, task: str) -> bool:
        """Whether there was none; now there is one."""

    def remove(self, subject_id: str, task: str) -> None: ...

    def forget(self, subject_id: str) -> None:
        """Remove every note and message about a subject, those that a worker holds included."""

    def close(self) -> None: ...


def notes_of(broker_url: str) -> Notes:
    return PostgresNotes(broker_url) if is_postgres(broker_url) else ValkeyNotes(redis_client(broker_url))


class ValkeyNotes:
    """Raises RedisError and OSError."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def put(self, subject_id: str, task: str) -> bool:
        key = _key(subject_id, task)
        if self._client.set(key, 1, nx=True, ex=UNDER_WAY_SECONDS):
            return True
        if int(str(self._client.ttl(key))) <= UNDER_WAY_SECONDS:
            return False
        self._client.set(key, 1, ex=UNDER_WAY_SECONDS)  # of a clock that has been set back
        return True

    def remove(self, subject_id: str, task: str) -> None:
        self._client.delete(_key(subject_id, task))

    def forget(self, subject_id: str) -> None:
        self._client.delete(*(_key(subject_id, task) for task in SUBJECT_TASKS))
        for queue in self._client.scan_iter(_type="list"):
            for message in self._client.lrange(queue, 0, -1):
                if _is_about(_decoded(message), subject_id):
                    self._client.lrem(queue, 0, message)  # type: ignore[arg-type]  # bytes go back as they came
        for tag, held in self._client.hscan_iter(_HELD):
            if _is_about(_decoded(held), subject_id):
                self._client.hdel(_HELD, tag)
                self._client.zrem(f"{_HELD}_index", tag)

    def close(self) -> None:
        self._client.close()


_PUT = text(
    """
    INSERT INTO hints AS own (subject_id, task, given_at) VALUES (:subject_id, :task, clock_timestamp())
    ON CONFLICT (subject_id, task) DO UPDATE SET given_at = excluded.given_at
    WHERE own.given_at NOT BETWEEN excluded.given_at - make_interval(secs => :seconds) AND excluded.given_at
    RETURNING 1
    """
).bindparams(bindparam("seconds", UNDER_WAY_SECONDS))
_REMOVE = text("DELETE FROM hints WHERE subject_id = :subject_id AND task = :task")
# What carries no truth need not wait for the disk.
_HURRY = text("SET LOCAL synchronous_commit = off")


class PostgresNotes:
    """Raises SQLAlchemyError. The notes of an erased subject cascade from it, the messages do not."""

    def __init__(self, broker_url: str) -> None:
        self._gate = gate_engine(database_of(broker_url).render_as_string(hide_password=False), pool_size=2)

    def put(self, subject_id: str, task: str) -> bool:
        try:
            with self._gate.begin() as connection:
                connection.execute(_HURRY)
                return connection.execute(_PUT, {"subject_id": subject_id, "task": task}).first() is not None
        except IntegrityError:  # erased meanwhile
            return False

    def remove(self, subject_id: str, task: str) -> None:
        with self._gate.begin() as connection:
            connection.execute(_HURRY)
            connection.execute(_REMOVE, {"subject_id": subject_id, "task": task})

    def forget(self, subject_id: str) -> None:
        with self._gate.begin() as connection:
            for queue in QUEUES:
                self._forget(connection, f"pgmq.q_{queue}", subject_id)

    def close(self) -> None:
        self._gate.dispose()

    @staticmethod
    def _forget(connection: Connection, table: str, subject_id: str) -> None:
        held = connection.execute(text(f"SELECT msg_id, message FROM {table}")).all()  # noqa: S608 -- a name of QUEUES
        about = [row.msg_id for row in held if _is_about(row.message, subject_id)]
        connection.execute(text(f"DELETE FROM {table} WHERE msg_id = ANY(:ids)"), {"ids": about})  # noqa: S608 -- the same


def _key(subject_id: str, task: str) -> str:
    return f"koubei:hint:{task}:{subject_id}"


def _decoded(stored: bytes | str) -> object:
    try:
        value = msgspec.json.decode(stored)
    except msgspec.DecodeError:
        return None
    return value[0] if isinstance(value, list) and value else value  # held ones stand in a list


def _is_about(message: object, subject_id: str) -> bool:
    """Whether a message as kombu stores it is a task of this subject."""
    try:
        args = msgspec.json.decode(base64.b64decode(message["body"]))[0]  # type: ignore[index]  # see the exceptions
    except (ValueError, KeyError, TypeError, IndexError):
        return False  # not a task of ours
    return bool(args == [subject_id])
