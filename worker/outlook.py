"""What lies ahead of a subject, from all of its records at once: the parts of `PARTS`, then the actions.

It reads everything a subject has, so it is made again only after a pause that grows with what it takes; a score never
waits for it. The row of `subjects` says of which input and day it was made.
"""

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import Connection, Engine, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from server.db.casebook import ledger_version, zone_of
from server.db.models import OrderRisk, Outlook, Subject
from server.db.past import FolderPast
from server.db.reading import Folder
from server.db.spread import in_turn, share
from server.db.tenancy import tenant
from shared_scoring.calendar import Calendar
from shared_scoring.forecast.past import Past
from shared_scoring.history import History
from shared_scoring.pack import Pack, choose
from worker.actions import store_actions
from worker.overview import keep_risk
from worker.predictions import make_at_risk, make_backtest, make_forecast

log = structlog.get_logger()

AT_RISK = "at_risk"
LEAST_PAUSE = dt.timedelta(seconds=20)
SPREAD = dt.timedelta(hours=1)
_A_SUBJECT = dt.timedelta(seconds=5)  # of the spread, where there are few
_REST = 20  # times as long as the last one took: it never takes more than a twentieth of a core

_CLAIM = text("SELECT pg_try_advisory_xact_lock(hashtextextended('koubei.outlook ' || :subject_id, 0))")
_STATE = (
    Subject.id,
    Subject.input_version,
    Subject.scored_version,
    Subject.ledger_version,
    Subject.outlook_version,
    Subject.outlook_day,
    Subject.outlook_at,
    Subject.outlook_seconds,
)


class Ahead(NamedTuple):
    """What a part is made from. `found` holds the parts before it, `made` the as-of day of each that is stored."""

    history: History
    past: Past
    pack: Pack
    as_of: int
    subject_id: str
    found: dict[str, Any]
    made: Mapping[str, int]


Part = Callable[[Ahead], msgspec.Struct | None]
"""Gives what its command prints, None where there is nothing to say."""

PARTS: dict[str, Part] = {"forecast": make_forecast, AT_RISK: make_at_risk, "backtest": make_backtest}
"""In the order in which they are made."""


def due(gate: Engine, now: dt.datetime) -> Sequence[str]:
    """Subjects whose outlook is behind their score or their day, and has rested long enough."""
    with gate.begin() as connection:
        rows = connection.execute(select(*_STATE).where(Subject.ledger_version != "")).all()
    spread = min(SPREAD, _A_SUBJECT * (len(rows) - 1))
    return in_turn([row.id for row in rows if _is_due(row, now) and _has_turn(row, now - spread * share(row.id))])


def _has_turn(row: Any, then: dt.datetime) -> bool:
    """A new day alone, which all subjects have at once, makes the outlook due as if midnight came a little later."""
    return row.outlook_version < row.input_version or _is_due(row, then)


def is_due(app: Engine, subject_id: str, now: dt.datetime) -> bool:
    """The same of one subject."""
    with app.connect() as connection, tenant(connection, subject_id):
        row = connection.execute(select(*_STATE).where(Subject.id == subject_id)).one_or_none()
        return row is not None and _is_due(row, now)


def _is_due(row: Any, now: dt.datetime) -> bool:
    if not row.ledger_version or row.scored_version < row.input_version:
        return False  # the score comes first
    today = dt.date.fromordinal(Calendar(zone_of(row.ledger_version)).day(now))
    if row.outlook_version >= row.input_version and row.outlook_day == today:
        return False
    pause = max(LEAST_PAUSE, dt.timedelta(seconds=_REST * row.outlook_seconds))
    # A clock that has been set back is no reason to wait for the moment it told before.
    return row.outlook_at is None or not row.outlook_at <= now < row.outlook_at + pause


def run(app: Engine, subject_id: str, now: dt.datetime) -> bool:
    """Make the outlook of today; False where there was nothing to do or another worker is at it."""
    started = time.monotonic()
    with app.connect() as connection, tenant(connection, subject_id):
        if not connection.execute(_CLAIM, {"subject_id": subject_id}).scalar_one():
            return False
        row = connection.execute(select(*_STATE).where(Subject.id == subject_id)).one_or_none()
        folder = Folder(connection, subject_id)
        if row is None or not _is_due(row, now) or row.ledger_version != ledger_version(folder.viewpoint):
            return False
        today = dt.date.fromordinal(folder.today(now))
        pack = choose(folder.subject, today)
        made_before = connection.execute(select(Outlook.part, Outlook.as_of).where(Outlook.rules == pack.id)).all()
        made_on = {part: day.toordinal() for part, day in made_before}
        past = FolderPast(folder)
        ahead = Ahead(folder.history(), past, pack, today.toordinal(), subject_id, {}, made_on)
        for part, make in PARTS.items():
            made = make(ahead)
            if made is not None:
                ahead.found[part] = made
                _store(connection, ahead, part, made, row.input_version)
        risks = ahead.found.get(AT_RISK)
        store_actions(connection, ahead.history, pack, today, subject_id, now, risks)
        keep_risk(connection, subject_id, today, [] if risks is None else risks.orders)
        took = time.monotonic() - started
        connection.execute(
            update(Subject)
            .where(Subject.id == subject_id)
            .values(outlook_version=row.input_version, outlook_day=today, outlook_at=func.now(), outlook_seconds=took)
        )
    log.info("outlook", subject_id=subject_id, seconds=round(took, 3))
    return True


def _store(connection: Connection, ahead: Ahead, part: str, made: msgspec.Struct, version: int) -> None:
    body = msgspec.to_builtins(made)
    if part == AT_RISK:
        _store_risks(connection, ahead.subject_id, body.pop("orders"))
    values = {
        "as_of": dt.date.fromordinal(ahead.as_of),
        "rules": ahead.pack.id,
        "input_version": version,
        "body": body,
        "computed_at": func.now(),
    }
    connection.execute(
        insert(Outlook)
        .values(subject_id=ahead.subject_id, part=part, **values)
        .on_conflict_do_update(index_elements=["subject_id", "part"], set_=values)
    )


def _store_risks(connection: Connection, subject_id: str, orders: list[dict[str, Any]]) -> None:
    """One row an order: a page asks for twenty of them, and there may be many thousands."""
    connection.execute(delete(OrderRisk))
    rows = [
        {"subject_id": subject_id, "order_id": one["order_id"], "rank": rank, "body": one}
        for rank, one in enumerate(orders)
    ]
    if rows:
        connection.execute(insert(OrderRisk), rows)
