"""Pairing codes: eight characters, five minutes, one device. Five wrong tries withdraw every code that is open.

30^8 codes and five guesses each leave an attacker 1 in 130 000 million; a person's typo leaves them four more.
Wrong tries count only while a code is open, and for the codes that were open at the time, so nobody can close
pairing beforehand or fill the table.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.db import audit as log
from server.db.audit import Actor
from server.db.models import Account, Device, Member, PairingCode, PairingFailure
from server.devices.tokens import hash_secret, new_secret, token
from server.members.roles import FIRST_OWNER, SCOPES_OF, Role

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: nothing to mistake for another
LENGTH = 8
LIFETIME = dt.timedelta(minutes=5)
TRIES = 5
COMMAND_LINE = "koubei pair"
"""What the audit log calls the command line of the server's own computer."""

_KEPT = dt.timedelta(days=1)  # long enough to tell "used" and "expired" from "wrong"
_LOCK = 0x70616972  # "pair": one redemption at a time, so that parallel guesses cannot outrun the count


@dataclass(frozen=True)
class Pairing:
    device_id: UUID
    token: str
    scopes: tuple[str, ...]
    account_id: UUID
    account_name: str
    member: str
    role: Role


@dataclass(frozen=True)
class Refusal:
    reason: Literal["wrong", "used", "expired", "withdrawn"]
    tries_left: int = 0


class MemberError(ValueError):
    """The invited is a member already, with the role `has`."""

    def __init__(self, member: str, has: str) -> None:
        super().__init__(f"{member} is a member already, with the role {has}")
        self.has = has


def normalize(code: str) -> str:
    """Return the code as it was made, whatever case, spaces and dashes it was typed with."""
    return "".join(code.upper().replace("-", " ").split())


def create_code(
    gate: Engine,
    *,
    account: str = "default",
    member: str = FIRST_OWNER,
    role: Role = "owner",
    by: Actor | None = None,
    now: dt.datetime | None = None,
) -> str:
    """Make a code for one more device of a member of the account and return it; only its hash is stored.

    Who is no member yet becomes one with the device. `by` is None for the command line. Raises MemberError.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    with gate.begin() as connection:
        moment = now or connection.execute(select(func.clock_timestamp())).scalar_one()
        connection.execute(delete(PairingCode).where(PairingCode.expires_at < moment - _KEPT))
        connection.execute(delete(PairingFailure).where(PairingFailure.at < moment - _KEPT))
        owned = Account.name == account if by is None else Account.id == by.account_id
        account_id = connection.execute(select(Account.id).where(owned)).scalar_one()
        own = (Member.account_id == account_id) & (Member.name == member)
        has = connection.execute(select(Member.role).where(own)).scalar_one_or_none()
        if has not in {None, role}:
            raise MemberError(member, str(has))
        connection.execute(
            insert(PairingCode).values(
                code_hash=_hash(code),
                account_id=account_id,
                member=member,
                role=role,
                created_at=moment,
                expires_at=moment + LIFETIME,
            )
        )
        by = by or Actor(account_id, FIRST_OWNER, COMMAND_LINE)
        log.write(connection, by, "member.invited", member=member, role=role)
    return code


def redeem(gate: Engine, code: str, name: str) -> Pairing | Refusal:
    """Turn a code into a device and its token, which is told this once and never again."""
    with gate.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        now = connection.execute(select(func.clock_timestamp())).scalar_one()
        found = connection.execute(
            select(PairingCode.__table__, Account.name.label("account_name"))
            .join(Account, Account.id == PairingCode.account_id)
            .where(PairingCode.code_hash == _hash(normalize(code)))
            .with_for_update(of=PairingCode)  # whoever removes the member waits, and finds the device
        ).one_or_none()
        if found is None:
            return Refusal("wrong", tries_left=_count_failure(connection, now))
        if found.used_at is not None:
            return Refusal("used")
        if found.expires_at <= now:
            withdrawn = found.expires_at < found.created_at + LIFETIME
            return Refusal("withdrawn" if withdrawn else "expired")
        member_id, role = _join(connection, found.account_id, found.member, found.role)
        secret, scopes = new_secret(), SCOPES_OF[role]
        device_id = connection.execute(
            insert(Device)
            .values(
                account_id=found.account_id,
                member_id=member_id,
                name=name,
                token_hash=hash_secret(secret),
                scopes=list(scopes),
            )
            .returning(Device.id)
        ).scalar_one()
        connection.execute(
            update(PairingCode).where(PairingCode.code_hash == found.code_hash).values(used_at=now, device_id=device_id)
        )
        actor = Actor(found.account_id, found.member, name, device_id)
        log.write(connection, actor, "device.paired", role=role)
    return Pairing(
        device_id, token(device_id, secret), scopes, found.account_id, found.account_name, found.member, role
    )


def _join(connection: Connection, account_id: UUID, name: str, role: Role) -> tuple[UUID, Role]:
    """The member of this name, who keeps the role of today whatever it was when the code was made."""
    joining = upsert(Member).values(account_id=account_id, name=name, role=role)
    connection.execute(joining.on_conflict_do_nothing())
    own = (Member.account_id == account_id) & (Member.name == name)
    found = connection.execute(select(Member.id, Member.role).where(own).with_for_update()).one()
    return found.id, found.role


def _count_failure(connection: Connection, now: dt.datetime) -> int:
    """Note one wrong try, withdraw the codes that have had enough, and return the tries the best code has left."""
    is_open = PairingCode.used_at.is_(None) & (PairingCode.expires_at > now)
    opened = connection.execute(select(PairingCode.code_hash, PairingCode.created_at).where(is_open)).all()
    if not opened:
        return 0
    connection.execute(insert(PairingFailure).values(at=now))
    left = 0
    for code in opened:
        failures = connection.execute(
            select(func.count()).select_from(PairingFailure).where(PairingFailure.at >= code.created_at)
        ).scalar_one()
        if failures >= TRIES:
            connection.execute(
                update(PairingCode).where(PairingCode.code_hash == code.code_hash).values(expires_at=now)
            )
        left = max(left, TRIES - failures)
    return left


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
