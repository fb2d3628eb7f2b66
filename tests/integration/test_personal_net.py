"""Personal data that reaches the server is in no table, and the receipt says how much was masked."""

import json
from typing import TYPE_CHECKING, Any

from tests.integration.shop import ORDER, REVIEW, rows, send

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.conftest import Paired

PHONE = "13812345678"
ACCOUNT = "wangli_2020"


def everything(admin: "Engine") -> str:
    """All rows of all tables, as text."""
    tables = rows(admin, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    found = []
    for table in tables:
        query = f'SELECT t::text AS row FROM "{table.relname}" AS t'  # noqa: S608 -- the names of our own tables
        found += [str(row.row) for row in rows(admin, query)]
    return "\n".join(found)


def test_it_is_masked_before_storage_and_counted(shop: "Paired", admin: "Engine") -> None:
    said: dict[str, Any] = {**REVIEW, "text": f"打{PHONE}，或微信{ACCOUNT}", "tags": [f"电话{PHONE}"]}
    broken = {**REVIEW, "id": "r2", "text": f"打{PHONE}", "stars": 9}
    answer = send(shop, [ORDER, said, broken])
    assert (answer.status_code, answer.json["accepted"], answer.json["masked"]) == (200, 2, 3)
    assert [refused["path"] for refused in answer.json["quarantined"]] == ["stars"]
    bound = shop.client.put("/v1/subjects/shop-1", json={"name": f"小店 {PHONE}"})
    assert bound.status_code == 200
    stored = everything(admin)
    assert "[电话]" in stored
    assert PHONE not in stored
    assert ACCOUNT not in stored


def test_a_masked_record_sent_again_changes_nothing(shop: "Paired") -> None:
    said = [ORDER, {**REVIEW, "text": f"打{PHONE}"}]
    assert send(shop, said).json["accepted"] == 2
    again = send(shop, said, key="k2").json
    assert (again["accepted"], again["unchanged"], again["masked"]) == (0, 2, 1)


def test_a_quarantined_record_that_is_mended_is_masked_too(shop: "Paired", admin: "Engine") -> None:
    send(shop, [{**REVIEW, "stars": 9}])
    [waiting] = shop.client.get("/v1/subjects/shop-1/quarantine").json["items"]
    mended = {**REVIEW, "text": f"打{PHONE}"}
    answer = shop.client.post(
        "/v1/subjects/shop-1/quarantine/replays", json={"records": [{"id": waiting["id"], "record": mended}]}
    )
    assert answer.json["accepted"] == 1, answer.text
    assert json.dumps(PHONE) not in everything(admin)
    assert PHONE not in everything(admin)
