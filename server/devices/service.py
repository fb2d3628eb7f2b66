"""The devices of an account: names, revocation, and a new token for an old one."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, Select, func, select, update

from server.db import audit as log
from server.db.audit import Actor
from server.db.models import Device, Member
from server.devices.tokens import hash_secret, new_secret, token
from server.http.problems import ProblemError


def list_devices(gate: Engine, by: Actor) -> Sequence[RowMapping]:
    """The newest first."""
    with gate.begin() as connection:
        return connection.execute(_devices(by).order_by(Device.created_at.desc(), Device.id)).mappings().all()


def read_device(gate: Engine, by: Actor, device_id: UUID) -> RowMapping:
    with gate.begin() as connection:
        return _one(connection, by, device_id)


def tag_of(device: RowMapping) -> str:
    """Changes with the name, and with nothing that a device does by itself."""
    return hashlib.sha256(f"{device['id']} {device['name']}".encode()).hexdigest()[:32]


def rename(gate: Engine, by: Actor, device: RowMapping, name: str) -> RowMapping:
    """Raises ProblemError 412 where the name is no longer the one in `device`."""
    with gate.begin() as connection:
        unchanged = _own(by, device["id"]) & (Device.name == device["name"])
        if not connection.execute(update(Device).where(unchanged).values(name=name)).rowcount:
            raise ProblemError("changed-meanwhile", f"The device {device['name']!r} was renamed")
        log.write(connection, by, "device.renamed", of=device["name"], name=name)
        return _one(connection, by, device["id"])


def revoke(gate: Engine, by: Actor, device_id: UUID) -> None:
    """At once and for good. Twice is as good as once."""
    with gate.begin() as connection:
        device = _one(connection, by, device_id)
        if device["revoked_at"] is None:
            connection.execute(update(Device).where(_own(by, device_id)).values(revoked_at=func.now()))
            log.write(connection, by, "device.revoked", of=device["name"], member=device["member"])


def exchange(gate: Engine, by: Actor, device_id: UUID) -> str:
    """A new token for the device that asks. The old one holds until the new one is first used: answers get lost."""
    if device_id != by.device_id:
        raise ProblemError("not-own-device", f"{device_id} is another device than the one that asks")
    secret = new_secret()
    with gate.begin() as connection:
        connection.execute(update(Device).where(_own(by, device_id)).values(next_token_hash=hash_secret(secret)))
        log.write(connection, by, "device.token_rotated")
    return token(device_id, secret)


def _own(by: Actor, device_id: UUID) -> Any:
    return (Device.id == device_id) & (Device.account_id == by.account_id)


def _devices(by: Actor) -> Select[Any]:
    current = (Device.id == by.device_id).label("current")
    return (
        select(Device.__table__, Member.name.label("member"), Member.role.label("role"), current)
        .join(Member, Member.id == Device.member_id)
        .where(Device.account_id == by.account_id)
    )


def _one(connection: Connection, by: Actor, device_id: UUID) -> RowMapping:
    found = connection.execute(_devices(by).where(Device.id == device_id)).mappings().one_or_none()
    if found is None:
        raise ProblemError("not-found", f"This account has no device {device_id}")
    return found
