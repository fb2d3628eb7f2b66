"""Open orders with their risks, as the worker stored them: one read, a page at a time, worst first."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from marshmallow import fields, validate
from msgspec import Struct, structs
from sqlalchemy import Engine, select

from server.db.models import OrderRisk as StoredRisk
from server.db.models import Outlook, Subject
from server.db.tenancy import tenant
from server.http.paging import PageQuery, PageQuerySchema, after
from server.http.problems import refuse_fields
from server.http.structs import schema_of
from shared_scoring.pack import known
from shared_scoring.risk.at_risk import OrderRisk, worded_risk
from shared_scoring.risk.predict import Method
from shared_scoring.risk.reasons import worded

PART, NOT_MADE = "at_risk", "not_made_yet"
_DIGITS = 12


class AtRiskPage(Struct, frozen=True, kw_only=True):
    """As `koubei at-risk` prints it, from what the worker made, by pages.

    Until it has been made, nothing is listed and `reason` is `not_made_yet`. `stale`: newer input waits.
    """

    rules: str
    subject: str
    as_of: str | None
    methods: dict[str, Method]
    orders: list[OrderRisk]
    next_cursor: str | None
    reason: str | None
    stale: bool
    computed_at: dt.datetime | None


AtRiskPageSchema = schema_of(AtRiskPage)


class AtRiskQuerySchema(PageQuerySchema):
    lang = fields.String(
        load_default="zh", validate=validate.OneOf(["zh", "en"]), metadata={"description": "Of the reasons' texts."}
    )


def place_after(query: PageQuery) -> int:
    """The place the page starts at: behind the one its cursor names."""
    key = after(query)
    if key and not (key.isascii() and key.isdigit() and len(key) <= _DIGITS):
        refuse_fields([{"path": "cursor", "reason": "is not a next_cursor of this list; start without one"}])
    return int(key) + 1 if key else 0


class Found(NamedTuple):
    """Orders from a place on, one more than asked for where there are more; `tag` names all they depend on."""

    page: AtRiskPage
    tag: tuple[int | str, ...]


def read_at_risk(app: Engine, subject_id: str, start: int, limit: int, lang: str) -> Found:
    """The orders from `start` in the order of the list, up to `limit` and one."""
    engine = app.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, tenant(connection, subject_id):
        version = connection.execute(select(Subject.input_version).where(Subject.id == subject_id)).scalar_one()
        part = connection.execute(select(Outlook).where(Outlook.part == PART)).one_or_none()
        bodies: Sequence[object] = (
            connection.execute(
                select(StoredRisk.body).where(StoredRisk.rank >= start).order_by(StoredRisk.rank).limit(limit + 1)
            )
            .scalars()
            .all()
        )
    if part is None:
        page = AtRiskPage(
            rules="",
            subject=subject_id,
            as_of=None,
            methods={},
            orders=[],
            next_cursor=None,
            reason=NOT_MADE,
            stale=True,
            computed_at=None,
        )
        return Found(page, (version, "", lang))
    stale = part.input_version < version
    page = AtRiskPage(
        rules=part.rules,
        subject=subject_id,
        as_of=part.as_of.isoformat(),
        methods=msgspec.convert(part.body["methods"], dict[str, Method]),
        orders=[_worded(msgspec.convert(body, OrderRisk), part.rules, lang) for body in bodies],
        next_cursor=None,
        reason=None,
        stale=stale,
        computed_at=part.computed_at,
    )
    return Found(page, (part.input_version, int(stale), part.computed_at.isoformat(), lang))


def _worded(one: OrderRisk, rules: str, lang: str) -> OrderRisk:
    """Where the pack it was made under is gone, its clocks keep the words they were stored with."""
    pack = known().get(rules)
    return structs.replace(one, reasons=worded(one.reasons, lang)) if pack is None else worded_risk(one, pack, lang)
