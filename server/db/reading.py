"""Scores from the ledger: the window's sums and the facts, for any day and any pack, without touching the cases."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from server.db import stored
from server.db.bulk import driver
from server.db.closed import IS_CLOSED
from shared_scoring.calendar import iso
from shared_scoring.copies import Copies
from shared_scoring.facts import FACT_KINDS, Facts, facts
from shared_scoring.history import History
from shared_scoring.ledger import Contribution, Plan
from shared_scoring.merge import Told
from shared_scoring.own_days import of_ledger
from shared_scoring.pack import Pack
from shared_scoring.records import Subject
from shared_scoring.score import Score, score
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint


class Folder:
    """The facts of one subject, read once, and what can be asked of its ledger. Lives inside one transaction."""

    def __init__(self, connection: Connection, subject_id: str) -> None:
        self._raw = driver(connection)
        self._subject_id = subject_id
        rows = self._raw.execute(
            "SELECT copies::text FROM records WHERE subject_id = current_setting('koubei.subject') AND kind = ANY(%s)",
            (list(FACT_KINDS),),
        )
        self.told = [  # of every fact
            stored.told(copies) for (copies,) in rows
        ]
        self.subject = next((told.merged for told in self.told if isinstance(told.merged, Subject)), None)
        self.viewpoint = Viewpoint.of(self.subject)
        self.calendar = self.viewpoint.calendar
        self.own_days = of_ledger(self.ledger)

    def today(self, now: dt.datetime) -> int:
        """The day whose score the platform publishes this morning, in the subject's time zone."""
        return self.calendar.day(now)

    def facts(self, as_of: int) -> Facts:
        views = (Copies(told, self.calendar).view(as_of) for told in self.told)
        found = facts(view for view in views if view is not None)
        found.own_days = self.own_days
        return found

    def records(self, keys: Iterable[tuple[str, str]]) -> list[Told]:
        """The records of these kinds and ids, as far as there are any."""
        wanted = list(keys)
        rows = self._raw.execute(
            """
            SELECT copies::text FROM unnest(%s::text[], %s::text[]) AS wanted (kind, id) JOIN records USING (kind, id)
            WHERE subject_id = current_setting('koubei.subject')
            """,
            ([kind for kind, _ in wanted], [id_ for _, id_ in wanted]),
        )
        return [stored.told(copies) for (copies,) in rows]

    def records_of_cases(self, cases: Iterable[str]) -> list[Told]:
        """Every record of these cases."""
        rows = self._raw.execute(
            "SELECT copies::text FROM records"
            " WHERE subject_id = current_setting('koubei.subject') AND case_id = ANY(%s)",
            (list(cases),),
        )
        return [stored.told(copies) for (copies,) in rows]

    def contributions(self, since: int) -> Iterator[tuple[str, list[Contribution]]]:
        """What each case that counts on a day from `since` on put into the ledger, by case."""
        rows = self._raw.execute(
            "SELECT case_id, contributions::text FROM cases"  # noqa: S608  # no input
            f" WHERE subject_id = current_setting('koubei.subject') AND last_day >= %s AND NOT {IS_CLOSED}",
            (dt.date.fromordinal(since),),
        )
        for case, contributions in rows:
            yield case, stored.contributions(contributions)

    def history(self) -> History:
        """Every record there is."""
        rows = self._raw.execute(
            "SELECT copies::text FROM records WHERE subject_id = current_setting('koubei.subject')"
        )
        return History.of(stored.told(copies) for (copies,) in rows)

    def of_kind(self, kind: str) -> list[Told]:
        """Every record of a kind."""
        rows = self._raw.execute(
            "SELECT copies::text FROM records WHERE subject_id = current_setting('koubei.subject') AND kind = %s",
            (kind,),
        )
        return [stored.told(copies) for (copies,) in rows]

    def sums(self, pack: Pack, as_of: int) -> Sums:
        """Every series of the pack over its windows, as known on the day."""
        first, last = dt.date.fromordinal(as_of - pack.longest_window), dt.date.fromordinal(as_of - 1)
        rows = self._raw.execute(
            """
            SELECT series, day, parts, sum(numerator)::text, sum(denominator)::text FROM ledger
            WHERE subject_id = current_setting('koubei.subject') AND series = ANY(%s)
              AND day BETWEEN %s AND %s AND known_on <= %s
            GROUP BY series, day, parts
            """,
            (list(pack.plan.definitions), first, last, dt.date.fromordinal(as_of)),
        )
        found = (
            ((series, day.toordinal(), parts), (int(numerator), int(denominator)))
            for series, day, parts, numerator, denominator in rows
        )
        return Sums(found, earlier=lambda past: self.sums(pack, past))

    def ledger(self, plan: Plan, since: int = 1, until: int = dt.date.max.toordinal()) -> Iterator[Contribution]:
        """What counts on a day from `since` on and became known up to `until`."""
        rows = self._raw.execute(
            """
            SELECT series, day, known_on, parts, numerator, denominator FROM ledger
            WHERE subject_id = current_setting('koubei.subject') AND series = ANY(%s) AND day >= %s AND known_on <= %s
            """,
            (list(plan.definitions), dt.date.fromordinal(since), dt.date.fromordinal(until)),
        )
        for series, day, known_on, parts, numerator, denominator in rows:
            yield Contribution(series, day.toordinal(), known_on.toordinal(), parts, int(numerator), int(denominator))

    def score(self, pack: Pack, as_of: int) -> Score:
        known = self.facts(as_of)
        if any(gate.products is not None for gate in pack.gates):
            shown = self._products(as_of - pack.window_days, as_of)
            known = dataclasses.replace(known, products=shown.products, product_days=shown.product_days)
        return score(pack, as_of, self.sums(pack, as_of), known, self.calendar, self._subject_id)

    def _products(self, first: int, as_of: int) -> Facts:
        """What the pages of a window showed of products, found by the day at the end of their ids."""
        rows = self._raw.execute(
            """
            WITH shown AS (
                SELECT copies FROM records WHERE subject_id = current_setting('koubei.subject') AND kind = 'product_day'
                AND (right(id, 10) BETWEEN %s AND %s OR right(id, 10) !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')
            )
            SELECT copies::text FROM shown
            UNION ALL
            SELECT copies::text FROM records WHERE subject_id = current_setting('koubei.subject') AND kind = 'product'
            AND EXISTS (SELECT FROM shown)
            """,
            (iso(first), iso(as_of)),
        )
        views = (Copies(stored.told(copies), self.calendar).view(as_of) for (copies,) in rows)
        return facts(view for view in views if view is not None)
