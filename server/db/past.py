"""A subject in the database as a forecast reads it: its ledger with the days on which each row became known."""

import datetime as dt
from collections.abc import Iterator
from functools import cache

from sqlalchemy import Connection

from server.db.bulk import driver
from server.db.reading import Folder
from shared_scoring.copies import Copies
from shared_scoring.facts import Facts
from shared_scoring.forecast.past import known_facts
from shared_scoring.ledger import Contribution, Plan
from shared_scoring.viewpoint import Viewpoint


class FolderPast:
    """Fulfils forecast.past.Past. Lives inside the transaction of its folder."""

    def __init__(self, connection: Connection, folder: Folder) -> None:
        self._raw = driver(connection)
        self.viewpoint: Viewpoint = folder.viewpoint
        self._copies = [Copies(told, folder.calendar) for told in folder.told]
        self.facts = cache(self._known)

    def _known(self, day: int) -> Facts:
        return known_facts(self._copies, day)

    def rows(self, plan: Plan, since: int, until: int) -> Iterator[Contribution]:
        rows = self._raw.execute(
            """
            SELECT series, day, known_on, parts, numerator, denominator FROM ledger
            WHERE subject_id = current_setting('koubei.subject') AND series = ANY(%s) AND day >= %s AND known_on <= %s
            """,
            (list(plan.definitions), dt.date.fromordinal(since), dt.date.fromordinal(until)),
        )
        for series, day, known_on, parts, numerator, denominator in rows:
            yield Contribution(series, day.toordinal(), known_on.toordinal(), parts, numerator, denominator)
