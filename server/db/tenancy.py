"""The one place that says whose rows a transaction may see. Works in the server and in the worker alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

Bind = TypeVar("Bind", Session, Connection)

# `true`: the setting ends with the transaction, so that a pooled connection never carries it to the next tenant.
_SET = text("SELECT set_config('koubei.subject', :subject, true), set_config('koubei.account', :account, true)")


@contextmanager
def tenant(bind: Bind, subject_id: str, *, account_id: UUID | None = None) -> Iterator[Bind]:
    """Run one transaction that sees this subject only; commits at the end, rolls back on an exception.

    `bind` must not be in a transaction. Give `account_id` too where the subject itself may have to be created.
    """
    if not subject_id:
        raise ValueError("a tenant needs a subject id")
    with bind.begin():
        bind.execute(_SET, {"subject": subject_id, "account": str(account_id or "")})
        yield bind


@contextmanager
def account(bind: Bind, account_id: UUID) -> Iterator[Bind]:
    """Run one transaction that sees the account's rows of `subjects` and `overviews`, and no subject's records."""
    with bind.begin():
        bind.execute(_SET, {"subject": "", "account": str(account_id)})
        yield bind
