"""What is known of a subject besides its cases: its profile, official days, conduct and switches."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared_scoring.calendar import day_of
from shared_scoring.pack import Pack
from shared_scoring.records import Conduct, Official, Record, ServiceSwitch, Subject

FACT_KINDS = ("subject", "official", "conduct", "service_switch")


@dataclass(slots=True)
class Facts:
    """As known at one moment. `officials` is keyed by day ordinal."""

    subject: Subject | None = None
    officials: dict[int, Official] = field(default_factory=dict)
    conducts: list[Conduct] = field(default_factory=list)
    switches: list[ServiceSwitch] = field(default_factory=list)

    def newest_official(self, before: int, pack: Pack | None = None) -> tuple[int, Official] | None:
        """The last official day before a day; with a pack, the last one that fell in its time."""
        days = (day for day in self.officials if day < before and (pack is None or in_force(pack, day)))
        day = max(days, default=None)
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
    return found
