"""All cases of a subject as they were known before one day, in columns: `case.py` for a million orders at once.

A column of a case has one row for each order named anywhere, then one for each record that names no order. What was not
known yet is hidden as `copies.py` hides it. Columns are worked out when a definition first asks for them.
"""

from collections.abc import Collection, Mapping
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from shared_scoring.columns.moments import UNKNOWN, Clock, Flags, Ints, micros_of
from shared_scoring.columns.pull import Column, Puller, Sheet
from shared_scoring.records import CASE_KINDS, KINDS
from shared_scoring.viewpoint import Viewpoint

_LATEST = int(np.iinfo(np.int64).max)
_BEGAN = {"order": "created_at", "review": "created_at", "after_sale": "applied_at", "chat": "started_at"}
_BEGAN["platform_help"] = "opened_at"
_NO_ORDER = 0  # the number of None among those of orders


class Rated(NamedTuple):
    """Per case the sum of the product ratings that count, and how many there are."""

    stars: Ints
    reviews: Ints


class CaseColumns:
    """The cases known before day `as_of`."""

    def __init__(self, sheets: Mapping[str, Sheet], puller: Puller, viewpoint: Viewpoint, as_of: int) -> None:
        self.viewpoint = viewpoint
        self.clock = Clock(viewpoint.calendar)
        self._puller = puller
        self._as_of = as_of
        self._cut = micros_of(viewpoint.calendar.start(as_of))
        self._sheets = {name: self._begun(name, sheet) for name, sheet in (_no_rows() | dict(sheets)).items()}
        self._named = len(puller.orders)
        self.count = self._named + self._number_the_nameless()
        self._order_columns: dict[str, Column] = {}

    def _begun(self, name: str, sheet: Sheet) -> Sheet:
        """The rows that existed by then."""
        began = _BEGAN.get(name)
        if began is None:
            return sheet
        exists = self._is_known(sheet[began], unknown=True)
        if name == "after_sale":
            exists &= ~sheet["exempt"]  # treated as if it had not happened
        if exists.all():
            return dict(sheet)
        if name == "order":  # what is nested points at its rows
            return sheet | {"case": np.where(exists, sheet["case"], _NO_ORDER)}
        return {column: values[exists] for column, values in sheet.items()}

    def _is_known(self, moments: Ints, *, unknown: bool = False) -> Flags:
        """Which moments lie before the day; `unknown` is the answer for those that are not known."""
        if self.viewpoint.calendar.fixed_offset is not None:
            known: Flags = moments < self._cut
            return known if unknown else known & (moments != UNKNOWN)
        known = np.full(len(moments), unknown)
        told = moments != UNKNOWN
        known[told] = self.clock.days(moments[told]) < self._as_of
        return known

    def _number_the_nameless(self) -> int:
        """Give each record that names no order a case of its own; how many there are."""
        count = 0
        for name, sheet in self._sheets.items():
            if name in _BEGAN and name != "order":
                alone = np.flatnonzero(sheet["case"] == _NO_ORDER)
                sheet["case"] = sheet["case"].astype(np.int64)
                sheet["case"][alone] = self._named + count + np.arange(len(alone))
                count += len(alone)
        return count

    def rows(self, name: str) -> Ints:
        """The places of a kind's records."""
        return np.arange(len(self.column(name, "case")))

    def column(self, name: str, column: str) -> Column:
        """A column of a kind's records, with moments that lie ahead."""
        return self._sheets[name][column]

    def moments(self, name: str, column: str) -> Ints:
        """When something happened to each record of a kind, as known."""
        return self._known_moments(self.column(name, column))

    def _known_moments(self, moments: Ints) -> Ints:
        return np.where(self._is_known(moments), moments, UNKNOWN)

    def order(self, column: str) -> Column:
        """A column of the orders, by case: false, 0 or unknown where the order has not been seen."""
        found = self._order_columns.get(column)
        if found is None:
            own = self.column("order", column)
            empty = UNKNOWN if own.dtype == np.int64 else 0
            found = self._order_columns[column] = np.full(self.count, empty, own.dtype)
            found[self.column("order", "case")] = own
            found[_NO_ORDER] = empty
        return found

    def order_moments(self, column: str) -> Ints:
        """When something happened to the order of each case, as known."""
        key = f"{column} as known"
        if key not in self._order_columns:
            self._order_columns[key] = self._known_moments(self.order(column))
        return self._order_columns[key]

    @cached_property
    def has_order(self) -> Flags:
        seen = np.zeros(self.count, np.bool_)
        seen[self.column("order", "case")] = True
        seen[_NO_ORDER] = False
        return seen

    @cached_property
    def is_named(self) -> Flags:
        """Whether an order is there or anything names it."""
        return np.arange(self.count) < self._named

    @cached_property
    def is_excluded(self) -> Flags:
        excluded: Flags = self.has_order & (self.order("excluded") | ~self._is_own)
        return excluded

    @cached_property
    def _is_own(self) -> Flags:
        if self.viewpoint.creator is None:
            return np.ones(self.count, np.bool_)
        creator = self.viewpoint.creator
        lines = self.is_word("line", "creator_id", [creator])
        return self._marked(self.column("order", "case")[self.column("line", "row")[lines]])

    @cached_property
    def is_valid(self) -> Flags:
        valid: Flags = ~self.has_order | ((self.order_moments("paid_at") != UNKNOWN) & ~self.is_excluded)
        return valid

    def is_word(self, name: str, column: str, words: Collection[str]) -> Flags:
        """Whether a column of a kind holds one of these words."""
        return np.isin(self.column(name, column), self._puller.words.numbers_where(lambda word: word in words))

    def is_order_word(self, column: str, words: Collection[str]) -> Flags:
        return np.isin(self.order(column), self._puller.words.numbers_where(lambda word: word in words))

    def has_service(self, services: Collection[str]) -> Flags:
        """Whether the order has one of these services."""
        any_of = frozenset(services)
        numbers = self._puller.words.numbers_where(lambda word: isinstance(word, tuple) and not any_of.isdisjoint(word))
        return np.isin(self.order("services"), numbers)

    def _marked(self, cases: Column) -> Flags:
        marked = np.zeros(self.count, np.bool_)
        marked[cases] = True
        marked[_NO_ORDER] = False
        return marked

    def of_valid(self, name: str) -> Flags:
        """Which records of a kind hang on a valid order."""
        return self.is_valid[self.column(name, "case")]

    def with_any(self, name: str, rows: Flags) -> Flags:
        """The cases that have one of these records of a kind."""
        return self._marked(self.column(name, "case")[rows])

    @cached_property
    def parcel_case(self) -> Column:
        return self.column("order", "case")[self.column("parcel", "row")]

    def parcel_moments(self, column: str) -> Ints:
        """When something happened to each parcel, as known."""
        moments = self.column("parcel", column)
        return np.where(moments < self._cut, moments, UNKNOWN)

    @cached_property
    def is_spoilt(self) -> Flags:
        abnormal = self._marked(self.parcel_case[self.column("parcel", "trace_abnormal")])
        spoilt: Flags = abnormal | self.order("fraud_shipping")
        return spoilt

    @cached_property
    def dispatched(self) -> Ints:
        """The hand-over; where only a later sign of it is known, that sign."""
        shipped, picked_up = self.order_moments("shipped_at"), self.order_moments("picked_up_at")
        later = np.where(picked_up != UNKNOWN, picked_up, self.order_moments("delivered_at"))
        return np.where(shipped != UNKNOWN, shipped, later)

    @cached_property
    def is_cancelled_before_dispatch(self) -> Flags:
        cancelled = self.order_moments("cancelled_at")
        before: Flags = (cancelled != UNKNOWN) & ((self.dispatched == UNKNOWN) | (cancelled < self.dispatched))
        return before

    @cached_property
    def rated(self) -> Rated:
        rows = (self.column("review", "stars") > 0) & self.column("review", "counts")
        cases, stars = self.column("review", "case")[rows], self.column("review", "stars")[rows]
        total = np.bincount(cases, weights=stars, minlength=self.count).astype(np.int64)
        return Rated(total, np.bincount(cases, minlength=self.count))

    @cached_property
    def first_after_sale(self) -> Ints:
        """The row of each case's first after-sale by `applied_at`, -1 where it has none."""
        return self._first("after_sale", "applied_at", np.ones(len(self.rows("after_sale")), np.bool_))

    @cached_property
    def first_rating(self) -> Ints:
        """The row of each case's first review that gave stars and counts, -1 where it has none."""
        return self._first(
            "review", "created_at", (self.column("review", "first_stars") > 0) & self.column("review", "counts")
        )

    def _first(self, name: str, moment: str, rows: Flags) -> Ints:
        """The row of the earliest of these records in each case; unknown moments come last, then the id decides."""
        chosen = np.flatnonzero(rows)
        cases = self.column(name, "case")[chosen]
        moments = self.moments(name, moment)[chosen]
        moments[moments == UNKNOWN] = _LATEST
        order = np.lexsort((moments, cases))
        chosen, cases, moments = chosen[order], cases[order], moments[order]
        first, earliest = np.full(self.count, -1), np.full(self.count, UNKNOWN)
        first[cases[::-1]], earliest[cases[::-1]] = chosen[::-1], moments[::-1]
        tied = np.flatnonzero((cases[1:] == cases[:-1]) & (moments[1:] == moments[:-1]))
        ids = self.column(name, "id")
        for at in tied[moments[tied] == earliest[cases[tied]]].tolist():
            case = int(cases[at])
            first[case] = min(int(first[case]), int(chosen[at + 1]), key=ids.__getitem__)
        return first

    @cached_property
    def is_arbitrated(self) -> Flags:
        """After-sales whose arbitration had been opened, so far as is known."""
        arbitrated: Flags = self.column("after_sale", "is_arbitrated")
        return arbitrated & (self.column("after_sale", "arbitration_opened_at") < self._cut)

    def latest(self, moments: Mapping[str, Ints]) -> Ints:
        """By case the last of the moments of its records of several kinds."""
        found = np.full(self.count, UNKNOWN)
        for name, own in moments.items():
            np.maximum.at(found, self.column(name, "case"), own)
        return found


@cache
def _no_rows() -> dict[str, Sheet]:
    """The sheets of a subject of whom nothing is known."""
    return Puller().pull({KINDS[kind]: () for kind in CASE_KINDS})
