"""The two things that carry hints, looked at and emptied from outside."""

from typing import Protocol

from redis import Redis
from sqlalchemy import Engine, text

from server.db.broker import INTERACTIVE, QUEUES, redis_client


class Broker(Protocol):
    url: str

    def messages(self) -> int: ...
    def notes(self) -> int: ...
    def flush(self) -> None:
        """Everything is gone."""

    def lose_messages(self) -> None:
        """The note that a hint is under way stays."""


class InValkey:
    def __init__(self, url: str) -> None:
        self.url = url
        self.client: Redis = redis_client(url)

    def messages(self) -> int:
        return sum(int(str(self.client.llen(queue))) for queue in QUEUES)

    def notes(self) -> int:
        return len(list(self.client.scan_iter("koubei:hint:*")))

    def flush(self) -> None:
        self.client.flushall()

    def lose_messages(self) -> None:
        self.client.delete(INTERACTIVE)


class InPostgres:
    def __init__(self, url: str, admin: Engine) -> None:
        self.url = url
        self._admin = admin

    def _count(self, query: str) -> int:
        with self._admin.connect() as connection:
            return int(connection.execute(text(query)).scalar_one())

    def messages(self) -> int:
        seen = "WHERE vt <= clock_timestamp()"  # others a worker holds
        return sum(self._count(f"SELECT count(*) FROM pgmq.q_{queue} {seen}") for queue in QUEUES)  # noqa: S608 -- names

    def notes(self) -> int:
        return self._count("SELECT count(*) FROM hints")

    def flush(self) -> None:
        self.lose_messages()
        with self._admin.connect() as connection:
            connection.execute(text("DELETE FROM hints"))

    def lose_messages(self) -> None:
        with self._admin.connect() as connection:
            for queue in QUEUES:
                connection.execute(text(f"DELETE FROM pgmq.q_{queue}"))  # noqa: S608 -- names of QUEUES
