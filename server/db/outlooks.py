"""Reading one part of what the worker made of the future, in one read."""

import datetime as dt
from typing import Generic, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Engine, and_, select

from server.db.models import Outlook, Subject
from server.db.tenancy import tenant

Part = TypeVar("Part", bound=msgspec.Struct)


class Made(NamedTuple, Generic[Part]):
    """`part` is None, like `computed_at`, while it has not been made, or was made by another version of the product.

    `stale` while newer input waits to be looked at.
    """

    part: Part | None
    computed_at: dt.datetime | None
    input_version: int
    stale: bool


def read_part(app: Engine, subject_id: str, part: str, type_: type[Part]) -> Made[Part]:
    """One part of a bound subject."""
    own = and_(Outlook.subject_id == Subject.id, Outlook.part == part)
    query = select(Subject.input_version, Outlook.input_version, Outlook.body, Outlook.computed_at)
    with app.connect() as connection, tenant(connection, subject_id):
        given, seen, body, computed_at = connection.execute(
            query.select_from(Subject).outerjoin(Outlook, own).where(Subject.id == subject_id)
        ).one()
    try:
        found = None if body is None else msgspec.convert(body, type_)
    except msgspec.ValidationError:
        found = None
    if found is None:
        return Made(None, None, given, stale=True)
    return Made(found, computed_at, seen, stale=seen < given)
