"""What leaves the window, and when: the API against the score of the days to come."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from server.demo.generator import generate
from tests.integration.shop import rating, send

if TYPE_CHECKING:
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/drop-outs"
DAY = dt.date(2026, 11, 20)


def get(shop: "Paired", query: str, path: str = "") -> Any:
    answer = shop.client.get(f"{ADDRESS}{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def score(shop: "Paired", day: dt.date) -> Any:
    return shop.client.get(f"/v1/subjects/shop-1/score?as_of={day}&rules=douyin-shop/2026-09-08").json


@pytest.fixture
def busy(shop: "Paired") -> "Paired":
    """A shop whose records all lie before the day: the score of a later day knows nothing more."""
    records = [one for one in generate(seed=3, last_day=DAY, days=60, orders_per_day=6) if one["kind"] != "subject"]
    past = [one for one in records if _is_over(one)]
    assert len(past) > 400
    conduct = {"kind": "conduct", "id": "c1", "scene": "invoice_refused", "at": "2026-11-02T10:00:00+08:00"}
    for start in range(0, len(past), 400):
        extra = [conduct] if start == 0 else []
        assert send(shop, [*past[start : start + 400], *extra], key=f"k{start}").json["quarantined"] == []
    return shop


def _is_over(value: Any) -> bool:
    """Whether every moment in a record lies before the day."""
    if isinstance(value, dict):
        return value.get("kind") != "official" and all(map(_is_over, value.values()))
    if isinstance(value, list):
        return all(map(_is_over, value))
    return not (isinstance(value, str) and value[:3] == "202" and value[10:11] == "T" and value[:10] >= str(DAY))


def test_the_days_ahead_are_the_scores_of_those_days_if_nothing_happens(busy: "Paired") -> None:
    found = get(busy, f"as_of={DAY}&days=30")
    assert found["rules"] == "douyin-shop/2026-09-08"
    today = score(busy, DAY)
    for ahead in (1, 7, 13, 14, 29, 30):
        day = DAY + dt.timedelta(days=ahead)
        then = score(busy, day)
        for key, rolled in found["indicators"].items():
            one = rolled[ahead - 1]
            assert one["date"] == str(day)
            assert (one["value"], one["denominator"]) == (
                then["indicators"][key]["value"],
                then["indicators"][key]["denominator"],
            )
        rolled_day = found["days"][ahead - 1]
        assert rolled_day["valid_orders"] == then["valid_orders"]
        assert (rolled_day["deduction"], rolled_day["bonus"]) == (then["deduction"], then["bonus"])
    for key, rolled in found["indicators"].items():
        left = sum(one["left_denominator"] for one in rolled)
        assert left == today["indicators"][key]["denominator"] - rolled[-1]["denominator"]
    assert {"date": "2026-12-03", "id": "c1", "scene": "invoice_refused", "count": 1} in found["conducts"]


def test_the_events_add_up_to_what_leaves(busy: "Paired") -> None:
    found = get(busy, f"as_of={DAY}&days=30")
    events: list[Any] = []
    cursor = ""
    while True:
        page = get(
            busy, f"as_of={DAY}&days=30&which=all&limit=200" + (f"&cursor={cursor}" if cursor else ""), "/events"
        )
        events += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    keys = [(one["date"], f"{one['kind']}:{one['id']}") for one in events]
    assert keys == sorted(set(keys))
    assert len(keys) > 200
    for key, rolled in found["indicators"].items():
        for one in rolled:
            leaving = [
                part
                for event in events
                if event["date"] == one["date"]
                for part in event["leaving"]
                if part["indicator"] == key
            ]
            assert sum(part["denominator"] for part in leaving) == one["left_denominator"]
            assert sum(part["numerator"] for part in leaving) == pytest.approx(one["left_numerator"], rel=1e-12)
    bad = get(busy, f"as_of={DAY}&days=30&limit=200", "/events")["items"]
    assert bad == [one for one in events if any(part["bad"] for part in one["leaving"])][:200]


def test_a_bad_review_leaves_with_its_order_and_the_rating_rises(shop: "Paired") -> None:
    days = {id_: f"2026-11-0{id_}T10:00:00+08:00" for id_ in "123"}
    orders = [{"kind": "order", "id": id_, "paid_at": at, "delivered_at": at} for id_, at in days.items()]
    reviews = [
        {"kind": "review", "id": f"r{id_}", "order_id": id_, "created_at": "2026-11-08T10:00:00+08:00", "stars": stars}
        for id_, stars in (("1", 5), ("2", 1), ("3", 5))
    ]
    send(shop, [*orders, *reviews])
    assert rating(shop)["value"] == pytest.approx(11 / 3)
    [event] = get(shop, "as_of=2026-11-10", "/events")["items"]
    assert (event["date"], event["kind"], event["id"]) == ("2026-12-03", "order", "2")
    [leaving] = [one for one in event["leaving"] if one["bad"]]
    assert (leaving["indicator"], leaving["numerator"], leaving["denominator"]) == ("goods.rating", 1, 1)
    assert leaving["change"] == pytest.approx(5 - 11 / 3)
    rolled = {one["date"]: one["value"] for one in get(shop, "as_of=2026-11-10")["indicators"]["goods.rating"]}
    assert (rolled["2026-12-02"], rolled["2026-12-03"], rolled["2026-12-04"]) == (3.0, 5.0, None)


def test_what_is_due_ahead_takes_no_part(shop: "Paired") -> None:
    paid, due = "2026-11-01T10:00:00+08:00", "2026-11-12T10:00:00+08:00"
    send(shop, [{"kind": "order", "id": "1", "paid_at": paid, "deliver_by": due}])
    rolled = get(shop, "as_of=2026-11-10")["indicators"]["logistics.delivery_rate"]
    assert {one["denominator"] for one in rolled} == {0}
    assert all(
        part["indicator"] != "logistics.delivery_rate"
        for event in get(shop, "as_of=2026-11-10&which=all", "/events")["items"]
        for part in event["leaving"]
    )


def test_bad_questions_and_the_tag(shop: "Paired") -> None:
    for query in ("days=0", "days=91", "rules=nobody/1", "as_of=soon", "which=good"):
        assert shop.client.get(f"{ADDRESS}?{query}").status_code == 422, query
    assert shop.client.get(f"{ADDRESS}/events?which=good").status_code == 422
    first = shop.client.get(f"{ADDRESS}?as_of=2026-11-10")
    headers = {"If-None-Match": first.headers["ETag"]}
    assert shop.client.get(f"{ADDRESS}?as_of=2026-11-10", headers=headers).status_code == 304
    assert shop.client.get(f"{ADDRESS}?as_of=2026-11-10&days=7", headers=headers).status_code == 200
