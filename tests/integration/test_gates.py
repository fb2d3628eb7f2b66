"""Gates and texts from the API: products' pages out of the database, texts where a language is asked for."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from shared_scoring.score_words import worded
from tests.integration.shop import ORDER, send

if TYPE_CHECKING:
    from tests.conftest import Paired

RULES = "douyin-shop/2026-09-08"
DAY = dt.date(2026, 11, 6)


def shown(product: str, date: str, **rates: Any) -> dict[str, Any]:
    return {"kind": "product_day", "id": f"{product}|{date}", "product_id": product, "date": date, **rates}


CUP = {"kind": "product", "id": "cup", "name": "杯子", "category": ["餐饮厨具", "茶具", "茶杯"]}  # 1.6 %
POT = {"kind": "product", "id": "pot", "category": ["餐饮厨具", "锅具"]}  # 1 %, as all of 餐饮厨具 without its own
OFFICIAL = {"kind": "official", "id": str(DAY), "stage": "formal", "total": 69}
PRODUCTS = [
    *(CUP, POT, OFFICIAL, ORDER),
    shown("cup", "2026-11-04", quality_return=0.5, praise=0.1),  # an older page of the same
    shown("cup", "2026-11-05", quality_return=0.016, praise=0.7),
    shown("pot", "2026-11-05", quality_return=0.012, praise=0.9),
    shown("old", "2026-09-01", quality_return=0.9, praise=0.1),  # seen too long ago
    shown("new", "2026-11-06", quality_return=0.9, praise=0.1),  # of the day itself, which has not begun
    {**shown("own", "2026-11-05", quality_return=0.2, praise=0.71, limit=0.25), "id": "own|someday"},
]


def gate(answer: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in answer["gates"] if one["key"] == key)


def from_file(lang: str | None = None, records: list[dict[str, Any]] = PRODUCTS) -> Any:
    history = History(decode_record(msgspec.json.encode(one)) for one in records)
    found = score_history(history, bundled()[RULES], DAY.toordinal(), "shop-1")
    return msgspec.to_builtins(found if lang is None else worded(found, bundled()[RULES], lang))


def test_products_are_judged_by_their_newest_page_and_the_limit_of_their_category(shop: "Paired") -> None:
    assert send(shop, PRODUCTS).json["quarantined"] == []
    answer = shop.client.get(f"/v1/subjects/shop-1/score?as_of={DAY}&rules={RULES}").json
    assert answer == from_file()
    found = gate(answer, "alliance_product")
    assert (found["open"], found["known"], found["of"]) == (False, 3, 3)
    assert found["missing"] == {"quality_return": pytest.approx(0.002), "praise": 0}
    [pot] = found["products"]
    assert (pot["product_id"], pot["limit"], pot["date"]) == ("pot", 0.01, "2026-11-05")


def test_without_a_page_or_a_limit_nothing_is_said_of_products() -> None:
    assert gate(from_file(records=[ORDER]), "alliance_product")["reason"] == "no_products_seen"
    unknown = gate(from_file(records=[shown("x", "2026-11-05", quality_return=0.01, praise=0.9)]), "alliance_product")
    assert (unknown["open"], unknown["reason"], unknown["known"], unknown["of"]) == (None, "products_not_known", 0, 1)
    low = gate(from_file(records=[shown("x", "2026-11-05", praise=0.69)]), "alliance_product")
    assert (low["open"], low["consequence"]) == (False, "alliance_product_closed")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_texts_come_in_the_language_asked_for(shop: "Paired", lang: str) -> None:
    send(shop, PRODUCTS)
    address = f"/v1/subjects/shop-1/score?as_of={DAY}&rules={RULES}"
    plain, said = shop.client.get(address), shop.client.get(f"{address}&lang={lang}")
    assert said.json == from_file(lang)
    assert all(one["text"] for one in said.json["gates"] + said.json["notes"])
    assert said.headers["ETag"] != plain.headers["ETag"]
    closed = {
        "zh": "店铺不能加入精选联盟，已加入的会被清退",
        "en": "the shop is kept out of the alliance, or removed from it",
    }
    assert gate(said.json, "alliance_shop")["text"] == closed[lang]
    assert shop.client.get(f"{address}&lang=fr").status_code == 422


def test_an_order_says_in_words_why_it_does_not_count(shop: "Paired") -> None:
    send(shop, [{**ORDER, "excluded": ["gift"]}])
    address = f"/v1/subjects/shop-1/orders/{ORDER['id']}?as_of={DAY}"
    [record] = shop.client.get(f"{address}&lang=en").json["records"]
    assert (record["standing"]["why_not"], record["standing"]["text"]) == ("excluded_gift", "a gift does not count")
    assert "text" not in shop.client.get(address).json["records"][0]["standing"]


def test_an_explanation_has_a_tag_that_follows_its_input(shop: "Paired") -> None:
    send(shop, PRODUCTS)
    address = f"/v1/subjects/shop-1/explanation?from=2026-11-05&to={DAY}"
    tag = shop.client.get(address).headers["ETag"]
    assert shop.client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert shop.client.get(f"{address}&lang=en").headers["ETag"] != tag
    send(shop, [{**OFFICIAL, "total": 70}], key="more")
    assert shop.client.get(address, headers={"If-None-Match": tag}).status_code == 200
