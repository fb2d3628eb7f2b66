"""Storing what could be done, keeping what people said of it, and measuring what came of what they did."""

import datetime as dt
from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from server.db.models import ActionRecord, StoredAction
from shared_scoring.actions.effects import MeasuredEffect, effect
from shared_scoring.actions.gain import Kept, kept, measured, rated
from shared_scoring.actions.scene import Scene, risks_of, scene_of
from shared_scoring.history import History
from shared_scoring.pack import Pack
from shared_scoring.risk.at_risk import AtRisk

_MOST = 500
_MOST_RECORDS = 2000  # of one action; beyond them it is no longer about single rows


def store_actions(
    connection: Connection,
    history: History,
    pack: Pack,
    today: dt.date,
    subject_id: str,
    now: dt.datetime,
    at_risk: AtRisk | None,
) -> None:
    """Propose what is worth doing today; what was done, snoozed or dismissed stays so."""
    risks = None if at_risk is None else risks_of(at_risk)
    scene = scene_of(history, pack, today.toordinal(), risks, subject_id)
    tried = _measure(connection, scene)
    found = [kept(scene, one) for one in rated(scene, measured(tried))[:_MOST]]
    connection.execute(update(StoredAction).values(rank=None))
    if found:
        rows = [
            {
                "subject_id": subject_id,
                "id": one.rated.id,
                "kind": one.rated.candidate.kind,
                "rank": rank,
                "body": msgspec.to_builtins(one),
            }
            for rank, one in enumerate(found)
        ]
        proposed = insert(StoredAction)
        connection.execute(
            proposed.on_conflict_do_update(
                index_elements=["subject_id", "id"],
                set_={"rank": proposed.excluded.rank, "body": proposed.excluded.body},
            ),
            rows,
        )
    _store_records(connection, subject_id, found)
    connection.execute(
        update(StoredAction)
        .where(StoredAction.state == "snoozed", StoredAction.snoozed_until <= now)
        .values(state="open", snoozed_until=None)
    )
    connection.execute(delete(StoredAction).where(StoredAction.rank.is_(None), StoredAction.state == "open"))


def _store_records(connection: Connection, subject_id: str, found: list[Kept]) -> None:
    connection.execute(delete(ActionRecord))
    keys = {(ref.kind, ref.id, one.rated.id) for one in found for ref in one.rated.candidate.records[:_MOST_RECORDS]}
    rows = [
        {"subject_id": subject_id, "kind": kind, "record_id": id_, "action_id": action}
        for kind, id_, action in sorted(keys)
    ]
    if rows:
        connection.execute(insert(ActionRecord), rows)


def _measure(connection: Connection, scene: Scene) -> dict[str, tuple[int, int]]:
    """What came of actions that were done; (succeeded, tried) by kind of those of which it is known."""
    rows = connection.execute(
        select(StoredAction.id, StoredAction.kind, StoredAction.body, StoredAction.changed_at, StoredAction.effect)
        .where(StoredAction.state == "done", StoredAction.changed_at.is_not(None))
        .order_by(StoredAction.id)
    ).all()
    succeeded: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for row in rows:
        known: dict[str, Any] | None = row.effect
        if known is None or known["succeeded"] is None:
            done_on = scene.calendar.day(row.changed_at)
            found: MeasuredEffect = effect(scene, msgspec.convert(row.body, Kept, strict=False), done_on)
            known = msgspec.to_builtins(found)
            connection.execute(update(StoredAction).where(StoredAction.id == row.id).values(effect=known))
        if known["succeeded"] is not None:
            tried[row.kind] += 1
            succeeded[row.kind] += bool(known["succeeded"])
    return {kind: (succeeded[kind], count) for kind, count in tried.items()}
