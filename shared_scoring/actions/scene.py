"""What a merchant could act on: the subject as it is known on a day, laid out for the kinds to look at."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case, case_id
from shared_scoring.changed import key_of
from shared_scoring.copies import Copies
from shared_scoring.facts import Facts
from shared_scoring.history import History
from shared_scoring.ledger import State
from shared_scoring.merge import Told
from shared_scoring.pack import Pack
from shared_scoring.records import AnyRecord, Order, Partner, Record, kind_of
from shared_scoring.risk.at_risk import AtRisk
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint
from shared_scoring.what_if import Ground, WhatIf


class Ref(Struct, frozen=True):
    """A record by kind and id."""

    kind: str
    id: str


class Outcome(Protocol):
    """What may become of an open order: `loss` in points of the total, null where points cannot be given."""

    @property
    def probability(self) -> float: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def deadline(self) -> dt.datetime | None: ...


Risks = Mapping[str, Mapping[str, Outcome | None]]
"""Outcomes of open orders, by order id and name of the outcome."""


class Candidate(Struct, frozen=True):
    """Something that could be done. `key` makes it the same action tomorrow; `change` is what success would make true.

    `at_stake` is set for an action against a risk: the points it would save, for certain, if it succeeded; otherwise
    the gain is what `change` does to the score. `gain_on` is the first as-of day that shows the whole of it.
    `things` is how many things there are to do.
    """

    kind: str
    key: str
    records: list[Ref]
    change: list[AnyRecord]
    gain_on: int
    params: dict[str, str | int | float] = {}
    deadline: dt.datetime | None = None
    things: int = 1
    success: float | None = None
    at_stake: float | None = None
    is_risk: bool = False

    def is_over(self, now: dt.datetime) -> bool:
        """Whether the last moment at which it helps has come."""
        return self.deadline is not None and self.deadline <= now


@dataclass
class Scene:
    """`cases` holds every case as known, settled, `partners` the newest day of each merchant.

    `told` holds the copies of each case, and under None those of what belongs to no case. `stored` gives what each
    case adds to the ledger, where that is known without counting it again.
    """

    pack: Pack
    as_of: int
    viewpoint: Viewpoint
    known: Facts
    cases: dict[str, Case]
    told: dict[str | None, list[Told]]
    sums: Sums
    subject_id: str | None = None
    risks: Risks = field(default_factory=dict)
    stored: Callable[[], Iterable[tuple[str, State]]] | None = None
    partners: dict[str, Partner] = field(default_factory=dict)

    @property
    def calendar(self) -> Calendar:
        return self.viewpoint.calendar

    @cached_property
    def now(self) -> dt.datetime:
        """The moment the day's knowledge ends."""
        return self.calendar.local(self.calendar.start(self.as_of))

    @property
    def first(self) -> int:
        return self.as_of - self.pack.window_days

    def in_window(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self.first <= self.calendar.day(moment) < self.as_of

    @cached_property
    def valid(self) -> list[tuple[Order, Case]]:
        """Every valid order that has been seen, with its case."""
        return [(case.order, case) for case in self.cases.values() if case.order is not None and case.is_valid]

    @cached_property
    def delivered(self) -> list[tuple[Order, Case]]:
        """Valid orders delivered in the window."""
        return [(order, case) for order, case in self.valid if self.in_window(order.delivered_at)]

    @cached_property
    def paid(self) -> list[tuple[Order, Case]]:
        """Valid orders paid in the window."""
        return [(order, case) for order, case in self.valid if self.in_window(order.paid_at)]

    @cached_property
    def ground(self) -> Ground:
        """The score as it stands, on which changes are tried."""
        return Ground(self.pack, self.as_of, self.sums, self.known, self.viewpoint, self.subject_id)

    @cached_property
    def _case_of(self) -> dict[tuple[str, str], str]:
        return {key_of(one): case for case, told in self.told.items() if case is not None for one in told}

    def cases_of(self, change: Sequence[Record]) -> set[str]:
        """The cases a change touches; what belongs to no case has none."""
        found = (self._case_of.get((kind_of(one), one.id)) or case_id(one) for one in change)
        return {case for case in found if case is not None}

    def difference(self, change: Sequence[Record]) -> tuple[State, Facts]:
        """What a change adds to the ledger, and the facts as it would have them. Raises changed.ChangeError."""
        told = [one for case in sorted(self.cases_of(change)) for one in self.told.get(case, ())]
        if any(case_id(one) is None for one in change):
            told += self.told.get(None, ())
        return self.ground.difference(told, change)

    def try_change(self, change: Sequence[Record]) -> WhatIf:
        """The score as it would be. Raises changed.ChangeError."""
        return self.ground.answer(*self.difference(change))

    def find(self, kind: str, id_: str) -> Record | None:
        """A record as it is known, None where it is not."""
        wanted = (kind, id_)
        for one in self.told.get(self._case_of.get(wanted), ()):
            if key_of(one) == wanted:
                return Copies(one, self.calendar).view(self.as_of)
        return None

    def states(self) -> Iterable[tuple[str, State]]:
        """What each case adds to the ledger as it is known."""
        if self.stored is not None:
            return self.stored()
        return ((key, self.pack.plan.contributions(case, self.calendar)) for key, case in self.cases.items())

    def iter_cases(self) -> Iterator[Case]:
        """Every case that is not excluded."""
        return (case for case in self.cases.values() if not case.is_excluded)


def scene_of(
    history: History, pack: Pack, as_of: int, risks: Risks | None = None, subject_id: str | None = None
) -> Scene:
    """The scene of a subject on a day, from copies of records. `as_of` is a day ordinal."""
    # The answer must not depend on the order of arrival.
    history = History.of(sorted(history, key=key_of))
    known, cases = history.known(as_of)
    told: dict[str | None, list[Told]] = {None: []}
    for one in history:
        told.setdefault(None if one.merged is None else case_id(one.merged), []).append(one)
    sums = history.sums(pack.plan, cases)
    found = Scene(pack, as_of, history.viewpoint(), known, cases, told, sums, subject_id, risks or {})
    partners = (Copies(one, found.calendar).view(as_of) for one in told[None] if isinstance(one.merged, Partner))
    for partner in sorted((one for one in partners if isinstance(one, Partner)), key=_date):
        if partner.merchant_id is not None:
            found.partners[partner.merchant_id] = partner
    return found


def risks_of(answer: AtRisk) -> Risks:
    """The outcomes of each open order."""
    return {one.order_id: one.outcomes for one in answer.orders}


def _date(partner: Partner) -> tuple[dt.date, str]:
    return partner.date or dt.date.min, partner.id
