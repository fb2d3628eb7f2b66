"""POST what-if: the same answer as from the file, nothing stored, and bad changes named."""

import datetime as dt
import json
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from server.demo.catalog import SHOP_ID
from server.demo.generator import generate
from shared_scoring.actions.levers import levers, pushed
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.what_if import Ground, what_if_history
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.test_same_score import send_all, small_shop

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.conftest import Paired

RULES = "douyin-shop/2026-09-08"
STORED = ("TABLE records", "TABLE cases", "TABLE ledger", "TABLE subjects")


def from_database(
    shop: "Paired", subject: str, change: list[dict[str, Any]], day: dt.date, rules: str = RULES
) -> dict[str, Any]:
    body = {"as_of": str(day), "rules": rules, "change": change}
    answer = shop.client.post(f"/v1/subjects/{subject}/what-if", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def from_file(
    subject: str, texts: list[bytes], change: list[dict[str, Any]], day: dt.date, rules: str = RULES
) -> dict[str, Any]:
    history = History(decode_record(text) for text in texts)
    records = [decode_record(json.dumps(one).encode()) for one in change]
    answer = what_if_history(history, bundled()[rules], day.toordinal(), records, subject)
    found: dict[str, Any] = json.loads(msgspec.json.encode(answer))
    return found


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=small_shop(), change=small_shop())
def test_any_change_of_any_shop(paired: "Paired", records: list[dict[str, Any]], change: list[dict[str, Any]]) -> None:
    texts = [json.dumps(record).encode() for record in records]
    subject = f"s{uuid.uuid4()}"
    send_all(paired, subject, texts)
    for day in (dt.date(2026, 10, 20), dt.date(2026, 11, 5)):
        assert from_database(paired, subject, change, day) == from_file(subject, texts, change, day)


@pytest.mark.parametrize("rules", [RULES, "douyin-shop/2026-07-14", "douyin-shop/2026-01"])
def test_a_generated_shop(paired: "Paired", rules: str) -> None:
    last = dt.date(2026, 11, 20)
    records = list(generate(seed=7, last_day=last, days=60, orders_per_day=6))
    texts = [json.dumps(record).encode() for record in records]
    subject = decode_record(texts[0]).id
    send_all(paired, subject, texts)
    returned = [one["id"] for one in records if one["kind"] == "after_sale"]
    orders = [one["id"] for one in records if one["kind"] == "order"]
    change = [{"kind": "after_sale", "id": id_, "exempt": True} for id_ in returned[-5:]]
    change += [{"kind": "order", "id": orders[-60], "excluded": ["gift"]}]
    change += [
        {"kind": "review", "id": "new", "order_id": orders[-50], "created_at": "2026-12-01T00:00:00Z", "stars": 1}
    ]
    change += [{"kind": "conduct", "id": "new", "at": "2026-11-12T00:00:00Z", "scene": "invoice_refused"}]
    for back in (0, 3):
        day = last - dt.timedelta(days=back)
        found = from_database(paired, subject, change, day, rules)
        assert found == from_file(subject, texts, change, day, rules)
        assert found["indicators"]


def test_nothing_is_stored(shop: "Paired", admin: "Engine") -> None:
    send(shop, [ORDER, REVIEW])
    before = [rows(admin, table) for table in STORED]
    answer = from_database(shop, "shop-1", [{"kind": "review", "id": "r1", "stars": 1}], dt.date(2026, 11, 10))
    assert answer["indicators"]["goods.rating"] == {"before": 4.0, "after": 1.0, "basis": "own"}
    assert [rows(admin, table) for table in STORED] == before


