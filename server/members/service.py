"""Members of an account: who they are, another role, and the end of their membership."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, select, update

from server.db import audit as log
from server.db.audit import Actor
from server.db.models import Device, Member, PairingCode
from server.http.problems import ProblemError
from server.members.roles import SCOPES_OF, Role


def list_members(gate: Engine, account_id: UUID) -> Sequence[RowMapping]:
    """The longest a member first."""
    with gate.begin() as connection:
        return connection.execute(_members(account_id).order_by(Member.created_at, Member.id)).mappings().all()


def read_member(gate: Engine, account_id: UUID, member_id: UUID) -> RowMapping:
    with gate.begin() as connection:
        return _one(connection, account_id, member_id)


def change_role(gate: Engine, by: Actor, member: RowMapping, role: Role) -> RowMapping:
    """Give a member another role; the tokens of their devices change with it, at once.

    Raises ProblemError 412 where the role is no longer the one in `member`, 409 for the last owner's.
    """
    with gate.begin() as connection:
        _hold_owners(connection, by.account_id)
        own = (Member.id == member["id"]) & (Member.account_id == by.account_id)
        if connection.execute(select(Member.role).where(own)).scalar_one_or_none() != member["role"]:
            raise ProblemError("changed-meanwhile", f"The role of {member['name']!r} was changed")
        connection.execute(update(Member).where(own).values(role=role))
        _keep_an_owner(connection, by.account_id)
        connection.execute(update(Device).where(Device.member_id == member["id"]).values(scopes=list(SCOPES_OF[role])))
        log.write(connection, by, "member.role_changed", of=member["name"], before=member["role"], role=role)
        return _one(connection, by.account_id, member["id"])


def remove_member(gate: Engine, by: Actor, member_id: UUID) -> None:
    """End a membership: every token of theirs is void, and no open code brings them back."""
    with gate.begin() as connection:
        _hold_owners(connection, by.account_id)
        member = _one(connection, by.account_id, member_id)
        open_codes = (PairingCode.account_id == by.account_id) & (PairingCode.member == member["name"])
        connection.execute(delete(PairingCode).where(open_codes, PairingCode.used_at.is_(None)))
        connection.execute(delete(Member).where(Member.id == member_id))
        _keep_an_owner(connection, by.account_id)
        log.write(connection, by, "member.removed", of=member["name"], role=member["role"])


def _members(account_id: UUID) -> Select[Any]:
    may_call = func.count(Device.id).filter(Device.revoked_at.is_(None))
    return (
        select(Member.__table__, may_call.label("devices"), func.max(Device.last_seen_at).label("last_seen_at"))
        .outerjoin(Device, Device.member_id == Member.id)
        .where(Member.account_id == account_id)
        .group_by(Member.id)
    )


def _one(connection: Connection, account_id: UUID, member_id: UUID) -> RowMapping:
    found = connection.execute(_members(account_id).where(Member.id == member_id)).mappings().one_or_none()
    if found is None:
        raise ProblemError("not-found", f"This account has no member {member_id}")
    return found


def _hold_owners(connection: Connection, account_id: UUID) -> None:
    """Two owners who remove each other at the same time come one after the other."""
    owners = (Member.account_id == account_id) & (Member.role == "owner")
    connection.execute(select(Member.id).where(owners).order_by(Member.id).with_for_update())


def _keep_an_owner(connection: Connection, account_id: UUID) -> None:
    owners = (Member.account_id == account_id) & (Member.role == "owner")
    if connection.execute(select(func.count()).select_from(Member).where(owners)).scalar_one() == 0:
        raise ProblemError("last-owner", "This is the account's only owner")
