"""The overlay of a page, in one snapshot: the panel from the score, each row from its case."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Connection, Engine

from server.db import stored
from server.db.bulk import driver
from server.db.preferences import read_preferences
from server.http.etag import POLL, POLL_STALE
from server.http.snapshot import Snapshot, snapshot
from server.overlay.ahead import OrderAhead, orders_ahead, row_actions, stored_at
from server.overlay.cards import read_cards
from server.overlay.panel import make_panel
from server.overlay.schemas import KIND_OF_PAGE, Card, Expected, Overlay, OverlayRow, RowAction
from server.texts import Lang
from shared_scoring.calendar import iso
from shared_scoring.clocks import clock
from shared_scoring.delta import NOTHING, Window
from shared_scoring.merge import Told
from shared_scoring.pack import choose
from shared_scoring.records import AfterSale
from shared_scoring.score import score

_UNKNOWN = Expected(None, None, None)


class Version(NamedTuple):
    """What an overlay was made from: the same version, day and address give the same answer."""

    input_version: int
    scored_version: int
    as_of: int
    ahead: str


def read_overlay(app: Engine, subject_id: str, page: str, ids: Sequence[str], lang: Lang) -> tuple[Version, Overlay]:
    """Answer for the rows of a page, in the asked order."""
    with snapshot(app, subject_id) as seen:
        folder = seen.folder
        as_of = seen.day(None).toordinal()
        pack = choose(folder.subject, dt.date.fromordinal(as_of))
        sums, known = folder.sums(pack, as_of), folder.facts(as_of)
        today = score(pack, as_of, sums, known, folder.calendar, subject_id)
        window = Window(pack, as_of, sums, known, folder.calendar)
        stale = seen.input_version > seen.scored_version
        overlay = Overlay(
            page=page,
            rules=pack.id,
            as_of=iso(as_of),
            scored_version=seen.scored_version,
            stale=stale,
            next_poll_seconds=POLL_STALE if stale else POLL,
            panel=make_panel(seen, page, lang, today, window, sums, known),
            rows=_rows(seen, window, KIND_OF_PAGE[page], ids, lang),
        )
        ahead = sha256(stored_at(seen.connection).encode()).hexdigest()[:16]
    return Version(seen.input_version, seen.scored_version, as_of, ahead), overlay


def _rows(seen: Snapshot, window: Window, kind: str, ids: Sequence[str], lang: Lang) -> list[OverlayRow]:
    if not ids:
        return []
    if kind == "product":
        cards = read_cards(seen.connection, seen.folder, ids)
        return [_card_row(id_, cards.get(id_)) for id_ in ids]
    told = _cases(seen.connection, kind, ids)
    preferences = read_preferences(seen.connection).preferences
    ahead = orders_ahead(seen.connection, ids, preferences, lang) if kind == "order" else {}
    actions = row_actions(seen.connection, kind, ids, lang)
    rows = (_row(window, kind, id_, told.get(id_, [])) for id_ in ids)
    return [_with_ahead(row, ahead.get(row.id), actions.get(row.id)) for row in rows]


def _with_ahead(row: OverlayRow, ahead: OrderAhead | None, action: RowAction | None) -> OverlayRow:
    if ahead is not None:
        row = structs.replace(row, risk=ahead.risk, expected=ahead.expected)
    return row if action is None else structs.replace(row, action=action)


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


def _row(window: Window, kind: str, id_: str, told: Sequence[Told]) -> OverlayRow:
    row = window.row(id_, kind, told)
    case = next((one.merged for one in told if isinstance(one.merged, AfterSale) and one.merged.id == id_), None)
    waits = (
        clock(window.pack, case, window.sums, window.calendar) if case is not None and kind == "after_sale" else None
    )
    return OverlayRow(
        id_,
        row.counts,
        row.why_not,
        row.delta,
        _UNKNOWN,
        risk=None,
        action=None,
        until=row.until,
        effects=row.effects,
        clock=waits,
        card=None,
    )


def _card_row(id_: str, card: Card | None) -> OverlayRow:
    """Products and shops count nowhere by themselves."""
    counts, why_not = (None, None) if card is None else (False, "no_indicator")
    return OverlayRow(
        id_, counts, why_not, NOTHING, _UNKNOWN, risk=None, action=None, until=None, effects=[], clock=None, card=card
    )
