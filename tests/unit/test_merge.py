"""Merging and the as-of view against the oracle, record by record; and what may not matter to either."""

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.calendar import Calendar
from shared_scoring.copies import Copies
from shared_scoring.decode import decode_record
from shared_scoring.merge import Told, merge
from shared_scoring.records import Record
from tests.oracle.known import begin, merged, seen
from tests.unit.strategies import HANGING, PLACES, Fields, copies_of, examples

KINDS = ["order", "review", "after_sale", "chat", "platform_help", "conduct", "service_switch"]
ABOUT_THE_COPY = ("subject_id", "seen_at", "updated_at", "clear")
ORDER = {"kind": "order", "id": "1"}


def record_of(fields: Fields) -> Record:
    return decode_record(json.dumps(fields).encode())


def facts(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    names = [name for name in record.__struct_fields__ if name not in ABOUT_THE_COPY]
    return {name: getattr(record, name) for name in names}


@st.composite
def one_record(draw: st.DrawFn) -> tuple[ZoneInfo, dt.date, list[Fields]]:
    """Copies of one record, with a zone and a day near their moments."""
    zone, day = draw(st.sampled_from(PLACES))
    kind = draw(st.sampled_from(KINDS))
    copies = draw(st.lists(copies_of(zone, day)[kind], min_size=1, max_size=6))
    for copy in copies:
        copy["id"] = "1"
        if kind in HANGING:
            copy["order_id"] = "7"
    return ZoneInfo(zone or "Asia/Shanghai"), day, copies


@examples(300)
@given(one_record())
def test_merging(drawn: tuple[ZoneInfo, dt.date, list[Fields]]) -> None:
    _, _, copies = drawn
    assert facts(merge([record_of(copy) for copy in copies])) == facts(record_of(merged(copies)))


@examples(300)
@given(one_record(), st.data())
def test_merging_knows_no_order_and_no_repeats(
    drawn: tuple[ZoneInfo, dt.date, list[Fields]], data: st.DataObject
) -> None:
    records = [record_of(copy) for copy in drawn[2]]
    shuffled = data.draw(st.permutations(records)) + data.draw(st.lists(st.sampled_from(records), max_size=2))
    told = Told.of(records[:1])
    for record in shuffled:
        told = told.with_copy(record)
    assert facts(told.merged) == facts(merge(records))


@examples(400)
@given(one_record(), st.integers(-32, 3))
def test_what_was_known_on_a_day(drawn: tuple[ZoneInfo, dt.date, list[Fields]], back: int) -> None:
    zone, day, copies = drawn
    as_of = day + dt.timedelta(back)
    calendar = Calendar(zone.key)
    view = Copies(Told.of([record_of(copy) for copy in copies]), calendar).view(as_of.toordinal())
    expected = seen(copies, begin(as_of, zone))
    assert facts(view) == (
        None if expected is None else facts(record_of({"kind": copies[0]["kind"], "id": "1"} | expected))
    )


def at(day: int, hour: int = 12) -> str:
    return f"2026-11-{day:02}T{hour:02}:00:00+08:00"


# copies → the merged fields, each as the specification's sentence has it
SENTENCES: list[tuple[list[Fields], Fields]] = [
    ([{"amount": 1, "seen_at": at(2)}, {"amount": 2, "seen_at": at(1)}], {"amount": 1}),
    ([{"amount": 1, "seen_at": at(2)}, {"freight": 5, "seen_at": at(3)}], {"amount": 1, "freight": 5}),
    ([{"amount": 1, "seen_at": at(9), "updated_at": at(1)}, {"amount": 2, "seen_at": at(2)}], {"amount": 2}),
    ([{"amount": 1}, {"amount": 2, "seen_at": at(1)}], {"amount": 2}),
    ([{"amount": 10}, {"amount": 9}], {"amount": 9}),
    ([{"amount": 1, "seen_at": at(1)}, {"clear": ["amount"], "seen_at": at(2)}], {}),
    ([{"amount": 1, "seen_at": at(3)}, {"clear": ["amount"], "seen_at": at(2)}], {"amount": 1}),
    ([{"amount": 1, "seen_at": at(1)}, {"amount": None, "seen_at": at(2)}], {"amount": 1}),
    (
        [{"services": ["qic", "next_day"], "seen_at": at(1)}, {"services": ["install"], "seen_at": at(2)}],
        {"services": ["install"]},
    ),
    (
        [
            {"region": {"province": "浙江", "city": "杭州"}, "seen_at": at(1)},
            {"region": {"city": "宁波"}, "seen_at": at(2)},
        ],
        {"region": {"city": "宁波"}},
    ),
    (
        [{"amount": 1, "seen_at": "2026-11-02T00:30:00+08:00"}, {"amount": 2, "seen_at": "2026-11-01T17:00:00Z"}],
        {"amount": 2},
    ),
]


@pytest.mark.parametrize(("copies", "expected"), SENTENCES)
def test_sentences_of_the_specification(copies: list[Fields], expected: Fields) -> None:
    for ordered in (copies, copies[::-1]):
        assert facts(merge([record_of(ORDER | copy) for copy in ordered])) == facts(record_of(ORDER | expected))
        assert merged([ORDER | copy for copy in ordered]) == ORDER | expected


def test_a_deadline_ahead_is_known_and_an_event_ahead_is_not() -> None:
    order = ORDER | {
        "deliver_by": at(9),
        "delivered_at": at(9),
        "waybills": [{"deliver_by": at(9), "delivered_at": at(9)}],
    }
    view = Copies(Told.of([record_of(order)]), Calendar()).view(dt.date(2026, 11, 9).toordinal())
    assert facts(view) == facts(record_of(ORDER | {"deliver_by": at(9), "waybills": [{"deliver_by": at(9)}]}))
