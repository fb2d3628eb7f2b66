"""A small shop and the few calls that tests of the API share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from werkzeug.test import TestResponse

    from tests.conftest import Paired

FORMAT = "koubei.records/1"
ORDER = {
    "kind": "order",
    "id": "4781234567890123456",
    "created_at": "2026-11-01T10:00:00+08:00",
    "paid_at": "2026-11-01T10:01:00+08:00",
    "delivered_at": "2026-11-03T10:00:00+08:00",
}
REVIEW = {
    "kind": "review",
    "id": "r1",
    "order_id": ORDER["id"],
    "created_at": "2026-11-04T10:00:00+08:00",
    "stars": 4,
    "seen_at": "2026-11-05T10:00:00+08:00",
}


def send(shop: "Paired", records: Sequence[Any], key: str = "k1", **options: Any) -> "TestResponse":
    body = {"format": FORMAT, "source": {"name": "test"}, "records": records}
    subject = options.pop("subject", "shop-1")
    return shop.client.post(f"/v1/subjects/{subject}/batches", json=body, headers={"Idempotency-Key": key}, **options)


def rows(admin: "Engine", query: str, **parameters: Any) -> list[Any]:
    with admin.connect() as connection:
        return list(connection.execute(text(query), parameters))


def rating(shop: "Paired", as_of: str = "2026-11-10") -> dict[str, Any]:
    answer = shop.client.get(f"/v1/subjects/shop-1/score?as_of={as_of}&rules=douyin-shop/2026-09-08")
    assert answer.status_code == 200, answer.text
    return answer.json["indicators"]["goods.rating"]
