"""What cases add to the ledger: written beside the cases themselves, so that it can be taken out again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import psycopg

from server.db.bulk import Staging
from shared_scoring.ledger import Contribution

_CASES = Staging(
    "staged_cases",
    {"case_id": "text", "contributions": "text", "last_day": "date"},
    """
    INSERT INTO cases (subject_id, case_id, contributions, last_day)
    SELECT current_setting('koubei.subject'), case_id, contributions::json, last_day FROM staged
    ON CONFLICT (subject_id, case_id) DO UPDATE
    SET contributions = excluded.contributions, last_day = excluded.last_day
    """,
)
_LEDGER = Staging(
    "staged_ledger",
    {"series": "text", "day": "date", "known_on": "date", "parts": "int8", "numerator": "int8", "denominator": "int8"},
    """
    INSERT INTO ledger AS own (subject_id, series, day, known_on, parts, numerator, denominator)
    SELECT current_setting('koubei.subject'), series, day, known_on, parts, numerator, denominator FROM staged
    ON CONFLICT (subject_id, series, day, known_on, parts) DO UPDATE
    SET numerator = own.numerator + excluded.numerator, denominator = own.denominator + excluded.denominator
    """,
)


def write_contributions(
    raw: psycopg.Connection[Any], old: Mapping[str, list[Contribution]], new: Mapping[str, list[Contribution]]
) -> bool:
    """Bring cases and ledger from what the cases of `new` added before to what they add now; True if any moved."""
    moved: defaultdict[tuple[str, int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    changed = {case: rows for case, rows in new.items() if rows != old.get(case, [])}
    for case, rows in changed.items():
        for sign, contributions in ((-1, old.get(case, ())), (1, rows)):
            for one in contributions:
                sums = moved[one.series, one.day, one.known_on, one.parts]
                sums[0] += sign * one.numerator
                sums[1] += sign * one.denominator
    _CASES.write(raw, ((case, msgspec.json.encode(rows).decode(), _last_day(rows)) for case, rows in changed.items()))
    _LEDGER.write(
        raw,
        (
            (series, dt.date.fromordinal(day), dt.date.fromordinal(known_on), parts, numerator, denominator)
            for (series, day, known_on, parts), (numerator, denominator) in moved.items()
            if numerator or denominator
        ),
    )
    return bool(changed)


def _last_day(rows: Sequence[Contribution]) -> dt.date | None:
    last = max((one.day for one in rows), default=None)
    return None if last is None else dt.date.fromordinal(last)
