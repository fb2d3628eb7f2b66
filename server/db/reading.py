"""Scores from the ledger: the window's sums and the facts, for any day and any pack, without touching the cases."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

import msgspec
from sqlalchemy import Connection

from server.db.bulk import driver
from shared_scoring.copies import Copies
from shared_scoring.facts import FACT_KINDS, Facts, facts
from shared_scoring.ledger import EMPTY, Sum
from shared_scoring.merge import Told
from shared_scoring.pack import Pack
from shared_scoring.records import AnyRecord, Record, Subject
from shared_scoring.score import Score, score
from shared_scoring.viewpoint import Viewpoint

_copies: msgspec.json.Decoder[list[Record]] = msgspec.json.Decoder(list[AnyRecord])


class Folder:
    """The facts of one subject, read once, and what can be asked of its ledger. Lives inside one transaction."""

    def __init__(self, connection: Connection, subject_id: str) -> None:
        self._raw = driver(connection)
        self._subject_id = subject_id
        rows = self._raw.execute(
            "SELECT copies::text FROM records WHERE subject_id = current_setting('koubei.subject') AND kind = ANY(%s)",
            (list(FACT_KINDS),),
        )
        self._told = [Told.of(_copies.decode(copies)) for (copies,) in rows]
        self.subject = next((told.merged for told in self._told if isinstance(told.merged, Subject)), None)
        self.viewpoint = Viewpoint.of(self.subject)
        self.calendar = self.viewpoint.calendar

    def today(self, now: dt.datetime) -> int:
        """The day whose score the platform publishes this morning, in the subject's time zone."""
        return self.calendar.day(now)

    def facts(self, as_of: int) -> Facts:
        views = (Copies(told, self.calendar).view(as_of) for told in self._told)
        return facts(view for view in views if view is not None)

    def sums(self, pack: Pack, as_of: int) -> dict[str, Sum]:
        """The window's sums of every series of the pack, as known on the day."""
        rows = self._raw.execute(
            """
            SELECT series, parts, sum(numerator)::text, sum(denominator)::text FROM ledger
            WHERE subject_id = current_setting('koubei.subject') AND series = ANY(%s)
              AND day BETWEEN %s AND %s AND known_on <= %s
            GROUP BY series, parts
            """,
            (list(pack.plan.definitions), *_days(as_of - pack.window_days, as_of - 1, as_of)),
        )
        sums: dict[str, Sum] = {}
        for series, parts, numerator, denominator in rows:
            so_far = sums.get(series, EMPTY)
            sums[series] = Sum(
                so_far.numerator + Fraction(int(numerator), parts), so_far.denominator + int(denominator)
            )
        return sums

    def score(self, pack: Pack, as_of: int) -> Score:
        return score(pack, as_of, self.sums(pack, as_of), self.facts(as_of), self.calendar, self._subject_id)


def _days(*ordinals: int) -> Sequence[dt.date]:
    return [dt.date.fromordinal(day) for day in ordinals]
