"""Engines for the two roles of the first migration. The login owns the tables, but no query runs as it."""

from dataclasses import dataclass
from typing import Any, Literal, Self

import msgspec
from sqlalchemy import URL, Engine, create_engine, make_url

Role = Literal["koubei_app", "koubei_gate"]


def psycopg_url(url: str) -> URL:
    """Return the URL with the driver koubei ships, whatever driver the given one names or omits."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ValueError(
            f"koubei needs PostgreSQL, but the database URL begins with {parsed.drivername!r}; "
            "write postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    return parsed.set(drivername="postgresql+psycopg")


def app_engine(url: str, *, pool_size: int = 8) -> Engine:
    """Sees the rows of one tenant at a time, see tenancy.py; nothing of devices and pairing."""
    return _engine(url, "koubei_app", pool_size)


def gate_engine(url: str, *, pool_size: int = 4) -> Engine:
    """Knows who may enter and which subjects await scoring; nothing of their records."""
    return _engine(url, "koubei_gate", pool_size)


def _engine(url: str, role: Role, pool_size: int) -> Engine:
    parsed = psycopg_url(url)
    given = parsed.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} -c role={role} -c timezone=UTC".strip()
    return create_engine(
        parsed.difference_update_query(["options"]),
        connect_args={"options": options, "application_name": role},
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,  # the database may have been restarted under a long-lived process
        json_serializer=_dumps,
        json_deserializer=msgspec.json.decode,
    )


def _dumps(value: Any) -> str:
    return msgspec.json.encode(value).decode()


@dataclass(frozen=True)
class Database:
    """Both engines of one process."""

    app: Engine
    gate: Engine

    @classmethod
    def at(cls, url: str, *, threads: int = 8) -> Self:
        return cls(app=app_engine(url, pool_size=threads), gate=gate_engine(url, pool_size=threads))

    def dispose(self) -> None:
        self.app.dispose()
        self.gate.dispose()