def test_a_review_moves_to_an_order_that_the_change_did_not_name(shop: "Paired") -> None:
    second = ORDER | {"id": "2"}
    rated = REVIEW | {"id": "r2", "order_id": "2", "stars": 1}
    send(shop, [ORDER, second, REVIEW, rated])
    answer = from_database(shop, "shop-1", [{"kind": "review", "id": "r1", "order_id": "2"}], dt.date(2026, 11, 10))
    assert answer["indicators"] == {}  # orders of 4 and 1 stars become one of 2.5
    gone = from_database(shop, "shop-1", [{"kind": "review", "id": "r1", "order_id": "3"}], dt.date(2026, 11, 10))
    assert gone["indicators"]["goods.rating"]["after"] == 1.0


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "change"),
        ({"change": []}, "change"),
        ({"change": {}}, "change"),
        ({"change": [{"kind": "review", "id": str(n)} for n in range(501)]}, "change"),
        ({"change": [{"kind": "review", "id": "1"}, {"kind": "review", "id": "2", "stars": 6}]}, "change[1].stars"),
        ({"change": [7]}, "change[0]"),
        ({"change": [None]}, "change[0]"),
        ({"change": [{"kind": "order", "id": "1", "buyer": "x"}]}, "change[0].buyer"),
        ({"change": [{"kind": "parcel", "id": "1"}]}, "change[0].kind"),
        ({"change": [{"kind": "order", "id": "1", "waybills": [{"x": 1}]}]}, "change[0].waybills[0].x"),
        ({"change": [{"kind": "subject", "id": "shop-1", "time_zone": "UTC"}]}, "change[0].time_zone"),
        ({"change": [{"kind": "subject", "id": "shop-1", "type": "creator"}]}, "change[0].type"),
        ({"change": [{"kind": "order", "id": "1"}], "rules": "nobody/1"}, "rules"),
        ({"change": [{"kind": "order", "id": "1"}], "rules": "tiktok-shop/sps"}, "rules"),
        ({"change": [{"kind": "order", "id": "1"}], "as_of": "yesterday"}, "as_of"),
        ({"change": [{"kind": "order", "id": "1"}], "as_of": "0001-01-01"}, "as_of"),
        ({"change": [{"kind": "order", "id": "1"}], "colour": 1}, "colour"),
    ],
)
def test_bad_questions(shop: "Paired", body: dict[str, Any], path: str) -> None:
    answer = shop.client.post("/v1/subjects/shop-1/what-if", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json["code"] == "invalid"
    assert answer.json["errors"][0]["path"] == path


def test_another_subjects_record_and_another_subject(shop: "Paired") -> None:
    foreign = {"change": [{"kind": "order", "id": "1", "subject_id": "shop-2"}]}
    answer = shop.client.post("/v1/subjects/shop-1/what-if", json=foreign)
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (403, "change[0]")
    assert shop.client.post("/v1/subjects/shop-2/what-if", json={"change": [ORDER]}).status_code == 404
    broken = shop.client.post("/v1/subjects/shop-1/what-if", data=b"{", content_type="application/json")
    assert (broken.status_code, broken.json["code"]) == (400, "invalid-json")
    assert shop.client.post("/v1/subjects/shop-1/what-if?x=1", json={"change": [ORDER]}).status_code == 422
    odd = {"change": [{"kind": "product", "id": "9", "name": "a\0b"}]}
    assert shop.client.post("/v1/subjects/shop-1/what-if", json=odd).status_code == 422


def test_levers_say_what_the_file_says_and_name_a_bad_position(paired: "Paired") -> None:
    day = dt.date(2026, 11, 21)
    texts = [json.dumps(record).encode() for record in generate(5, day, 40, 8, 40)]
    send_all(paired, SHOP_ID, texts)
    history = History(decode_record(text) for text in texts)
    pack = bundled()[RULES]
    known, sums = history.counted(pack.plan, day.toordinal())
    ground = Ground(pack, day.toordinal(), sums, known, history.viewpoint(), SHOP_ID)
    address = f"/v1/subjects/{SHOP_ID}/what-if/levers"
    listed = paired.client.get(f"{address}?as_of={day}&rules={RULES}&lang=en")
    assert listed.status_code == 200, listed.text
    assert listed.json["levers"] == json.loads(msgspec.json.encode(levers(ground, "en")))
    positions = {one["indicator"]: one["most"] for one in listed.json["levers"][:3]}
    answer = paired.client.post(address, json={"as_of": str(day), "rules": RULES, "positions": positions})
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.data) == json.loads(msgspec.json.encode(pushed(ground, positions)))
    refused = paired.client.post(address, json={"positions": {"goods.nothing": 1}})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["path"] == "positions.goods.nothing"
