"""What is known of a subject besides its cases: its profile, official days, conduct and switches."""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from shared_scoring.calendar import day_of
from shared_scoring.pack import Pack
from shared_scoring.records import Conduct, Official, Product, ProductDay, Record, ServiceSwitch, Subject

if TYPE_CHECKING:
    from shared_scoring.own_days import OwnDays

FACT_KINDS = ("subject", "official", "conduct", "service_switch")
"""Those that every question needs; a product's are read where its gate is asked for."""


Answer = TypeVar("Answer")


@dataclass(slots=True)
class Facts:
    """As known at one moment. `officials` is keyed by day ordinal.

    `products` and `product_days` are keyed by the product; of its days the newest is kept, with its ordinal.
    `own_days` tells what the own records counted on past days, where the ledger can still say it.
    """

    subject: Subject | None = None
    officials: dict[int, Official] = field(default_factory=dict)
    conducts: list[Conduct] = field(default_factory=list)
    switches: list[ServiceSwitch] = field(default_factory=list)
    products: dict[str, Product] = field(default_factory=dict)
    product_days: dict[str, tuple[int, ProductDay]] = field(default_factory=dict)
    own_days: "OwnDays | None" = field(default=None, repr=False, compare=False)
    _found: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """What is worked out from these facts alone, worked out once. Ask only when all facts are in."""
        if key not in self._found:
            self._found[key] = work_out()
        answer: Answer = self._found[key]
        return answer

    def of_time(self, pack: Pack) -> list[tuple[int, Official]]:
        """The official days that fell in a pack's time, newest first."""
        days = sorted(self.officials, reverse=True)
        return self.once(
            ("of_time", pack.id), lambda: [(day, self.officials[day]) for day in days if in_force(pack, day)]
        )

    def newest_official(self, before: int, pack: Pack | None = None) -> tuple[int, Official] | None:
        """The last official day before a day; with a pack, the last one that fell in its time."""
        if pack is not None:
            return next(((day, page) for day, page in self.of_time(pack) if day < before), None)
        day = max((day for day in self.officials if day < before), default=None)
        return None if day is None else (day, self.officials[day])


def in_force(pack: Pack, day: int) -> bool:
    return pack.is_in_force(dt.date.fromordinal(day))


def facts(records: Iterable[Record]) -> Facts:
    """The facts among records that were merged as of one day."""
    found = Facts()
    for record in records:
        match record:
            case Subject():
                found.subject = record
            case Official():
                found.officials[day_of(record.id)] = record
            case Conduct():
                found.conducts.append(record)
            case ServiceSwitch():
                found.switches.append(record)
            case Product():
                found.products[record.id] = record
            case ProductDay() if record.product_id is not None and record.date is not None:
                page = record.date.toordinal(), record
                known = found.product_days.get(record.product_id, page)
                found.product_days[record.product_id] = max(page, known, key=lambda one: (one[0], one[1].id))
    return found
