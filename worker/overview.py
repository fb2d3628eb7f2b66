"""Keeping how a subject stands where lists of many read it (shared_scoring/overview.py)."""

import datetime as dt
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert

from server.db.models import Overview
from server.db.preferences import read_preferences
from server.db.reading import Folder
from shared_scoring.overview import risk_overview, score_overview
from shared_scoring.risk.at_risk import OrderRisk
from shared_scoring.score import Score


def keep_score(connection: Connection, folder: Folder, subject_id: str, day: dt.date, score: Score) -> None:
    """A day that is caught up does not take the place of a later one."""
    found = score_overview(score, folder.facts(day.toordinal()), day.toordinal())
    subject = folder.subject
    values = {
        "name": None if subject is None else subject.name,
        "type": None if subject is None else subject.type,
        "as_of": day,
        "total": found.newest_total,
        "change": found.change,
        "score": msgspec.to_builtins(found),
    }
    put = insert(Overview).values(subject_id=subject_id, **values)
    connection.execute(
        put.on_conflict_do_update(index_elements=["subject_id"], set_=values, where=Overview.as_of <= day)
    )


def keep_risk(connection: Connection, subject_id: str, day: dt.date, orders: Iterable[OrderRisk]) -> None:
    """Of a subject that has been scored; the outlook comes after the score."""
    found = risk_overview(day.isoformat(), orders, read_preferences(connection).preferences)
    connection.execute(
        update(Overview)
        .where(Overview.subject_id == subject_id)
        .values(at_risk=found.at_risk, expected_loss=found.expected_loss, risk=msgspec.to_builtins(found))
    )
