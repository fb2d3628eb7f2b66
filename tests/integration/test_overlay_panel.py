"""The panel of the score page and the home card, after-sale clocks, and the cards of products and shops."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.days import noon, today
from tests.integration.shop import send
from tests.integration.test_overlay import ago, order, overlay

if TYPE_CHECKING:
    from tests.conftest import Paired


def official(days_ago: int, total: float, **more: Any) -> dict[str, Any]:
    return {
        "kind": "official",
        "id": day(-days_ago),
        "total": total,
        "stage": "formal",
        "updated_at": ago(days_ago),
        **more,
    }


def day(ahead: int) -> str:
    return (today() + dt.timedelta(days=ahead)).isoformat()


def ask(shop: "Paired", path: str) -> dict[str, Any]:
    answer = shop.client.get(f"/v1/subjects/shop-1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_gates_are_those_of_the_score_with_their_names(shop: "Paired") -> None:
    send(shop, [official(1, 79.0), official(0, 78.0, dimensions={"goods": {"score": 60, "weight": 0.4}})])
    gates = overlay(shop, page="score")["panel"]["gates"]
    plain = ask(shop, "score")["gates"]
    shared = ("key", "open", "missing", "days_to_open", "days_to_close", "known", "of", "grade")
    assert [[gate[key] for key in shared] for gate in gates] == [[gate[key] for key in shared] for gate in plain]
    [promotion] = [gate for gate in gates if gate["key"] == "promotion"]
    assert (promotion["open"], promotion["means"]) == (True, "可报名平台大促")
    assert [gate["name"] for gate in gates if gate["key"] == "alliance_shop"] == ["精选联盟准入"]
    assert all(gate["grade"] in "ABC?" for gate in gates)
    english = ask(shop, "overlay?page=score&lang=en")["panel"]["gates"]
    assert [gate["name"] for gate in english] != [gate["name"] for gate in gates]


def test_why_the_total_moved_between_the_two_newest_official_days(shop: "Paired") -> None:
    conduct = {"kind": "conduct", "id": "c1", "at": ago(2), "scene": "invoice_refused"}
    send(shop, [official(3, 88.0), official(1, 85.0), conduct])
    why = overlay(shop, page="home")["panel"]["why"]
    assert (why["from"], why["to"], why["official"]) == (day(-3), day(-1), True)
    assert why["change"] == pytest.approx(-3.0)
    assert sum(part["points"] for part in why["parts"]) == pytest.approx(-3.0, abs=1e-6)
    assert [part["points"] for part in why["parts"] if part["cause"] == "deduction"] == [-2.0]
    assert why["text"].startswith("掉了 3 分")
    assert ask(shop, "overlay?page=home&lang=en")["panel"]["why"]["text"].startswith("Fell by 3")


def test_the_estimate_says_what_it_rests_on(shop: "Paired") -> None:
    send(shop, [official(1, 85.0), official(0, 84.5)])
    panel = overlay(shop)["panel"]
    assert panel["shown"] == {"date": day(0), "total": 84.5, "since": day(-1), "change": -0.5}
    assert (panel["method"], panel["based_on"], panel["grade"]) == ("carried_forward", day(-1), "?")
    assert panel["low"] < panel["estimate"] == 85.0 < panel["high"]


def test_what_leaves_on_the_coming_days(shop: "Paired") -> None:
    returned = {
        "kind": "after_sale",
        "id": "a1",
        "order_id": "1",
        "applied_at": ago(25),
        "reason": {"class": "quality"},
    }
    old = order("1", created_at=ago(31), paid_at=ago(31), delivered_at=ago(28))
    conduct = {"kind": "conduct", "id": "c1", "at": ago(27), "scene": "invoice_refused"}
    send(shop, [old, returned, *(order(str(id_)) for id_ in range(2, 6)), conduct])
    days = {one["date"]: one for one in overlay(shop, page="score")["panel"]["drop_outs"]}
    # Delivered 28 days ago: the window of 30 days ends without it 31 days after.
    moved = {effect["key"]: effect for effect in days[day(3)]["effects"]}
    assert moved["goods.quality_return"]["change"] == pytest.approx(-1 / 5)
    assert moved["goods.quality_return"]["better"] is True
    assert (days[day(4)]["deduction"], days[day(4)]["effects"]) == (-2.0, [])
    assert overlay(shop, page="orders")["panel"]["drop_outs"] == []


def test_a_gap_names_the_page_that_would_close_it(shop: "Paired") -> None:
    shown = {
        "goods.rating": {"value": 4.8, "numerator": 480, "denominator": 100},
        "goods.quality_return": {"value": 0.01, "numerator": 2, "denominator": 200},
        "service.reply_seconds": {"value": 60, "numerator": 6000, "denominator": 100},
    }
    send(shop, [order("1"), official(0, 85.0, indicators=shown)])
    gaps = overlay(shop)["panel"]["gaps"]
    assert [gap["coverage"] for gap in gaps] == sorted(gap["coverage"] for gap in gaps)
    assert {gap["indicator"]: gap["page"] for gap in gaps} == {
        "goods.rating": "reviews",
        "goods.quality_return": "after_sales",
        "service.reply_seconds": None,
    }


@pytest.mark.parametrize(
    ("filed", "starts", "rested"),
    [
        ("22:59:59", "22:59:59", False),
        ("23:00:00", "+08:00:00", True),
        ("07:59:59", "08:00:00", True),
        ("08:00:00", "08:00:00", False),
    ],
)
def test_the_clock_of_an_after_sale_rests_at_night(shop: "Paired", filed: str, starts: str, *, rested: bool) -> None:
    base = today() - dt.timedelta(days=1)
    case = {
        "kind": "after_sale",
        "id": "a1",
        "order_id": "1",
        "type": "return_refund",
        "applied_at": f"{base}T{filed}+08:00",
        "audit_by": ago(-1),
    }
    send(shop, [order("1"), case])
    [row] = overlay(shop, "a1", page="after_sales")["rows"]
    began = base + dt.timedelta(days=1) if starts.startswith("+") else base
    assert row["clock"]["kind"] == "audit"
    assert row["clock"]["starts_at"] == f"{began}T{starts.lstrip('+')}+08:00"
    assert row["clock"]["rested"] is rested
    assert dt.datetime.fromisoformat(row["clock"]["deadline"]) == noon() + dt.timedelta(days=1)
    assert row["clock"]["hour"] == {"key": "service.audit_seconds", "change": 3600.0}


def test_a_case_that_was_filed_today_has_its_clock_and_an_answered_one_has_none(shop: "Paired") -> None:
    def case(id_: str, **fields: Any) -> dict[str, Any]:
        return {
            "kind": "after_sale",
            "id": id_,
            "order_id": "1",
            "type": "return_refund",
            "applied_at": ago(0),
            **fields,
        }

    returned = {"agreed_at": ago(0), "return_received_at": ago(0)}
    cases = [
        case("new"),
        case("closed", closed_at=ago(0)),
        case("agreed", agreed_at=ago(0)),
        case("back", **returned),
        case("confirmed", **returned, confirmed_at=ago(0)),
        case("exempt", exempt=True),
    ]
    send(shop, [order("1"), *cases])
    rows = overlay(shop, *(one["id"] for one in cases), page="after_sales")["rows"]
    assert [row["clock"] and row["clock"]["kind"] for row in rows] == ["audit", None, None, "confirm", None, None]
    assert overlay(shop, "1")["rows"][0]["clock"] is None


def test_every_effect_of_a_row_and_until_when_it_counts(shop: "Paired") -> None:
    returned = {"kind": "after_sale", "id": "a1", "order_id": "1", "applied_at": ago(4), "reason": {"class": "quality"}}
    review = {"kind": "review", "id": "r1", "order_id": "1", "created_at": ago(3), "stars": 1}
    good = {"kind": "review", "id": "r2", "order_id": "2", "created_at": ago(3), "stars": 5}
    send(shop, [order("1"), order("2"), returned, review, good])
    [row] = overlay(shop, "1")["rows"]
    effects = {effect["key"]: effect for effect in row["effects"]}
    assert effects["goods.rating"]["change"] == -2.0
    assert effects["goods.quality_return"]["change"] == 0.5
    assert {effect["better"] for effect in (effects["goods.rating"], effects["goods.quality_return"])} == {False}
    first = row["effects"][0]
    assert row["delta"]["indicator"] == {"key": first["key"], "change": first["change"]}
    assert row["delta"]["drops_out"] == first["drops_out"]
    # Delivered six days ago; its after-sale of four days ago asks the merchant until 31 days after.
    assert row["until"] == day(27)


def test_cards_tell_what_is_known_of_a_product_and_its_shop(shop: "Paired") -> None:
    def partner(days_ago: int, total: float) -> dict[str, Any]:
        date = day(-days_ago)
        return {
            "kind": "partner",
            "id": f"m1|{date}",
            "merchant_id": "m1",
            "name": "甲店",
            "total": total,
            "date": date,
        }

    def rates(days_ago: int, quality_return: float) -> dict[str, Any]:
        date = day(-days_ago)
        figures = {"quality_return": quality_return, "praise": 0.96, "limit": 0.02}
        return {"kind": "product_day", "id": f"p1|{date}", "product_id": "p1", "date": date, **figures}

    product = {"kind": "product", "id": "p1", "name": "杯子", "merchant_id": "m1"}
    send(shop, [product, partner(9, 80.0), partner(2, 91.0), rates(3, 0.01), rates(12, 0.05)])
    mug, store, nobody = overlay(shop, "p1", "m1", "p9", page="selection")["rows"]
    assert mug["card"]["name"] == "杯子"
    assert mug["card"]["product"] == {"date": day(-3), "quality_return": 0.01, "praise": 0.96, "limit": 0.02}
    assert (mug["card"]["shop"]["total"], mug["card"]["shop"]["date"]) == (91.0, day(-2))
    assert (store["card"]["name"], store["card"]["product"], store["card"]["shop"]["id"]) == ("甲店", None, "m1")
    assert (nobody["card"], nobody["counts"]) == (None, None)
    assert mug["counts"] is False
