"""What the platform showed last: the newest official total, and how it moved since the one before."""

from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.facts import Facts


class ShownTotal(Struct, frozen=True):
    """The newest official total and its day; `change` since the official day before it, `since`, if there is one."""

    date: str
    total: float
    since: str | None
    change: float | None


def shown_days(known: Facts, as_of: int) -> list[int]:
    """The official days up to the day that show a total, the newest first."""
    return sorted(
        (day for day, page in known.officials.items() if day <= as_of and page.total is not None), reverse=True
    )


def shown_total(known: Facts, as_of: int) -> ShownTotal | None:
    """None where no official total is known."""
    newest = [
        (iso(day), total) for day in shown_days(known, as_of)[:2] if (total := known.officials[day].total) is not None
    ]
    if not newest:
        return None
    date, total = newest[0]
    since, before = newest[1] if len(newest) > 1 else (None, None)
    return ShownTotal(date, total, since, None if before is None else total - before)
