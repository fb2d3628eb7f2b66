"""Drop-outs from the ledger; the events behind them from the cases that count in the window, not from older ones."""

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Engine

from server.http.snapshot import snapshot
from shared_scoring.calendar import iso
from shared_scoring.delta import Window
from shared_scoring.drop_outs import CaseLeaving, DropOuts, cases_leaving, drop_outs, series_of, state_of


class Question(NamedTuple):
    as_of: dt.date | None
    rules: str
    days: int


class Found(NamedTuple):
    rules: str
    as_of: str
    rows: Sequence[CaseLeaving]


def read_drop_outs(app: Engine, subject_id: str, asked: Question) -> tuple[DropOuts, int]:
    """The coming days, and the input version they were read at."""
    with snapshot(app, subject_id) as seen:
        day = seen.day(asked.as_of)
        pack, as_of = seen.pack(asked.rules, day), day.toordinal()
        sums, known = seen.folder.sums(pack, as_of), seen.folder.facts(as_of)
        return drop_outs(pack, as_of, asked.days, sums, known, seen.folder.calendar), seen.input_version


def read_events(app: Engine, subject_id: str, asked: Question, after: str, limit: int, *, only_bad: bool) -> Found:
    """Up to `limit` cases of which something leaves, by day, beyond the key `after`."""
    with snapshot(app, subject_id) as seen:
        day = seen.day(asked.as_of)
        pack, as_of = seen.pack_of_cases(asked.rules, day), day.toordinal()
        folder = seen.folder
        window = Window(pack, as_of, folder.sums(pack, as_of), folder.facts(as_of), folder.calendar)
        since, series = as_of - pack.longest_window, series_of(pack)
        cases = ((case, state_of(rows, series, as_of)) for case, rows in folder.contributions(since))
        found = cases_leaving(pack, as_of, asked.days, window.sums, cases, after)
        rows = list(islice((one for one in found if one.is_bad or not only_bad), limit))
        return Found(pack.id, iso(as_of), rows)
