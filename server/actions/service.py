"""Actions out of what the worker stored; a plan to a target is worked out when it is asked for."""

import datetime as dt
from typing import Any, TypedDict

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Engine, Row, select, update

from server.actions.schemas import ActionList, Listed
from server.db import audit as log
from server.db.audit import Actor
from server.db.models import StoredAction, Subject
from server.db.preferences import read_preferences
from server.db.reading import Folder
from server.db.tenancy import tenant
from server.http.etag import etag_of, refuse_outdated
from server.http.problems import ProblemError, refuse_fields
from server.http.snapshot import snapshot
from shared_scoring.actions.answer import answered
from shared_scoring.actions.effects import MeasuredEffect
from shared_scoring.actions.gain import Action, Kept, shown
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.target import Target, TargetError, of_consumer, of_gate, of_total
from shared_scoring.case import case_id
from shared_scoring.drop_outs import series_of, state_of
from shared_scoring.merge import Told
from shared_scoring.pack import Pack
from shared_scoring.records import kind_of
from shared_scoring.viewpoint import Viewpoint


class ActionsQuery(TypedDict):
    state: str
    lang: str
    target: float | None
    consumer: float | None
    gate: str | None
    by: dt.date | None


_COLUMNS = (
    StoredAction.id,
    StoredAction.body,
    StoredAction.state,
    StoredAction.snoozed_until,
    StoredAction.changed_at,
    StoredAction.effect,
)


def read_actions(app: Engine, subject_id: str, query: ActionsQuery) -> ActionList:
    """What to do first, the best first; then what is no longer proposed, the newest change first."""
    now = dt.datetime.now(dt.UTC)
    with snapshot(app, subject_id) as seen:
        day = seen.day(None)
        pack = seen.pack("auto", day)
        target = _target(query, pack)
        wanted = read_preferences(seen.connection).preferences
        made = seen.connection.execute(
            select(Subject.outlook_version, Subject.outlook_at).where(Subject.id == subject_id)
        ).one()
        order = (StoredAction.rank.is_(None), StoredAction.rank, StoredAction.changed_at.desc(), StoredAction.id)
        rows = [
            row for row in seen.connection.execute(select(*_COLUMNS).order_by(*order)) if _is_listed(row, query, now)
        ]
        found = [_kept(row) for row in rows]
        scene = _scene(seen.folder, pack, day.toordinal(), found if target is not None else [], subject_id)
        by = None if query["by"] is None else query["by"].toordinal()
        answer = answered(scene, found, target, by, query["lang"], now, wanted)
        listed = [_listed(row, action, now) for row, action in zip(rows, answer.actions, strict=True)]
        return ActionList(
            **(structs.asdict(answer) | {"actions": listed}),
            stale=made.outlook_version < seen.input_version,
            computed_at=made.outlook_at,
        )


def change_action(
    app: Engine, subject_id: str, action_id: str, state: str, snoozed_until: dt.datetime | None, by: Actor, lang: str
) -> Listed:
    """Say what became of an action. Raises ProblemError for one that is not there."""
    now = dt.datetime.now(dt.UTC)
    with app.connect() as connection, tenant(connection, subject_id, account_id=by.account_id):
        refuse_outdated(_tag(_find(connection, subject_id, action_id, hold=True), now))
        row = connection.execute(
            update(StoredAction)
            .where(StoredAction.id == action_id)
            .values(
                state=state,
                snoozed_until=snoozed_until,
                changed_at=now,
                changed_by=by.device_id,
                effect=None,
            )
            .returning(*_COLUMNS)
        ).one()
        preferences = read_preferences(connection).preferences
        log.write(connection, by, "action.changed", subject_id=subject_id, action=action_id, state=state)
    return _listed(row, shown(_kept(row), lang, now, preferences), now)


def read_action(app: Engine, subject_id: str, action_id: str, lang: str) -> Listed:
    """One action. Raises ProblemError for one that is not there."""
    now = dt.datetime.now(dt.UTC)
    with app.connect() as connection, tenant(connection, subject_id):
        row = _find(connection, subject_id, action_id, hold=False)
        preferences = read_preferences(connection).preferences
        return _listed(row, shown(_kept(row), lang, now, preferences), now)


def _find(connection: Connection, subject_id: str, action_id: str, *, hold: bool) -> Row[Any]:
    """`hold` it until the transaction ends, so that of two changes made on one copy the second is refused."""
    query = select(*_COLUMNS).where(StoredAction.id == action_id)
    row = connection.execute(query.with_for_update() if hold else query).one_or_none()
    if row is None:
        raise ProblemError("action-unknown", f"There is no action {action_id[:200]!r} of {subject_id!r}")
    return row


def _tag(row: Row[Any], now: dt.datetime) -> str:
    changed = 0 if row.changed_at is None else int(row.changed_at.timestamp() * 1_000_000)
    return etag_of("action", _state(row, now), changed)


def _target(query: ActionsQuery, pack: Pack) -> Target | None:
    try:
        if query["target"] is not None:
            return of_total(query["target"], pack)
        if query["consumer"] is not None:
            return of_consumer(query["consumer"], pack)
        return None if query["gate"] is None else of_gate(query["gate"], pack)
    except TargetError as error:
        name = next(
            name for name, asked in query.items() if name in {"target", "consumer", "gate"} and asked is not None
        )
        refuse_fields([{"path": name, "reason": str(error)}])


def _is_listed(row: Row[Any], query: ActionsQuery, now: dt.datetime) -> bool:
    return query["state"] in {"all", _state(row, now)}


def _state(row: Row[Any], now: dt.datetime) -> str:
    """A snooze that is over is open again, whether the worker has come by or not."""
    is_over = row.state == "snoozed" and row.snoozed_until is not None and row.snoozed_until <= now
    return "open" if is_over else str(row.state)


def _kept(row: Row[Any]) -> Kept:
    return msgspec.convert(row.body, Kept, strict=False)


def _listed(row: Row[Any], action: Action, now: dt.datetime) -> Listed:
    state = _state(row, now)
    return Listed(
        **structs.asdict(action),
        state=state,
        snoozed_until=row.snoozed_until if state == "snoozed" else None,
        changed_at=row.changed_at,
        effect=None if row.effect is None else msgspec.convert(row.effect, MeasuredEffect),
        etag=_tag(row, now),
    )


def _scene(folder: Folder, pack: Pack, as_of: int, actions: list[Kept], subject_id: str) -> Scene:
    """The day's score, and the cases the actions are about: all that a plan needs."""
    change = [record for one in actions for record in one.rated.candidate.change]
    named = folder.records((kind_of(one), one.id) for one in change)
    cases = {case for one in named if one.merged is not None and (case := case_id(one.merged)) is not None}
    told: dict[str | None, list[Told]] = {None: list(folder.told)}
    for one in folder.records_of_cases(cases):
        told.setdefault(None if one.merged is None else case_id(one.merged), []).append(one)
    series = series_of(pack)
    return Scene(
        pack,
        as_of,
        Viewpoint.of(folder.subject),
        folder.facts(as_of),
        {},
        told,
        folder.sums(pack, as_of),
        subject_id,
        stored=lambda: (
            (case, state_of(rows, series, as_of)) for case, rows in folder.contributions(as_of - pack.longest_window)
        ),
    )
