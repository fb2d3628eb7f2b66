"""The ledger rolled forward, against sums taken the plain way over each case's contributions."""

import datetime as dt
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from shared_scoring.decode import decode_record
from shared_scoring.drop_outs import cases_leaving, drop_outs
from shared_scoring.history import History
from shared_scoring.measures import HITS
from shared_scoring.pack import Indicator, Pack, bundled
from shared_scoring.response import own_sums
from shared_scoring.sums import Sums
from tests.unit.strategies import examples, shops

Summed = tuple[Fraction, int, float | None]
Counted = list[tuple[str, int, Fraction, int]]
"""(series, day, numerator, denominator) of every case."""


def plain(
    pack: Pack, indicator: Indicator, counted: Counted, first: int, last: int
) -> tuple[Fraction, int, float | None]:
    """Numerator, denominator and value over the days `first`..`last`, one contribution after the other."""
    definition = indicator.definition
    of_hits = definition.measure in HITS
    top, bottom, weighed_top, weighed_bottom = Fraction(0), 0, 0.0, 0.0
    for series, day, numerator, denominator in counted:
        if not first <= day <= last:
            continue
        weight = 1.0 if pack.half_life_days is None else 0.5 ** ((last - day) / pack.half_life_days)
        if series == definition.series:
            top += numerator
            weighed_top += weight * float(numerator)
        if series == (definition.whole.series if of_hits else definition.series):
            bottom += denominator
            weighed_bottom += weight * denominator
    return top, bottom, weighed_top / weighed_bottom if bottom else None


@pytest.mark.parametrize("pack", bundled().values(), ids=list(bundled()))
def test_each_day_ahead_is_what_is_left_of_today(pack):
    @examples(25)
    @given(shops())
    def check(made: tuple[dt.date, list[dict[str, Any]]]) -> None:
        day, records = made
        as_of = day.toordinal()
        history = History(decode_record(json.dumps(one).encode()) for one in records)
        calendar = history.viewpoint().calendar
        known, cases = history.known(as_of)
        states = {name: pack.plan.contributions(case, calendar) for name, case in cases.items()}
        sums = Sums(row for state in states.values() for row in state.items())
        counted = [
            (series, when, Fraction(top, parts), bottom)
            for state in states.values()
            for (series, when, parts), (top, bottom) in state.items()
        ]
        found = drop_outs(pack, as_of, 40, sums, known, calendar)
        leaving = list(cases_leaving(pack, as_of, 40, own_sums(pack, sums, as_of), states.items()))
        assert [one.key for one in leaving] == sorted({one.key for one in leaving})
        for indicator in pack.indicators:
            days = indicator.window_days or pack.window_days
            for ahead, one in enumerate(found.indicators[indicator.key], start=1):
                top, bottom, value = plain(pack, indicator, counted, as_of + ahead - days, as_of - 1)
                assert (one.numerator, one.denominator) == (float(top), bottom)
                assert one.value == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12))
                gone = [
                    part
                    for case in leaving
                    if case.date == one.date
                    for part in case.leaving
                    if part.indicator == indicator.key
                ]
                assert sum(part.denominator for part in gone) == one.left_denominator
                assert sum(part.numerator for part in gone) == pytest.approx(one.left_numerator, abs=1e-9)
                for part in gone:
                    assert not part.bad or (part.change > 0) == (indicator.better == "higher")

    check()
