"""The records of one subject, most of them in columns: what `history.py` holds in objects."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from shared_scoring.case import case_id
from shared_scoring.columns.cases import CaseColumns
from shared_scoring.columns.pull import Puller, Sheet
from shared_scoring.columns.sums import sums
from shared_scoring.facts import Facts, facts
from shared_scoring.history import History
from shared_scoring.ledger import Plan
from shared_scoring.own_days import CountedOnce
from shared_scoring.records import Record, Review, Subject
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint

NESTED = ("parcel", "line")
"""Sheets of what orders hold; their `row` is the order's place."""

_VIEWS_AT_ONCE = 20_000


class OneSubject(NamedTuple):
    """`sheets` hold the records told once that belong to a case, `history` all others."""

    sheets: dict[str, Sheet]
    history: History
    puller: Puller

    def subject(self) -> Subject | None:
        return self.history.subject()

    def viewpoint(self) -> Viewpoint:
        return self.history.viewpoint()

    def counted(self, plan: Plan, day: int) -> tuple[Facts, Sums]:
        """The facts, and what a plan counts of the cases, as they were known on a day."""
        rest: list[Record] = []
        sheets = [self.sheets]
        views: list[tuple[Record, int | None]] = []
        for view, first_stars in self.history.views(day):
            if case_id(view) is None:
                rest.append(view)
                continue
            views.append((view, first_stars))
            if len(views) == _VIEWS_AT_ONCE:
                sheets.append(self._pulled(views))
                views = []
        sheets.append(self._pulled(views))
        found = sums(CaseColumns(_joined(sheets), self.puller, self.viewpoint(), day), plan)
        earlier = found.earlier = cache(lambda past: self.counted(plan, past)[1])
        known = facts(rest)
        known.own_days = CountedOnce(lambda _pack, days: ((past, earlier(past)) for past in days))
        return known, found

    def _pulled(self, views: Sequence[tuple[Record, int | None]]) -> dict[str, Sheet]:
        by_kind: defaultdict[type[Record], list[Any]] = defaultdict(list)
        first_stars = []
        for view, stars in views:
            by_kind[type(view)].append(view)
            if isinstance(view, Review):
                first_stars.append(stars or 0)
        pulled = self.puller.pull(by_kind)
        if first_stars:
            pulled["review"]["first_stars"] = np.array(first_stars, np.uint8)
        return pulled


def _joined(several: Sequence[dict[str, Sheet]]) -> dict[str, Sheet]:
    """One set of sheets of many; nested rows follow their orders."""
    parts: defaultdict[str, list[Sheet]] = defaultdict(list)
    orders = 0
    for sheets in several:
        for name, sheet in sheets.items():
            parts[name].append(sheet | {"row": sheet["row"] + orders} if name in NESTED else sheet)
        orders += len(sheets["order"]["case"]) if "order" in sheets else 0
    return {name: stacked(own) for name, own in parts.items()}


def stacked(parts: Sequence[Sheet]) -> Sheet:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
