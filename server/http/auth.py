"""Who sends a request, and whether they may: read from its bearer token."""

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import g, request
from sqlalchemy import Connection, Row, func, select, update

from server.db.audit import Actor
from server.db.models import Device, Member, Subject
from server.devices.tokens import hash_secret
from server.http.problems import ProblemError, unbound_subject
from server.http.state import database, state

_VISIT = dt.timedelta(minutes=1)  # enough to see which device is in use, and spares a write per request


@dataclass(frozen=True)
class Principal:
    """The device a request comes from."""

    device_id: UUID
    account_id: UUID
    scopes: frozenset[str]
    actor: Actor


def principal() -> Principal:
    """Return who sent this request; only behind `Blueprint.requires`."""
    found: Principal = g.principal
    return found


def require_scope(scope: str) -> None:
    """Answer 403 to a token without `scope`, where the view decides whether it is needed."""
    if scope not in principal().scopes:
        raise _lacking(scope)


def authenticate(scope: str, subject_id: str | None) -> None:
    """Let the request pass or answer 401, 403, 404. `subject_id` is the bound subject the route is about, if any."""
    device_id, secret = _read_token()
    owner = select(Subject.account_id).where(Subject.id == subject_id).scalar_subquery()
    with database().gate.begin() as gate:
        row = gate.execute(
            select(Device.__table__, Member.name.label("member"), owner.label("owner"), func.now().label("now"))
            .join(Member, Member.id == Device.member_id)
            .where(Device.id == device_id)
        ).one_or_none()
        if row is None or not _opens(gate, row, hash_secret(secret)):
            raise _unauthorized("token-wrong", "This server gave out no such token")
        if row.revoked_at is not None:
            raise _unauthorized("token-revoked", f"Device {row.name!r} was revoked at {row.revoked_at:%FT%TZ}")
        if row.last_seen_at is None or row.now - row.last_seen_at > _VISIT:
            gate.execute(update(Device).where(Device.id == row.id).values(last_seen_at=row.now))
    state().limits.take(row.id)
    if scope not in row.scopes:
        raise _lacking(scope)
    if subject_id is not None and row.owner is None:
        raise unbound_subject(subject_id)
    if subject_id is not None and row.owner != row.account_id:
        raise foreign_subject(subject_id)
    actor = Actor(row.account_id, row.member, row.name, row.id)
    g.principal = Principal(row.id, row.account_id, frozenset(row.scopes), actor)


def _opens(gate: Connection, device: Row[Any], given: bytes) -> bool:
    """Whether it is the device's secret. The one it was exchanged for takes its place with its first use."""
    if hmac.compare_digest(device.token_hash, given):
        return True
    if device.next_token_hash is None or not hmac.compare_digest(device.next_token_hash, given):
        return False
    gate.execute(update(Device).where(Device.id == device.id).values(token_hash=given, next_token_hash=None))
    return True


def _lacking(scope: str) -> ProblemError:
    return ProblemError("scope-missing", f"{request.method} {request.path} needs the scope {scope}")


def foreign_subject(subject_id: str) -> ProblemError:
    return ProblemError("subject-of-another", f"The subject {subject_id[:200]!r} is not one of this token's account")


def _read_token() -> tuple[UUID, str]:
    header = request.headers.get("Authorization", "")
    scheme, _, value = header.partition(" ")
    if not header:
        raise _unauthorized("token-missing", f"{request.method} {request.path} needs a token")
    prefix, _, rest = value.strip().partition("_")
    name, _, secret = rest.partition("_")
    try:
        device_id = UUID(hex=name)
    except ValueError:
        device_id = None
    if scheme.lower() != "bearer" or prefix != "kb" or device_id is None:
        raise _unauthorized("token-wrong", "The Authorization header does not read: Bearer kb_<id>_<secret>")
    return device_id, secret


def _unauthorized(code: str, detail: str) -> ProblemError:
    challenge = 'Bearer realm="koubei"'
    if code != "token-missing":
        challenge += ', error="invalid_token"'
    return ProblemError(code, detail, headers={"WWW-Authenticate": challenge})
