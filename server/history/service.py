"""Each day's official figures beside what was said of it here."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.dialects.postgresql import distinct_on

from server.db.models import StoredScore
from server.db.reading import Folder
from server.db.tenancy import tenant
from server.history.schemas import EstimatedDay, HistoryDay, OfficialDay
from shared_scoring.estimate import figure
from shared_scoring.records import Official

_DIMENSIONS = ("goods", "logistics", "service")


def read_history(
    app: Engine, subject_id: str, first: dt.date | None, last: dt.date | None, after: str, limit: int
) -> Sequence[HistoryDay]:
    """Up to `limit` days beyond the day `after`, oldest first; only days of which something is known."""
    snapshot = app.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as connection, tenant(connection, subject_id):
        folder = Folder(connection, subject_id)
        end = last or dt.date.fromordinal(folder.today(dt.datetime.now(dt.UTC)))
        begin = first or dt.date.min
        if after:
            begin = max(begin, dt.date.fromisoformat(after) + dt.timedelta(days=1))
        pages = {
            dt.date.fromordinal(day): page
            for day, page in folder.facts(end.toordinal()).officials.items()
            if begin.toordinal() <= day <= end.toordinal()
        }
        stored = _stored(connection, begin, end, limit)
    days = sorted(pages.keys() | stored.keys())[:limit]
    return [HistoryDay(day.isoformat(), _official(pages.get(day)), _estimate(stored.get(day))) for day in days]


def _stored(connection: Connection, first: dt.date, last: dt.date, limit: int) -> dict[dt.date, Row[StoredScore]]:
    """The newest stored score of each of the first `limit` days that have one."""
    rows = connection.execute(
        select(StoredScore.as_of, StoredScore.rules, StoredScore.score, StoredScore.computed_at)
        .where(StoredScore.as_of.between(first, last))
        .ext(distinct_on(StoredScore.as_of))
        .order_by(StoredScore.as_of, StoredScore.computed_at.desc())
        .limit(limit)
    )
    return {row.as_of: row for row in rows}


def _official(page: Official | None) -> OfficialDay | None:
    if page is None:
        return None
    dimensions = {key: shown for key in _DIMENSIONS if (shown := figure(page, key)) is not None}
    return OfficialDay(page.total, page.consumer_score, page.stage, dimensions)


def _estimate(row: Row[StoredScore] | None) -> EstimatedDay | None:
    if row is None:
        return None
    said = row.score["estimate"]
    return EstimatedDay(
        row.rules,
        said["total"],
        said["low"],
        said["high"],
        said["dimensions"],
        said["method"],
        row.score["stage"],
        row.computed_at.isoformat(),
    )
