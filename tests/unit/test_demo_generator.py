"""The demo shop: valid, repeatable, plausible."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from statistics import mean

import pytest

from server.demo.catalog import BAD_PRODUCT, SLOW_COURIER
from server.demo.generator import generate
from shared_scoring.decode import decode_record

LAST_DAY = date(2026, 11, 21)
END = datetime.fromisoformat("2026-11-21T00:00:00+08:00")
PROMISES = {"ship_by", "deliver_by", "audit_by"}
FORBIDDEN = ("buyer", "phone", "receiver", "address", "avatar", "account", "open_id", "nick", "text", "content")


@cache
def shop(seed=1, days=90, orders_per_day=60):
    return list(generate(seed, LAST_DAY, days, orders_per_day))


def moment(text):
    return datetime.fromisoformat(text)


@cache
def merged(seed=1):
    """Kind → id → copies, oldest first; every copy says when it was seen."""
    copies = defaultdict(lambda: defaultdict(list))
    for record in shop(seed):
        copies[record["kind"]][record["id"]].append(record)
    return copies


def whole(kind, seed=1):
    """The newest word on each field."""
    return [{key: item for copy in copies for key, item in copy.items()} for copies in merged(seed)[kind].values()]


def moments(item, key=""):
    if isinstance(item, dict):
        return [found for name, value in item.items() for found in moments(value, name)]
    if isinstance(item, list):
        return [found for value in item for found in moments(value, key)]
    return [(key, moment(item))] if key.endswith(("_at", "at")) and isinstance(item, str) and "T" in item else []


@pytest.mark.parametrize("seed", [1, 7])
def test_every_record_is_a_record_of_the_contract(seed):
    for record in shop(seed):
        decode_record(json.dumps(record, ensure_ascii=False).encode())


def test_same_seed_same_bytes_other_seed_other_shop():
    again = [json.dumps(record) for record in generate(3, LAST_DAY, 40, 20)]
    assert again == [json.dumps(record) for record in generate(3, LAST_DAY, 40, 20)]
    assert again != [json.dumps(record) for record in generate(4, LAST_DAY, 40, 20)]


def test_moves_with_the_day_it_is_given():
    assert [r["id"] for r in generate(3, date(2026, 12, 5), 40, 20) if r["kind"] == "official"][-1] == "2026-12-05"


def test_comes_in_the_order_it_was_seen_and_knows_nothing_of_the_future():
    records = shop()
    seen = [moment(record.get("updated_at") or record["seen_at"]) for record in records]
    assert seen == sorted(seen)
    late = [
        r for r in records if r["kind"] != "official" for key, at in moments(r) if key not in PROMISES and at >= END
    ]
    assert late == []


def test_no_field_that_could_hold_a_buyer():
    def names(item):
        if isinstance(item, dict):
            return set(item) | {name for value in item.values() for name in names(value)}
        return {name for value in item for name in names(value)} if isinstance(item, list) else set()

    assert not [name for name in names(shop()) for word in FORBIDDEN if word in name]


def test_the_size_and_the_kinds_of_a_plausible_shop():
    counts = Counter(record["kind"] for record in shop())
    assert counts["subject"] == 1
    assert counts["product"] == 15
    assert counts["official"] == 60
    assert 5000 < counts["order"] < 8500
    assert 1500 < counts["review"] < 3500
    assert 300 < counts["after_sale"] < 1000
    assert 600 < counts["chat"] < 2000
    assert counts["platform_help"] > 5
    assert counts["conduct"] >= 2
    assert counts["service_switch"] >= 1


@pytest.mark.parametrize("seed", [1, 7])
def test_an_order_lives_forwards(seed):
    steps = ("created_at", "paid_at", "shipped_at", "picked_up_at", "delivered_at", "finished_at")
    for order in whole("order", seed):
        times = [moment(order[step]) for step in steps if step in order]
        assert times == sorted(times)
        assert "delivered_at" not in order or "picked_up_at" in order
        assert not ("cancelled_at" in order and "shipped_at" in order)
        assert sum(line["amount"] for line in order["lines"]) == order["amount"]
    begun = {order["id"]: moment(order["paid_at"]) for order in whole("order", seed) if "paid_at" in order}
    for kind, field in (("review", "created_at"), ("after_sale", "applied_at"), ("platform_help", "opened_at")):
        for record in whole(kind, seed):
            assert moment(record[field]) >= begun[record["order_id"]]


@pytest.mark.parametrize("seed", [1, 7])
def test_rates_are_those_of_a_working_shop(seed):
    official = [r for r in shop(seed) if r["kind"] == "official"][-1]
    value = {key: item["value"] for key, item in official["indicators"].items()}
    assert 4.3 < value["goods.rating"] < 4.9
    assert 0.002 < value["goods.quality_return"] < 0.03
    assert 8 * 3600 < value["logistics.pickup_seconds"] < 30 * 3600
    assert 0.88 < value["logistics.delivery_rate"] < 0.995
    assert 0 < value["logistics.damage_return"] < 0.02
    assert 3600 < value["service.audit_seconds"] < 24 * 3600
    assert 20 < value["service.reply_seconds"] < 180
    assert 0.02 < value["service.dissatisfied"] < 0.3
    assert 0 < value["service.help_rate"] < 0.1


@pytest.mark.parametrize("seed", [1, 7])
def test_the_bad_product_and_the_slow_courier_hurt(seed):
    stars = defaultdict(list)
    for review in whole("review", seed):
        stars[review["product_id"] == BAD_PRODUCT].append(review["stars"])
    assert mean(stars[True]) < mean(stars[False]) - 0.4

    recent = END - timedelta(days=40)
    parcels = defaultdict(list)
    for order in whole("order", seed):
        for parcel in order.get("waybills", []):
            if (
                "picked_up_at" in parcel
                and recent < moment(parcel["picked_up_at"])
                and moment(parcel["deliver_by"]) < END
            ):
                slow = order["courier"] == SLOW_COURIER and "remote_area" in order.get("services", [])
                parcels[slow].append("delivered_at" in parcel and parcel["delivered_at"] <= parcel["deliver_by"])
    assert mean(parcels[True]) < 0.7
    assert mean(parcels[False]) > 0.93


def test_weekends_evenings_and_the_promotion_show():
    created = [moment(order["created_at"]) for order in whole("order")]
    days = Counter(at.date() for at in created)
    assert max(days.values()) > 2 * mean(days.values())
    assert LAST_DAY - max(days, key=days.__getitem__) <= timedelta(days=13)
    hours = Counter(at.hour for at in created)
    assert hours[21] > 4 * hours[4]
    ordinary = {day: count for day, count in days.items() if count < 130}
    assert mean(n for d, n in ordinary.items() if d.weekday() >= 5) > mean(
        n for d, n in ordinary.items() if d.weekday() < 5
    )


def test_open_ends_for_every_risk_queue():
    valid = [o for o in whole("order") if "paid_at" in o and not o.get("excluded") and "cancelled_at" not in o]
    waiting = [o for o in valid if "shipped_at" not in o]
    moving = [o for o in valid if "picked_up_at" in o and "delivered_at" not in o]
    reviewed = {review["order_id"] for review in whole("review")}
    silent = [o for o in valid if "delivered_at" in o and "finished_at" not in o and o["id"] not in reviewed]
    assert min(len(waiting), len(moving), len(silent)) > 20
    assert [case for case in whole("after_sale") if "agreed_at" not in case and "closed_at" not in case]


def test_the_special_cases_are_there():
    orders, cases, chats = whole("order"), whole("after_sale"), whole("chat")
    assert {why for order in orders for why in order.get("excluded", [])} >= {"gift", "lucky_bag", "instant_refund"}
    assert {order.get("cancelled_by") for order in orders} == {None, "buyer", "merchant", "platform"}
    assert any(order.get("presale") for order in orders)
    assert any(len(order.get("waybills", [])) > 1 for order in orders)
    assert any(parcel["trace_abnormal"] for order in orders for parcel in order.get("waybills", []))
    assert any(len(copies) > 1 for copies in merged()["order"].values())
    edits = [[copy["stars"] for copy in copies] for copies in merged()["review"].values() if len(copies) > 1]
    assert any(first < last for first, last in edits)
    assert any(first > last for first, last in edits)
    assert any(case["exempt"] for case in cases)
    assert any("arbitration" in case for case in cases)
    assert any("ruling" in case for case in cases)
    assert {case["type"] for case in cases} >= {
        "refund_unshipped",
        "refund_shipped",
        "return_refund",
        "exchange",
        "resend",
    }
    assert max(Counter(case["order_id"] for case in cases).values()) > 1
    assert any(chat["unanswered_rounds"] for chat in chats)
    assert {moment(chat["started_at"]).hour for chat in chats} >= {2, 10, 23}


def test_a_small_shop_is_in_the_growth_stage():
    small = list(generate(2, LAST_DAY, 35, 1))
    days = [record for record in small if record["kind"] == "official"]
    growing = [day for day in days if day["valid_orders_30d"] < 30]
    assert all(day["stage"] == "growth" and day["total"] in {60, 70} and "dimensions" not in day for day in growing)
    for record in small:
        decode_record(json.dumps(record).encode())


def test_refuses_a_span_shorter_than_a_window():
    with pytest.raises(ValueError, match="days >= 30"):
        list(generate(1, LAST_DAY, 20))
