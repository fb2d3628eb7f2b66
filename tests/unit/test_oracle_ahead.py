"""The drop-out calendar and the standing of a record equal the oracle's, which only knows how to count a window."""

import datetime as dt
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.case import case_id
from shared_scoring.case_view import CaseView
from shared_scoring.decode import decode_record
from shared_scoring.drop_outs import drop_outs
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.standing import standing
from shared_scoring.sums import Sums
from tests.oracle import score as oracle
from tests.oracle.known import Known
from tests.oracle.shop import shop_sums
from tests.unit.strategies import Fields, examples, shops

NEWEST = bundled()["douyin-shop/2026-09-08"]
CASES = ("order", "review", "after_sale", "chat", "platform_help")


class Ahead(Known):
    """What was known on a day, seen from some days later: the window moves on and nothing new happens."""

    def __init__(self, records: list[Fields], day: dt.date, more: int) -> None:
        super().__init__(records, day)
        self.more = dt.timedelta(more)

    def within(self, text: str | None, days: int) -> bool:
        since = self.day + self.more - dt.timedelta(days)
        return text is not None and since <= self.local_day(text) < self.day


def history_of(records: list[Fields]) -> History:
    return History(decode_record(json.dumps(one).encode()) for one in records)


@examples(60)
@given(shops(), st.integers(1, 30))
def test_the_calendar_is_the_window_moved_on(shop: tuple[dt.date, list[Fields]], more: int) -> None:
    day, records = shop
    history = history_of(records)
    calendar = history.viewpoint().calendar
    known, cases = history.known(day.toordinal())
    sums = Sums(row for case in cases.values() for row in NEWEST.plan.contributions(case, calendar).items())
    found = drop_outs(NEWEST, day.toordinal(), 30, sums, known, calendar)
    ahead = Ahead(records, day, more)
    expected = shop_sums(ahead)
    for key, days in found.indicators.items():
        one = days[more - 1]
        assert one.date == str(day + dt.timedelta(more))
        assert (one.numerator, one.denominator) == (pytest.approx(float(expected[key][0])), expected[key][1]), key
    last = found.days[more - 1]
    assert last.valid_orders == len(oracle.paid_in_window(ahead))
    assert last.deduction == sum(points for _, points in oracle.deductions(ahead).values())


@examples(80)
@given(shops(), st.data())
def test_a_record_counts_by_what_its_absence_would_change(shop: tuple[dt.date, list[Fields]], data: Any) -> None:
    """With an order goes what hangs on it. A later question that stands for an earlier one is looked at elsewhere."""
    day, records = shop
    keys = [(one["kind"], one["id"]) for one in records if one["kind"] in CASES]
    if not keys:
        return
    kind, id_ = data.draw(st.sampled_from(keys))
    history = history_of(records)
    told = [one for one in history if one.merged is not None and case_id(one.merged) is not None]
    own = next(one for one in told if type(one.merged).__struct_config__.tag == kind and one.merged.id == id_)
    case = [one for one in told if case_id(one.merged) == case_id(own.merged)]
    found = standing(NEWEST, day.toordinal(), CaseView(case, day.toordinal(), history.viewpoint()), (kind, id_))
    gone = {(kind, id_)}
    if kind == "order":
        gone |= {(type(one.merged).__struct_config__.tag, one.merged.id) for one in case}
    rest = [one for one in records if (one["kind"], one["id"]) not in gone]
    before, after = shop_sums(Known(records, day)), shop_sums(Known(rest, day))
    for indicator in NEWEST.indicators:
        key = indicator.key
        places = [one for one in found.places if one.indicator == key and one.counts]
        top, bottom = before[key][0] - after[key][0], before[key][1] - after[key][1]
        added = (
            sum((Fraction(one.numerator or 0) for one in places), Fraction()),
            sum(one.denominator or 0 for one in places),
        )
        if key == "service.help_rate" or top < 0 or bottom < 0:
            continue
        assert (float(added[0]), added[1]) == (pytest.approx(float(top)), bottom), key
        assert not (top or bottom) or found.counts
