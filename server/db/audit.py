"""Writing the audit log, in the transaction of what it tells: neither is there without the other."""

from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from server.db.models import AuditEvent

Event = Literal[
    "member.invited",
    "member.role_changed",
    "member.removed",
    "device.paired",
    "device.renamed",
    "device.token_rotated",
    "device.revoked",
    "subject.bound",
    "subject.erased",
    "settings.changed",
    "export.made",
    "action.changed",
    "data.expired",
    "job.retried",
]
EVENTS: tuple[Event, ...] = get_args(Event)


@dataclass(frozen=True)
class Actor:
    """Who did it, by the names of that moment. On this computer's own command line there is no device."""

    account_id: UUID
    member: str
    device: str
    device_id: UUID | None = None


def write(
    bind: Connection | Session, actor: Actor, event: Event, *, subject_id: str | None = None, **detail: Any
) -> None:
    """Add an event. As the role koubei_app the transaction must be the account's (tenancy.py); `detail` is JSON."""
    bind.execute(
        insert(AuditEvent)
        .values(
            account_id=actor.account_id,
            member=actor.member,
            device=actor.device,
            device_id=actor.device_id,
            event=event,
            subject_id=subject_id,
            detail=detail,
        )
        .inline()  # no RETURNING: the gate may add here and not look
    )
