"""What the vocabulary of cohorts and measures reads of each kind of record, pulled out of many records at once.

A sheet is a dict of columns of one length. A new word of `cohorts.py` or `measures.py` that reads another field adds it
here. This runs for every record of a file: a comprehension over one named attribute is the fastest road there is.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from shared_scoring.columns.moments import SECOND, Flags, Ints, micros, micros_of_span
from shared_scoring.records import AfterSale, Chat, Order, PlatformHelp, Record, Review, Waybill

Column = npt.NDArray[Any]
Sheet = dict[str, Column]
Codes = npt.NDArray[np.int32]


class Words:
    """Small numbers for words, or for lists of words, as they are met. None is 0."""

    def __init__(self) -> None:
        self.numbers: defaultdict[Hashable, int] = defaultdict(count().__next__)
        self.numbers[None]

    def __len__(self) -> int:
        return len(self.numbers)

    def numbers_where(self, is_wanted: Callable[[Any], bool]) -> Codes:
        """The numbers of the words met so far that are wanted."""
        return _codes([code for word, code in self.numbers.items() if word is not None and is_wanted(word)])


Moments = list[dt.datetime | None]


class Puller:
    """Pulls sheets; keeps the numbers of the words in them. `orders` numbers the orders named, `words` all else."""

    def __init__(self) -> None:
        self.orders = Words()
        self.words = Words()
        self._waiting: list[tuple[Sheet, tuple[str, ...], Moments]] = []

    def pull(self, records: Mapping[type[Record], Sequence[Any]]) -> dict[str, Sheet]:
        """The sheets of case records by kind, and of what is nested in them, whose `row` is their record's place."""
        sheets: dict[str, Sheet] = {}
        for kind, own in records.items():
            sheets |= _PULLED[kind](self, own)
        self._read_moments()
        return sheets

    def _times(self, sheet: Sheet, names: tuple[str, ...], moments: Moments) -> Sheet:
        """The sheet, which will have columns of these moments, listed record by record."""
        self._waiting.append((sheet, names, moments))
        return sheet

    def _read_moments(self) -> None:
        """All at once: numpy asks for its time at every call."""
        everything = micros(*(moments for _, _, moments in self._waiting))
        start = 0
        for sheet, names, moments in self._waiting:
            table = everything[start : start + len(moments)].reshape(-1, len(names))
            sheet.update(zip(names, np.ascontiguousarray(table.T), strict=True))
            start += len(moments)
        self._waiting = []

    def order(self, orders: Sequence[Order]) -> dict[str, Sheet]:
        cases, words = self.orders.numbers, self.words.numbers
        moments: Moments = []
        for one in orders:
            moments += (one.created_at, one.paid_at, one.ship_by, one.shipped_at)
            moments += (one.picked_up_at, one.delivered_at, one.cancelled_at, one.deliver_by)
        names = ("created_at", "paid_at", "ship_by", "shipped_at", "picked_up_at", "delivered_at", "cancelled_at")
        has_waybills = _flags([bool(one.waybills) for one in orders])
        sheet = {
            "case": _codes([cases[one.id] for one in orders]),
            "cancelled_by": _codes([words[one.cancelled_by] for one in orders]),
            "services": _codes([words[tuple(one.services) if one.services else None] for one in orders]),
            "presale": _flags([one.presale is True for one in orders]),
            "excluded": _flags([bool(one.excluded) for one in orders]),
            "fraud_shipping": _flags([one.fraud_shipping is True for one in orders]),
            "has_waybills": has_waybills,
        }
        sheets = {
            "order": self._times(sheet, (*names, "deliver_by"), moments),
            "parcel": self._parcels(has_waybills, [one.waybills for one in orders if one.waybills]),
        }
        lines = [one.lines for one in orders if one.lines]
        creators = [line.creator_id for own in lines for line in own]
        if any(creators) or not orders:
            has_lines = _flags([bool(one.lines) for one in orders])
            sheets["line"] = {"row": _rows(has_lines, lines), "creator_id": _codes([words[one] for one in creators])}
        return sheets

    def _parcels(self, has_waybills: Flags, waybills: Sequence[Sequence[Waybill]]) -> Sheet:
        moments: Moments = []
        for own in waybills:
            for one in own:
                moments += (one.deliver_by, one.delivered_at)
        sheet = {
            "row": _rows(has_waybills, waybills),
            "trace_abnormal": _flags([one.trace_abnormal is True for own in waybills for one in own]),
            "has_id": _flags([one.id is not None for own in waybills for one in own]),
        }
        return self._times(sheet, ("deliver_by", "delivered_at"), moments)

    def review(self, reviews: Sequence[Review]) -> dict[str, Sheet]:
        stars = _small([one.stars or 0 for one in reviews])
        sheet: Sheet = {
            "case": self._cases([one.order_id for one in reviews]),
            "id": np.array([one.id for one in reviews], object),
            "stars": stars,
            "first_stars": stars,
            "logistics_stars": _small([one.logistics_stars or 0 for one in reviews]),
            "service_stars": _small([one.service_stars or 0 for one in reviews]),
            "counts": _flags([one.counts is not False for one in reviews]),
        }
        return {"review": self._times(sheet, ("created_at",), [one.created_at for one in reviews])}

    def after_sale(self, after_sales: Sequence[AfterSale]) -> dict[str, Sheet]:
        words = self.words.numbers
        arbitrations = [one.arbitration for one in after_sales]
        moments: Moments = []
        for one in after_sales:
            moments += (one.applied_at, one.agreed_at, one.return_received_at, one.confirmed_at, one.refunded_at)
            moments.append(None if one.arbitration is None else one.arbitration.opened_at)
        names = ("applied_at", "agreed_at", "return_received_at", "confirmed_at", "refunded_at")
        sheet: Sheet = {
            "case": self._cases([one.order_id for one in after_sales]),
            "id": np.array([one.id for one in after_sales], object),
            "type": _codes([words[one.type] for one in after_sales]),
            "handled_by": _codes([words[one.handled_by] for one in after_sales]),
            "reason": _codes([words[one.reason and one.reason.class_] for one in after_sales]),
            "ruling": _flags([bool(one.ruling) for one in after_sales]),
            "exempt": _flags([one.exempt is True for one in after_sales]),
            "is_arbitrated": _flags([one is not None for one in arbitrations]),
            "blame": _codes([words[one and one.blame] for one in arbitrations]),
        }
        return {"after_sale": self._times(sheet, (*names, "arbitration_opened_at"), moments)}

    def chat(self, chats: Sequence[Chat]) -> dict[str, Sheet]:
        replies = [one.reply_seconds for one in chats]
        sheet: Sheet = {
            "case": self._cases([one.order_id for one in chats]),
            "rounds": np.fromiter([one.rounds or 0 for one in chats], np.int64, len(chats)),
            "unanswered_rounds": np.fromiter([one.unanswered_rounds or 0 for one in chats], np.int64, len(chats)),
            "stars": _small([one.stars or 0 for one in chats]),
            "has_reply_seconds": _flags([one is not None for one in replies]),
            "reply_micros": np.fromiter([_span(one) for one in replies], np.int64, len(chats)),
        }
        return {"chat": self._times(sheet, ("started_at",), [one.started_at for one in chats])}

    def platform_help(self, helps: Sequence[PlatformHelp]) -> dict[str, Sheet]:
        sheet: Sheet = {
            "case": self._cases([one.order_id for one in helps]),
            "via": _codes([self.words.numbers[one.via] for one in helps]),
            "same_issue_as_chat": _flags([one.same_issue_as_chat is True for one in helps]),
        }
        return {"platform_help": self._times(sheet, ("opened_at",), [one.opened_at for one in helps])}

    def _cases(self, order_ids: Sequence[str | None]) -> Codes:
        numbers = self.orders.numbers
        return _codes([numbers[id_] for id_ in order_ids])


_PULLED: dict[type[Record], Callable[[Puller, Sequence[Any]], dict[str, Sheet]]] = {
    Order: Puller.order,
    Review: Puller.review,
    AfterSale: Puller.after_sale,
    Chat: Puller.chat,
    PlatformHelp: Puller.platform_help,
}


def _rows(has_some: Flags, lists: Sequence[Sequence[Any]]) -> Ints:
    """The row of each member of the lists, which belong to the rows that have some."""
    return np.repeat(np.flatnonzero(has_some), [len(one) for one in lists])


def _flags(values: list[bool]) -> Flags:
    return np.frombuffer(bytes(values), np.bool_)


def _small(values: list[int]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(bytes(values), np.uint8)


def _codes(values: list[int]) -> Codes:
    return np.fromiter(values, np.int32, len(values))


def _span(seconds: float | None) -> int:
    """Seconds as whole microseconds, 0 where not known."""
    if not isinstance(seconds, float):
        return (seconds or 0) * SECOND
    return micros_of_span(dt.timedelta(seconds=seconds))
