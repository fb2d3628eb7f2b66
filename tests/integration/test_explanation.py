"""GET explanation: the same answer as from the file, and bad questions named."""

import datetime as dt
import json
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.demo.generator import generate
from shared_scoring.decode import decode_record
from shared_scoring.explain import explain
from shared_scoring.explain_source import HistorySource
from shared_scoring.explain_words import worded
from shared_scoring.history import History
from shared_scoring.pack import bundled, choose
from tests.integration.shop import ORDER, REVIEW, send
from tests.integration.test_same_score import send_all, small_shop

if TYPE_CHECKING:
    from tests.conftest import Paired

RULES = "douyin-shop/2026-09-08"


def from_database(
    shop: "Paired", subject: str, days: tuple[dt.date, dt.date], rules: str = RULES, lang: str = "zh"
) -> dict[str, Any]:
    query = f"from={days[0]}&to={days[1]}&rules={rules}&lang={lang}"
    answer = shop.client.get(f"/v1/subjects/{subject}/explanation?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def from_file(
    subject: str, texts: list[bytes], days: tuple[dt.date, dt.date], rules: str = RULES, lang: str = "zh"
) -> dict[str, Any]:
    history = History(decode_record(text) for text in texts)
    one, other = (choose(history.subject(), day) if rules == "auto" else bundled()[rules] for day in days)
    ordinals = days[0].toordinal(), days[1].toordinal()
    answer = worded(explain(HistorySource(history), (one, other), ordinals, subject), (one, other), lang)
    found: dict[str, Any] = json.loads(msgspec.json.encode(answer))
    return found


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=small_shop(), back=st.sampled_from([1, 3, 8, 29, 31]))
def test_any_shop(paired: "Paired", records: list[dict[str, Any]], back: int) -> None:
    texts = [json.dumps(record).encode() for record in records]
    subject = f"s{uuid.uuid4()}"
    send_all(paired, subject, texts)
    for last in (dt.date(2026, 10, 20), dt.date(2026, 11, 5)):
        days = last - dt.timedelta(back), last
        assert from_database(paired, subject, days) == from_file(subject, texts, days)


@pytest.mark.parametrize("rules", ["auto", RULES, "douyin-shop/2026-07-14", "douyin-shop/2026-01"])
def test_a_generated_shop(paired: "Paired", rules: str) -> None:
    last = dt.date(2026, 11, 20)
    records = list(generate(seed=7, last_day=last, days=90, orders_per_day=5))
    texts = [json.dumps(record).encode() for record in records]
    subject = decode_record(texts[0]).id
    send_all(paired, subject, texts)
    for first, to in ((last - dt.timedelta(7), last), (dt.date(2026, 9, 7), dt.date(2026, 9, 8)), (last, last)):
        found = from_database(paired, subject, (first, to), rules, "en")
        assert found == from_file(subject, texts, (first, to), rules, "en")
        if found["change"] is not None:
            assert abs(sum(part["points"] for part in found["parts"]) - found["change"]) < 1e-6
    assert from_database(paired, subject, (last, last), rules)["parts"] == []


def test_a_creators_partners(paired: "Paired") -> None:
    subject = {"kind": "subject", "id": "c1", "type": "creator"}
    orders = [
        ORDER | {"id": str(number), "lines": [{"creator_id": "c1", "merchant_id": f"m{number % 2}"}]}
        for number in range(6)
    ]
    reviews = [
        REVIEW | {"id": f"r{number}", "order_id": str(number), "stars": 1 if number % 2 else 5, "seen_at": None}
        for number in range(6)
    ]
    early = [{**REVIEW, "id": "r9", "order_id": "0", "created_at": "2026-11-02T10:00:00+08:00", "stars": 5}]
    pages = [
        {"kind": "partner", "id": f"m1|{day}", "merchant_id": "m1", "name": "一号店", "total": total, "date": day}
        for day, total in (("2026-11-01", 4.6), ("2026-11-05", 4.4))
    ]
    texts = [json.dumps(record).encode() for record in [subject, *orders, *reviews, *early, *pages]]
    assert paired.client.put("/v1/subjects/c1", json={"type": "creator"}).status_code == 201
    send_all(paired, "c1", texts)
    days = dt.date(2026, 11, 4), dt.date(2026, 11, 6)
    found = from_database(paired, "c1", days, "douyin-creator/2021")
    assert found == from_file("c1", texts, days, "douyin-creator/2021")
    by_shop = {one["merchant_id"]: one for one in found["partners"]}
    assert by_shop["m1"]["shop"] == {"from": 4.6, "to": 4.4, "change": pytest.approx(-0.2)}
    assert by_shop["m1"]["name"] == "一号店"
    assert by_shop["m1"]["indicators"]["goods.praise"] < 0
    moved = [part["change"] for part in found["parts"] if part["indicator"] == "goods.praise"]
    split = [one["indicators"].get("goods.praise", 0) for one in found["partners"]]
    assert sum(split) == pytest.approx(sum(moved))


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("", "from"),
        ("from=2026-11-01", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=yesterday&to=2026-11-01", "from"),
        ("from=0001-01-01&to=2026-11-01", "from"),
        ("from=2026-11-01&to=2026-11-02&rules=nobody/1", "rules"),
        ("from=2026-11-01&to=2026-11-02&rules=tiktok-shop/sps", "rules"),
        ("from=2026-11-01&to=2026-11-02&lang=fr", "lang"),
        ("from=2026-11-01&to=2026-11-02&as_of=2026-11-01", "as_of"),
    ],
)
def test_bad_questions(shop: "Paired", query: str, path: str) -> None:
    answer = shop.client.get(f"/v1/subjects/shop-1/explanation?{query}")
    assert answer.status_code == 422, answer.text
    assert path in {error["path"] for error in answer.json["errors"]}


def test_an_empty_shop_and_another_subject(shop: "Paired") -> None:
    days = dt.date(2026, 11, 4), dt.date(2026, 11, 6)
    answer = from_database(shop, "shop-1", days)
    assert (answer["change"], answer["parts"], answer["text"]) == (0.0, [], "分数没有变化：没有发现变化")
    assert shop.client.get("/v1/subjects/shop-2/explanation?from=2026-11-01&to=2026-11-02").status_code == 404
    send(shop, [ORDER, REVIEW])
    assert {part["cause"] for part in from_database(shop, "shop-1", days)["parts"]} == {"corrected"}
