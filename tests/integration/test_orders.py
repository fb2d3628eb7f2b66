"""Does this order count, where, why not, until when: the API says what the overlay says."""

from typing import TYPE_CHECKING, Any

from tests.integration.shop import send

if TYPE_CHECKING:
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/orders"
ORDER = {
    "kind": "order",
    "id": "1",
    "paid_at": "2026-11-01T10:00:00+08:00",
    "delivered_at": "2026-11-03T10:00:00+08:00",
}
RETURNED = {
    "kind": "after_sale",
    "id": "a1",
    "order_id": "1",
    "applied_at": "2026-11-04T10:00:00+08:00",
    "reason": {"class": "quality"},
}
CHAT = {"kind": "chat", "id": "c1", "order_id": "1", "started_at": "2026-11-04T23:30:00+08:00", "rounds": 2}


def case(shop: "Paired", query: str = "as_of=2026-11-10", order: str = "1") -> dict[str, Any]:
    answer = shop.client.get(f"{ADDRESS}/{order}?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_an_order_and_all_that_hangs_on_it(shop: "Paired") -> None:
    send(shop, [ORDER, {**ORDER, "id": "2"}, RETURNED, CHAT])
    found = case(shop)
    assert (found["id"], found["rules"], found["as_of"]) == ("1", "douyin-shop/2026-09-08", "2026-11-10")
    assert [one["standing"]["kind"] for one in found["records"]] == ["order", "after_sale", "chat"]
    order, returned, chat = found["records"]
    assert order["standing"]["counts"] is True
    assert order["delta"]["indicator"]["key"] == "goods.quality_return"
    places = {place["indicator"]: place for place in returned["standing"]["places"]}
    assert places["goods.quality_return"] == {
        "indicator": "goods.quality_return",
        "counts": True,
        "why_not": None,
        "day": "2026-11-03",
        "numerator": 1,
        "denominator": 0,
        "since": "2026-11-04",
        "until": "2026-12-04",
    }
    assert places["logistics.damage_return"]["why_not"] == "reason_not_counted"
    # One of two delivered orders was returned; without the after-sale none was.
    assert returned["delta"] == {
        "points": None,
        "indicator": {"key": "goods.quality_return", "change": 0.5},
        "drops_out": "2026-12-04",
    }
    assert {p["indicator"]: p["why_not"] for p in chat["standing"]["places"]} == {
        "service.reply_seconds": "chat_at_night",
        "service.dissatisfied": "chat_at_night",
        "service.help_rate": None,
    }


def test_another_day_and_another_pack(shop: "Paired") -> None:
    send(shop, [ORDER, RETURNED])
    early = case(shop, "as_of=2026-11-04")
    assert [one["standing"]["why_not"] for one in early["records"]] == [None, "not_yet"]
    late = case(shop, "as_of=2026-12-05")
    assert [one["standing"]["why_not"] for one in late["records"]] == ["outside_window", "outside_window"]
    other = case(shop, "as_of=2026-11-10&rules=douyin-shop/2026-05-07")
    keys = {place["indicator"] for one in other["records"] for place in one["standing"]["places"]}
    assert "logistics.pickup_score" in keys
    assert "service.help_rate" not in keys


def test_an_order_seen_only_in_what_hangs_on_it(shop: "Paired") -> None:
    send(shop, [RETURNED])
    [one] = case(shop)["records"]
    why = {place["indicator"]: place["why_not"] for place in one["standing"]["places"]}
    assert why["goods.quality_return"] == "order_not_seen"
    assert one["standing"]["counts"] is True  # it was asked about, in the order's own right


def test_what_is_not_known_and_what_has_not_changed(shop: "Paired") -> None:
    answer = shop.client.get(f"{ADDRESS}/4781")
    assert (answer.status_code, answer.json["code"]) == (404, "order-unknown")
    assert "4781" in answer.json["detail"]
    assert shop.client.get(f"{ADDRESS}/1?rules=nobody/1").status_code == 422
    assert shop.client.get("/v1/subjects/shop-2/orders/1").status_code == 404
    send(shop, [ORDER])
    first = shop.client.get(f"{ADDRESS}/1?as_of=2026-11-10")
    headers = {"If-None-Match": first.headers["ETag"]}
    assert shop.client.get(f"{ADDRESS}/1?as_of=2026-11-10", headers=headers).status_code == 304
    assert shop.client.get(f"{ADDRESS}/1?as_of=2026-11-11", headers=headers).status_code == 200
