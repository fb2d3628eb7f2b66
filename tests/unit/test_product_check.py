"""A product before it is taken on: by its own orders, by its page, or unknown and said so."""

import pytest

from shared_scoring.actions.product_check import ProductCheck, check_product
from shared_scoring.actions.scene import scene_of
from shared_scoring.pack import bundled
from tests.unit.acting import DAY, Fields, after_sale, history, order, review, shop

RULES = "douyin-shop/2026-09-08"
SUBJECT = {"kind": "subject", "id": "me", "platform": "douyin", "type": "shop"}


def looked_at(records: list[Fields], product: str | None, merchant: str | None = None, count: int = 50) -> ProductCheck:
    scene = scene_of(history(records), bundled()[RULES], DAY.toordinal())
    return check_product(scene, product, merchant, count)


def line(number: int, product: str, merchant: str) -> Fields:
    return {"lines": [{"id": f"z{number}", "product_id": product, "merchant_id": merchant, "creator_id": "me"}]}


def test_its_own_orders_say_what_more_of_them_would_do() -> None:
    sold = [order(5000 + n, 10, **line(n, "bad", "worst")) for n in range(20)]
    returned = [after_sale(5000 + n) for n in range(5)]
    found = looked_at(shop(SUBJECT, *sold, *returned, *(review(5000 + n, 1) for n in range(10))), "bad", count=20)
    assert (found.rates.basis, found.rates.orders, found.rates.quality_return) == ("own", 20, 0.25)
    assert found.merchant is not None
    assert found.merchant.merchant_id == "worst"
    # 60 calm orders and 20 of these were delivered; twenty more like them bring five more returns.
    assert found.moves["goods.quality_return"] == pytest.approx(10 / 100 - 5 / 80)
    assert {one.code for one in found.warnings} >= {"above_limit", "below_praise"}


def test_of_a_new_one_the_page_says_it() -> None:
    page = {"kind": "product_day", "id": "new|2026-05-05", "product_id": "new", "date": "2026-05-05"}
    shown = {**page, "quality_return": 0.04, "praise": 0.6, "limit": 0.02}
    card = {"kind": "partner", "id": "m|2026-05-05", "merchant_id": "m", "date": "2026-05-05", "total": 66, "goods": 60}
    found = looked_at(shop(SUBJECT, shown, card), "new", "m", 100)
    assert found.rates.basis == "page"
    assert found.moves["goods.quality_return"] == pytest.approx(4 / 160)
    assert {one.code for one in found.warnings} >= {
        "shop_below_line",
        "goods_below_line",
        "above_limit",
        "below_praise",
    }


def test_of_an_unknown_one_nothing_is_made_up() -> None:
    found = looked_at(shop(SUBJECT), "nobody")
    assert (found.rates.basis, found.total, found.moves) == ("unknown", None, {})
    assert [one.code for one in found.warnings] == ["little_known"]
