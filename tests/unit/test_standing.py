"""Where a record counts is what the score loses without it; the codes name why it is missing."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given

from shared_scoring.case import case_id
from shared_scoring.case_view import CaseView
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.standing import Standing, standing
from shared_scoring.viewpoint import Viewpoint
from shared_scoring.why_not import concerns
from tests.unit.strategies import examples, shops

PACK = bundled()["douyin-shop/2026-09-08"]
DAY = dt.date(2026, 11, 6).toordinal()
ORDER = {
    "kind": "order",
    "id": "1",
    "paid_at": "2026-11-01T10:00:00+08:00",
    "delivered_at": "2026-11-03T10:00:00+08:00",
}


def told(*records: dict[str, Any]) -> dict[tuple[str, str], Standing]:
    """The standing of each record of one case, by kind and id."""
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    view = CaseView(list(history), DAY, history.viewpoint())
    return {key: standing(PACK, DAY, view, key) for key in view.records}


def of(kind: str, id_: str = "9", **fields: Any) -> dict[str, Any]:
    order = {} if kind == "order" else {"order_id": "1"}
    return {"kind": kind, "id": id_, **order, **fields}


def why(found: Standing) -> dict[str, str | None]:
    return {place.indicator: place.why_not for place in found.places}


def at(day: int, hour: int = 12) -> str:
    return f"2026-11-{day:02}T{hour:02}:00:00+08:00"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"excluded": ["gift"]}, "excluded_gift"),
        ({"excluded": ["lucky_bag", "gift"]}, "excluded_lucky_bag"),
        ({"paid_at": None}, "unpaid"),
        ({"paid_at": "2026-08-01T10:00:00+08:00", "delivered_at": "2026-08-03T10:00:00+08:00"}, "outside_window"),
    ],
)
def test_an_order_that_does_not_count_takes_all_that_hangs_on_it_along(change, code):
    review = of("review", stars=1, created_at=at(4))
    found = told({**ORDER, **change}, review)
    assert (found["order", "1"].counts, found["order", "1"].why_not, found["order", "1"].until) == (False, code, None)
    assert (found["review", "9"].counts, found["review", "9"].why_not) == (False, code)


def test_a_counting_order_says_where_with_what_and_until_when():
    found = told(ORDER, of("review", stars=2, created_at=at(4)))["order", "1"]
    places = {place.indicator: place for place in found.places}
    rating = places["goods.rating"]
    assert (rating.counts, rating.numerator, rating.denominator) == (True, 2, 1)
    assert (rating.day, rating.since, rating.until) == ("2026-11-03", "2026-11-04", "2026-12-04")
    assert found.until == "2026-12-04"
    assert why(found)["logistics.pickup_seconds"] == "not_picked_up_yet"
    assert why(found)["logistics.delivery_rate"] == "no_deadline"


def test_an_order_on_its_way_counts_but_not_everywhere():
    found = told({**ORDER, "delivered_at": None, "deliver_by": at(20)}, of("review", stars=5))
    assert found["order", "1"].counts
    assert why(found["order", "1"])["goods.rating"] == "not_delivered_yet"
    [arrival] = [one for one in found["order", "1"].places if one.indicator == "logistics.delivery_rate"]
    assert (arrival.counts, arrival.why_not, arrival.since) == (False, "not_in_window_yet", "2026-11-21")
    assert (found["review", "9"].counts, found["review", "9"].why_not) == (False, "not_delivered_yet")


def test_an_order_cancelled_before_dispatch_is_valid_and_nowhere_else():
    found = told({**ORDER, "delivered_at": None, "cancelled_at": at(2), "deliver_by": at(4)})["order", "1"]
    assert found.counts
    assert why(found)["logistics.delivery_rate"] == "cancelled_before_dispatch"
    assert why(found)["goods.rating"] == "cancelled_before_dispatch"


def test_of_two_reviews_with_one_opinion_both_count():
    found = told(ORDER, of("review", "a", stars=5, created_at=at(4)), of("review", "b", stars=5, created_at=at(5)))
    assert found["review", "a"].counts
    assert found["review", "b"].counts
    uneven = told(ORDER, of("review", "a", stars=5, created_at=at(4)), of("review", "b", stars=1, created_at=at(5)))
    assert uneven["review", "b"].places[0].numerator == -2


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"counts": False, "stars": 1}, "not_counted_by_platform"), ({"logistics_stars": 1}, "not_rated")],
)
def test_a_review_that_does_not_count(fields, code):
    found = told(ORDER, of("review", created_at=at(4), **fields))["review", "9"]
    assert (found.counts, found.why_not) == (False, code)


def test_only_the_first_after_sale_gives_the_reason():
    first = of("after_sale", "a", applied_at=at(4), reason={"class": "no_reason"}, type="return_refund")
    second = of("after_sale", "b", applied_at=at(5), reason={"class": "quality"}, type="return_refund")
    found = told(ORDER, first, second)
    assert why(found["after_sale", "a"])["goods.quality_return"] == "reason_not_counted"
    assert why(found["after_sale", "b"])["goods.quality_return"] == "not_first_after_sale"
    assert why(found["after_sale", "b"])["service.audit_seconds"] == "not_refunded_yet"
    assert why(found["after_sale", "a"])["service.help_rate"] == "order_counts_once"
    assert found["after_sale", "b"].counts


def test_an_exempt_after_sale_is_as_if_it_had_not_happened():
    found = told(ORDER, of("after_sale", applied_at=at(4), reason={"class": "quality"}, exempt=True))
    assert (found["after_sale", "9"].counts, found["after_sale", "9"].why_not) == (False, "exempt")
    [place] = [one for one in found["order", "1"].places if one.indicator == "goods.quality_return"]
    assert (place.numerator, place.denominator) == (0, 1)


def test_a_chat_at_night_counts_only_as_a_question_to_the_merchant():
    found = told(ORDER, of("chat", started_at=at(4, 23), rounds=3, reply_seconds=60))["chat", "9"]
    assert found.counts
    assert why(found) == {
        "service.reply_seconds": "chat_at_night",
        "service.dissatisfied": "chat_at_night",
        "service.help_rate": None,
    }
    alone = told({"kind": "chat", "id": "9", "started_at": at(4, 7), "rounds": 3, "reply_seconds": 6})["chat", "9"]
    assert (alone.counts, alone.why_not) == (False, "chat_at_night")
    assert why(alone)["service.help_rate"] == "names_no_order"


def test_help_over_another_issue_does_not_count():
    found = told(ORDER, of("platform_help", opened_at=at(4), via="platform_service"))["platform_help", "9"]
    assert (found.counts, found.why_not) == (False, "another_issue")


def test_what_has_not_happened_by_the_day_is_not_yet():
    found = told(ORDER, of("chat", started_at=at(6), rounds=3, reply_seconds=60))["chat", "9"]
    assert (found.counts, found.why_not, found.places) == (False, "not_yet", [])


@pytest.mark.parametrize("pack", bundled().values(), ids=list(bundled()))
def test_whatever_happened_every_place_counts_or_says_why_not(pack):
    @examples(40)
    @given(shops())
    def check(made: tuple[dt.date, list[dict[str, Any]]]) -> None:
        day, records = made
        history = History(decode_record(json.dumps(one).encode()) for one in records)
        viewpoint = Viewpoint.of(history.subject())
        for case in _cases(history):
            view = CaseView(case, day.toordinal(), viewpoint)
            for key, (record, _) in view.records.items():
                found = standing(pack, day.toordinal(), view, key)
                assert found.counts == (found.why_not is None) == (found.until is not None)
                assert all(place.counts == (place.why_not is None) for place in found.places)
                assert found.counts or not any(place.counts for place in found.places)
                named = {place.indicator for place in found.places}
                if record is not None:
                    wanted = {one.key for one in pack.indicators if concerns(one.definition, record)}
                    assert wanted <= named
                assert "adds_nothing" not in {place.why_not for place in found.places}, (key, case)
                for place in found.places:
                    assert place.why_not is not None or place.until > day.isoformat() > place.day

    check()


def _cases(history: History) -> list[list[Any]]:
    cases: dict[str, list[Any]] = {}
    for one in history:
        if one.merged is not None and (key := case_id(one.merged)) is not None:
            cases.setdefault(key, []).append(one)
    return list(cases.values())
