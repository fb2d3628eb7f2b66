"""Times and chance shared by the generator's streams: everything is drawn from a seed, nothing from a clock."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final, TypeVar

SHANGHAI: Final = timezone(timedelta(hours=8))
PROMISES: Final = frozenset({"ship_by", "deliver_by", "audit_by"})
Record = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Season:
    """The span that is played. `end` is the first instant nobody has seen yet: `last_day` 00:00 in Shanghai."""

    seed: int
    last_day: date
    days: int
    orders_per_day: int

    @property
    def end(self) -> datetime:
        return midnight(self.last_day)

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days)

    def day(self, before_last: int) -> date:
        return self.last_day - timedelta(days=before_last)

    def is_promotion(self, day: date) -> bool:
        """Three days, eleven to thirteen days before the last: their late parcels and reviews are in the window."""
        return 11 <= (self.last_day - day).days <= 13

    def chance(self, stream: str) -> random.Random:
        """One independent stream of chance per purpose, so that a change in one leaves the others as they were."""
        return random.Random(f"{self.seed}/{stream}")  # noqa: S311 - an invented shop must repeat itself; nothing secret


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def day_end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def at(day: date, hour: float) -> datetime:
    """`hour` may be fractional and may run past midnight; whole seconds, as pages show them."""
    return midnight(day) + timedelta(seconds=int(hour * 3600))


def later(moment: datetime, hours: float) -> datetime:
    return moment + timedelta(seconds=int(hours * 3600))


def pick(chance: random.Random, things: Sequence[T], weights: Sequence[float]) -> T:
    return chance.choices(things, weights)[0]


def known(record: Record, end: datetime) -> Record:
    """What is known before `end`: later moments are dropped, promises stay, empty fields go."""

    def value(key: str, item: Any) -> Any:
        if isinstance(item, datetime):
            return item if key in PROMISES or item < end else None
        if isinstance(item, dict):
            return known(item, end)
        if isinstance(item, list):
            return [known(entry, end) if isinstance(entry, dict) else entry for entry in item]
        return item

    kept = {key: value(key, item) for key, item in record.items()}
    return {key: item for key, item in kept.items() if item is not None and item not in ({}, [])}


def wire(record: Record) -> Record:
    """The same record as JSON types: moments as RFC 3339 with Shanghai's offset."""

    def value(item: Any) -> Any:
        if isinstance(item, datetime):
            return item.astimezone(SHANGHAI).isoformat(timespec="seconds")
        if isinstance(item, dict):
            return wire(item)
        if isinstance(item, list):
            return [value(entry) for entry in item]
        return item

    return {key: value(item) for key, item in record.items()}


def moments(record: Record) -> list[datetime]:
    """Every moment of a record at which something happened, promises aside; those of its parts too."""
    found = [item for key, item in record.items() if isinstance(item, datetime) and key not in PROMISES]
    parts = [item for item in record.values() if isinstance(item, dict)]
    parts += [entry for item in record.values() if isinstance(item, list) for entry in item if isinstance(entry, dict)]
    return found + [moment for part in parts for moment in moments(part)]


def last_moment(record: Record) -> datetime | None:
    """The newest event of a record, which is when a page last changed it."""
    return max(moments(record), default=None)
