"""All copies of all records of one subject, as a file or a table holds them."""

from collections.abc import Iterable, Iterator, Sequence

from shared_scoring.calendar import DEFAULT_ZONE, Calendar
from shared_scoring.copies import Copies
from shared_scoring.merge import merge, same_facts
from shared_scoring.records import Record, Subject, kind_of


def add_copy(copies: Sequence[Record], copy: Record) -> tuple[list[Record], bool]:
    """The copies with one more, and whether it changed what they say together. A repeat is not kept twice."""
    if copy in copies:
        return list(copies), False
    after = [*copies, copy]
    return after, not copies or not same_facts(merge(copies), merge(after))


class History:
    """Copies by kind and id. The answer to any question depends on the set of copies, not on their order."""

    def __init__(self, copies: Iterable[Record] = ()) -> None:
        self._copies: dict[tuple[str, str], list[Record]] = {}
        for copy in copies:
            self.add(copy)

    def add(self, copy: Record) -> bool:
        """Take one copy in; True where it changed something."""
        key = (kind_of(copy), copy.id)
        known = self._copies.get(key)
        if known is None:
            self._copies[key] = [copy]
            return True
        self._copies[key], changed = add_copy(known, copy)
        return changed

    def __iter__(self) -> Iterator[list[Record]]:
        return iter(self._copies.values())

    def __len__(self) -> int:
        return len(self._copies)

    def subject(self) -> Subject | None:
        """The subject's own record, merged. None where the copies hold none."""
        for (kind, _), copies in self._copies.items():
            if kind == "subject":
                merged = merge(copies)
                return merged if isinstance(merged, Subject) else None
        return None

    def calendar(self) -> Calendar:
        subject = self.subject()
        return Calendar((subject.time_zone if subject else None) or DEFAULT_ZONE)

    def as_of(self, day: int, calendar: Calendar) -> Iterator[Record]:
        """Every record that existed before the day, as it was known then."""
        for copies in self._copies.values():
            if (record := Copies(copies, calendar).view(day)) is not None:
                yield record
