"""The overlay of a page, in one snapshot: the panel from the score, each row from its case."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from server.db import stored
from server.db.bulk import driver
from server.db.reading import Folder
from server.http.snapshot import snapshot
from server.overlay.schemas import KIND_OF_PAGE, Band, Expected, Overlay, OverlayRow, Panel
from shared_scoring.calendar import iso
from shared_scoring.delta import Row, Window, page_to_open
from shared_scoring.estimate import Banded
from shared_scoring.merge import Told
from shared_scoring.pack import Pack, choose
from shared_scoring.score import Estimate, Score, expected, score

_POLL_STALE, _POLL = 2, 30
_UNKNOWN = Expected(None, None, None)


class Version(NamedTuple):
    """What an overlay was made from: the same version, day and address give the same answer."""

    input_version: int
    scored_version: int
    as_of: int


def read_overlay(app: Engine, subject_id: str, page: str, ids: Sequence[str]) -> tuple[Version, Overlay]:
    """Answer for the rows of a page, in the asked order."""
    with snapshot(app, subject_id) as seen:
        folder = seen.folder
        as_of = seen.day(None).toordinal()
        pack = choose(folder.subject, dt.date.fromordinal(as_of))
        sums, known = folder.sums(pack, as_of), folder.facts(as_of)
        today = score(pack, as_of, sums, known, folder.calendar, subject_id)
        kind = KIND_OF_PAGE[page]
        window = Window(pack, as_of, sums, known, folder.calendar)
        told = _cases(seen.connection, kind, ids)
        rows = [_row(window.row(id_, kind, told.get(id_, []))) for id_ in ids]
        stale = seen.input_version > seen.scored_version
        overlay = Overlay(
            page=page,
            rules=pack.id,
            as_of=iso(as_of),
            scored_version=seen.scored_version,
            stale=stale,
            next_poll_seconds=_POLL_STALE if stale else _POLL,
            panel=_panel(today, pack, folder, as_of),
            rows=rows,
        )
    return Version(seen.input_version, seen.scored_version, as_of), overlay


def _cases(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, list[Told]]:
    """Every record of the case of each id."""
    rows = driver(connection).execute(
        """
        SELECT own.id, whole.copies::text FROM records own
        JOIN records whole ON whole.subject_id = own.subject_id AND whole.case_id = own.case_id
        WHERE own.subject_id = current_setting('koubei.subject') AND own.kind = %s AND own.id = ANY(%s)
        """,
        (kind, list(ids)),
    )
    found: defaultdict[str, list[Told]] = defaultdict(list)
    for id_, copies in rows:
        found[id_].append(stored.told(copies))
    return found


def _row(row: Row) -> OverlayRow:
    return OverlayRow(row.id, row.counts, row.why_not, row.delta, _UNKNOWN, risk=None, action=None)


def _panel(today: Score, pack: Pack, folder: Folder, as_of: int) -> Panel:
    """`noon` is today's score while the page has not shown it, tomorrow's once it has."""
    official = today.official is not None and today.official.total is not None
    coming = as_of + 1 if official else as_of
    # A fragment of a shop must not fall back to the growth stage overnight.
    noon = (
        expected(pack, coming, folder.sums(pack, coming), folder.facts(coming), folder.calendar).total
        if today.stage == "formal"
        else today.estimate
    )
    coverage = {key: one.coverage for key, one in today.indicators.items()}
    return Panel(
        total=today.total,
        official=official,
        estimate=today.estimate.total,
        noon=_band(noon),
        coverage=min(coverage.values(), default=1.0),
        open_page=page_to_open(coverage) if official else "score",
    )


def _band(ahead: Banded | Estimate) -> Band | None:
    mid = ahead.score if isinstance(ahead, Banded) else ahead.total
    if mid is None or ahead.low is None or ahead.high is None:
        return None
    return Band(ahead.low, mid, ahead.high)
