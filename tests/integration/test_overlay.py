"""The overlay: one row for each id asked, in order, each with what it does to an indicator and until when."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.days import noon, today
from tests.integration.shop import send

if TYPE_CHECKING:
    from tests.conftest import Paired


def ago(days: float) -> str:
    return (noon() - dt.timedelta(days=days)).isoformat()


def order(id_: str, **fields: Any) -> dict[str, Any]:
    times = {"created_at": ago(9), "paid_at": ago(9), "delivered_at": ago(6)}
    return {"kind": "order", "id": id_, **times, **fields}


def overlay(shop: "Paired", *ids: str, page: str = "orders") -> dict[str, Any]:
    query = "".join(f"&id={id_}" for id_ in ids)
    answer = shop.client.get(f"/v1/subjects/shop-1/overlay?page={page}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_rows_come_in_the_asked_order_and_unknown_ids_are_told(shop: "Paired") -> None:
    send(shop, [order("1"), order("2", excluded=["gift"]), order("3", paid_at=None)])
    rows = overlay(shop, "3", "nobody", "1", "2")["rows"]
    assert [row["id"] for row in rows] == ["3", "nobody", "1", "2"]
    assert [row["counts"] for row in rows] == [False, None, True, False]
    assert [row["why_not"] for row in rows] == ["unpaid", None, None, "excluded_gift"]


def test_a_quality_return_moves_its_indicator_until_it_drops_out(shop: "Paired") -> None:
    returned = {
        "kind": "after_sale",
        "id": "a1",
        "order_id": "1",
        "applied_at": ago(4),
        "reason": {"class": "quality"},
    }
    send(shop, [order("1"), order("2"), order("3"), order("4"), returned])
    [bad, good] = overlay(shop, "1", "2")["rows"]
    # Four delivered orders, one returned: with it 1/4, without it 0/3.
    assert bad["delta"]["points"] is None
    assert bad["delta"]["indicator"] == {"key": "goods.quality_return", "change": 0.25}
    delivered = today() - dt.timedelta(days=6)
    assert bad["delta"]["drops_out"] == (delivered + dt.timedelta(days=31)).isoformat()
    assert good["delta"]["indicator"]["change"] == pytest.approx(1 / 4 - 1 / 3)
    [row] = overlay(shop, "a1", page="after_sales")["rows"]
    # Without the after-sale the order stays: 1/4 against 0/4.
    assert row["delta"]["indicator"] == {"key": "goods.quality_return", "change": 0.25}


def test_a_change_is_taken_on_the_official_figures_where_they_are_known(shop: "Paired") -> None:
    official = {
        "kind": "official",
        "id": today().isoformat(),
        "total": 85.5,
        "stage": "formal",
        "indicators": {"goods.quality_return": {"value": 0.002, "numerator": 6, "denominator": 3000}},
    }
    returned = {"kind": "after_sale", "id": "a1", "order_id": "1", "applied_at": ago(4), "reason": {"class": "quality"}}
    send(shop, [order("1"), order("2"), returned, official])
    answer = overlay(shop, "1")
    change = answer["rows"][0]["delta"]["indicator"]["change"]
    assert change == pytest.approx(6 / 3000 - 5 / 2999, rel=1e-12)
    assert answer["panel"]["total"] == 85.5
    assert answer["panel"]["official"] is True
    assert answer["panel"]["coverage"] == pytest.approx(2 / 3000)
    assert answer["panel"]["open_page"] == "after_sales"
    assert answer["panel"]["noon"]["mid"] == 85.5


def test_a_review_page_asks_by_review(shop: "Paired") -> None:
    reviews = [
        {"kind": "review", "id": f"r{id_}", "order_id": id_, "created_at": ago(3), "stars": stars}
        for id_, stars in (("1", 5), ("2", 1))
    ]
    unseen = {"kind": "review", "id": "r3", "order_id": "1", "created_at": ago(2), "stars": 1, "counts": False}
    send(shop, [order("1"), order("2"), *reviews, unseen])
    [good, bad, uncounted] = overlay(shop, "r1", "r2", "r3", page="reviews")["rows"]
    assert good["delta"]["indicator"] == {"key": "goods.rating", "change": 2.0}
    assert bad["delta"]["indicator"] == {"key": "goods.rating", "change": -2.0}
    assert (uncounted["counts"], uncounted["why_not"]) == (False, "not_counted_by_platform")


def test_nothing_known_says_so(shop: "Paired") -> None:
    answer = overlay(shop)
    assert answer["rows"] == []
    panel = answer["panel"]
    assert panel["noon"] == {"low": 70.0, "mid": 70.0, "high": 70.0}
    assert (panel["total"], panel["estimate"], panel["official"]) == (70.0, 70.0, False)
    assert (panel["coverage"], panel["open_page"], panel["shown"]) == (1.0, "score", None)
    assert (panel["gaps"], panel["gates"], panel["drop_outs"], panel["why"]) == ([], [], [], None)


def test_bad_questions(shop: "Paired") -> None:
    address = "/v1/subjects/shop-1/overlay"
    assert shop.client.get(address).status_code == 422
    assert shop.client.get(f"{address}?page=cart").status_code == 422
    assert shop.client.get(f"{address}?page=orders&ids=1").status_code == 422
    assert shop.client.get(f"{address}?page=orders" + "&id=1" * 201).status_code == 422
    assert shop.client.get(f"{address}?page=orders" + "&id=1" * 200).status_code == 200


def test_the_tag_changes_with_the_records(shop: "Paired") -> None:
    send(shop, [order("1")])
    address = "/v1/subjects/shop-1/overlay?page=orders&id=1"
    first = shop.client.get(address)
    assert first.json["stale"] is True
    assert shop.client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    send(shop, [order("2")], key="k2")
    assert shop.client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
