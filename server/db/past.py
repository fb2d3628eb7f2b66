"""A subject in the database as a forecast reads it: its ledger with the days on which each row became known."""

from collections.abc import Iterator
from functools import cache

from server.db.reading import Folder
from shared_scoring.copies import Copies
from shared_scoring.facts import Facts
from shared_scoring.forecast.past import known_facts
from shared_scoring.ledger import Contribution, Plan
from shared_scoring.viewpoint import Viewpoint


class FolderPast:
    """Fulfils forecast.past.Past. Lives inside the transaction of its folder."""

    def __init__(self, folder: Folder) -> None:
        self.viewpoint: Viewpoint = folder.viewpoint
        self._copies = [Copies(told, folder.calendar) for told in folder.told]
        self._folder = folder
        self.facts = cache(self._known)

    def _known(self, day: int) -> Facts:
        return known_facts(self._copies, day, self._folder.own_days)

    def rows(self, plan: Plan, since: int, until: int) -> Iterator[Contribution]:
        return self._folder.ledger(plan, since, until)
