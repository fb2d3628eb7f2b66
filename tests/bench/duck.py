"""The indicators of douyin-shop/2026-09-08 by DuckDB from the same file: a second opinion, and a clock to race.

`duck.sql` knows what the generated shop holds and no more: one subject, China's clock, no `clear`, words that only get
newer.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import msgspec

Counted = dict[str, tuple[str, int]]
"""By indicator the numerator, a fraction as text, and the denominator."""


def indicators(path: str, as_of: str) -> Counted:
    """Those of the 30 days before `as_of`."""
    with duckdb.connect() as db:
        db.execute("SET VARIABLE path = ?::VARCHAR", [path])
        db.execute("SET VARIABLE cut = ?::TIMESTAMP", [as_of])
        rows = db.execute(Path(__file__).with_suffix(".sql").read_text()).fetchall()
    tops: defaultdict[str, Fraction] = defaultdict(Fraction)
    bottoms: defaultdict[str, int] = defaultdict(int)
    for key, parts, numerator, denominator in rows:
        tops[key] += Fraction(int(numerator or 0), parts)
        bottoms[key] += int(denominator or 0)
    return {key: (str(top), bottoms[key]) for key, top in tops.items()}


def differences(counted: Mapping[str, tuple[str, int]], scored: Mapping[str, Any]) -> list[str]:
    """The indicators on which `koubei score` and DuckDB do not agree to the last digit."""
    told = {key: (one["numerator"], one["denominator"]) for key, one in scored.items()}
    own = {key: (float(Fraction(top)), bottom) for key, (top, bottom) in counted.items()}
    return sorted(key for key in told.keys() | own.keys() if told.get(key) != own.get(key))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(indicators(sys.argv[1], sys.argv[2])))
