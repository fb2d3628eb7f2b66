"""Many subjects and how each stands, page by page in one of several orders."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Engine, Row, and_, func, or_, select

from server.db import tenancy
from server.db.models import Overview as Kept
from server.db.models import Subject
from server.http.paging import PageQuery, after, page, refuse_cursor
from server.subjects.schemas import ListedSubject, Overview, SubjectPage


class SubjectsQuery(PageQuery):
    sort: str
    q: str | None


class _Order(NamedTuple):
    """`place` is what a cursor of it holds: the key of a row, and its id."""

    key: ColumnElement[Any]
    falling: bool
    place: Any


_BY_WORD, _BY_NUMBER = tuple[str | None, str], tuple[float | None, str]


_ORDERS = {
    "id": _Order(Subject.id.expression, falling=False, place=_BY_WORD),
    "name": _Order(Kept.name.expression, falling=False, place=_BY_WORD),
    "total": _Order(Kept.total.expression, falling=False, place=_BY_NUMBER),
    "change": _Order(Kept.change.expression, falling=False, place=_BY_NUMBER),
    "at_risk": _Order(Kept.at_risk.expression, falling=True, place=_BY_NUMBER),
    "expected_loss": _Order(Kept.expected_loss.expression, falling=True, place=_BY_NUMBER),
}


def list_subjects(app: Engine, account_id: UUID, query: SubjectsQuery) -> SubjectPage:
    """A page. Between two pages a subject may change its place, and so come twice or not at all; not so by id."""
    order = _ORDERS[query["sort"]]
    rows = (
        select(
            Subject.id,
            Kept.name,
            Kept.type,
            Subject.created_at,
            Subject.changed_at,
            Subject.input_version,
            Subject.scored_version,
            Kept.score,
            Kept.risk,
            order.key.label("place"),
        )
        .outerjoin(Kept, Kept.subject_id == Subject.id)
        .where(Subject.account_id == account_id)
        .order_by((order.key.desc() if order.falling else order.key.asc()).nulls_last(), Subject.id)
        .limit(query["limit"] + 1)
    )
    if query["q"] is not None:
        sought = func.lower(query["q"])
        rows = rows.where(or_(*(func.strpos(func.lower(column), sought) > 0 for column in (Subject.id, Kept.name))))
    if key := after(query):
        rows = rows.where(_behind(order, *_place(key, order)))
    with app.connect() as connection, tenancy.account(connection, account_id):
        found = connection.execute(rows).all()
    cursor = page(found, query, lambda row: msgspec.json.encode((row.place, row.id)).decode())["next_cursor"]
    return SubjectPage([_listed(row) for row in found[: query["limit"]]], cursor)


def _behind(order: _Order, place: Any, id_: str) -> ColumnElement[bool]:
    """What comes after a row; the unknown come last, by id among themselves."""
    if place is None:
        return and_(order.key.is_(None), Subject.id > id_)
    beyond = order.key < place if order.falling else order.key > place
    return or_(beyond, and_(order.key == place, Subject.id > id_), order.key.is_(None))


def _place(key: str, order: _Order) -> tuple[Any, str]:
    try:
        place, id_ = msgspec.json.decode(key, type=order.place)
    except msgspec.DecodeError:
        refuse_cursor()
    if "\0" in f"{place}{id_}":
        refuse_cursor()
    return place, id_


def _listed(row: Row[Any]) -> ListedSubject:
    overview = None if row.score is None else msgspec.convert(row.score | {"risk": row.risk}, Overview)
    return ListedSubject(
        id=row.id,
        name=row.name,
        type=row.type,
        created_at=row.created_at,
        changed_at=row.changed_at,
        input_version=row.input_version,
        scored_version=row.scored_version,
        overview=overview,
    )
