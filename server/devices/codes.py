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

from server.db.models import Account, Device, PairingCode, PairingFailure
from server.http.auth import SCOPES, hash_secret, new_secret, token

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: nothing to mistake for another
LENGTH = 8
LIFETIME = dt.timedelta(minutes=5)
TRIES = 5

_KEPT = dt.timedelta(days=1)  # long enough to tell "used" and "expired" from "wrong"
_LOCK = 0x70616972  # "pair": one redemption at a time, so that parallel guesses cannot outrun the count


@dataclass(frozen=True)
class Pairing:
    device_id: UUID
    token: str
    scopes: tuple[str, ...]
    account_id: UUID
    account_name: str


@dataclass(frozen=True)
class Refusal:
    reason: Literal["wrong", "used", "expired", "withdrawn"]
    tries_left: int = 0


def normalize(code: str) -> str:
    """Return the code as it was made, whatever case, spaces and dashes it was typed with."""
    return "".join(code.upper().replace("-", " ").split())


def create_code(gate: Engine, *, account: str = "default", now: dt.datetime | None = None) -> str:
    """Make a code for one more device of the account and return it; only its hash is stored."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    with gate.begin() as connection:
        moment = now or connection.execute(select(func.clock_timestamp())).scalar_one()
        connection.execute(delete(PairingCode).where(PairingCode.expires_at < moment - _KEPT))
        connection.execute(delete(PairingFailure).where(PairingFailure.at < moment - _KEPT))
        account_id = connection.execute(select(Account.id).where(Account.name == account)).scalar_one()
        connection.execute(
            insert(PairingCode).values(
                code_hash=_hash(code), account_id=account_id, created_at=moment, expires_at=moment + LIFETIME
            )
        )
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
        ).one_or_none()
        if found is None:
            return Refusal("wrong", tries_left=_count_failure(connection, now))
        if found.used_at is not None:
            return Refusal("used")
        if found.expires_at <= now:
            withdrawn = found.expires_at < found.created_at + LIFETIME
            return Refusal("withdrawn" if withdrawn else "expired")
        secret = new_secret()
        device_id = connection.execute(
            insert(Device)
            .values(account_id=found.account_id, name=name, token_hash=hash_secret(secret), scopes=list(SCOPES))
            .returning(Device.id)
        ).scalar_one()
        connection.execute(
            update(PairingCode).where(PairingCode.code_hash == found.code_hash).values(used_at=now, device_id=device_id)
        )
    return Pairing(device_id, token(device_id, secret), SCOPES, found.account_id, found.account_name)


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
