"""Open orders over the API: made by the worker, stored, paged, worst first, worded, and beside the rows of a page."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from sqlalchemy import text

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.risk.at_risk import at_risk_history
from shared_scoring.risk.backtest import risk_backtest
from shared_scoring.risk.outcomes import OUTCOME_WORDS
from tests.integration.shop import send
from tests.unit.risky import AS_OF, ZONE
from tests.unit.risky import shop as records_of_shop
from worker import outlook, recalculate

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/orders/at-risk"
NOON = dt.datetime.combine(AS_OF, dt.time(12), ZONE)
RULES = "douyin-shop/2026-09-08"


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    found = records_of_shop(a_day=2)
    return [found[0], *(one for one in found[1:] if _day(one) > "2026-09-15")]


def _day(one: dict[str, Any]) -> str:
    return str(one.get("created_at") or one["applied_at"])


@pytest.fixture
def seen(shop: "Paired", database: "Database", records: list[dict[str, Any]]) -> "Paired":
    made(shop, database, records)
    return shop


def made(shop: "Paired", database: "Database", records: list[dict[str, Any]]) -> None:
    """What the worker has made of records that were sent."""
    for start in range(0, len(records), 500):
        assert send(shop, records[start : start + 500], key=str(start)).json["quarantined"] == []
    recalculate.run(database.app, "shop-1")
    assert outlook.run(database.app, "shop-1", NOON)


def listed(shop: "Paired", query: str = "") -> dict[str, Any]:
    answer = shop.client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_the_api_says_what_the_command_says(seen: "Paired", records: list[dict[str, Any]]) -> None:
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    expected = at_risk_history(history, bundled()[RULES], AS_OF.toordinal(), "shop-1", "en")
    found = listed(seen, "limit=200&lang=en")
    assert (found["rules"], found["as_of"], found["stale"], found["reason"]) == (RULES, str(AS_OF), False, None)
    assert found["next_cursor"] is None
    assert found["orders"] == msgspec.json.decode(msgspec.json.encode(expected.orders))
    assert found["methods"] == msgspec.to_builtins(expected.methods)


def test_pages_hold_every_order_once(seen: "Paired") -> None:
    whole = [one["order_id"] for one in listed(seen, "limit=200")["orders"]]
    paged: list[str] = []
    cursor = ""
    while cursor is not None:
        page = listed(seen, "limit=5" + (f"&cursor={cursor}" if cursor else ""))
        paged += [one["order_id"] for one in page["orders"]]
        cursor = page["next_cursor"]
    assert paged == whole
    assert len(whole) > 10
    assert seen.client.get(f"{ADDRESS}?cursor=bm9uZQ==").status_code == 422


def test_a_tag_until_it_is_made_anew(seen: "Paired", database: "Database", admin: "Engine") -> None:
    tag = seen.client.get(ADDRESS).headers["ETag"]
    assert seen.client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 304
    assert seen.client.get(f"{ADDRESS}?lang=en", headers={"If-None-Match": tag}).status_code == 200
    worst = listed(seen)["orders"][0]["order_id"]
    send(seen, [{"kind": "order", "id": worst, "cancelled_at": "2026-11-05T23:00:00+08:00"}], key="late")
    assert listed(seen)["stale"] is True
    assert seen.client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 200
    recalculate.run(database.app, "shop-1")
    with admin.begin() as connection:  # the pause is over
        connection.execute(text("UPDATE subjects SET outlook_at = NULL"))
    assert outlook.run(database.app, "shop-1", NOON)
    assert worst not in [one["order_id"] for one in listed(seen, "limit=200")["orders"]]


def test_nothing_is_made_up_before_it_was_made(shop: "Paired") -> None:
    found = listed(shop)
    assert (found["orders"], found["as_of"], found["reason"]) == ([], None, "not_made_yet")
    assert shop.client.get("/v1/subjects/shop-2/orders/at-risk").status_code == 404


def test_past_risks_stand_in_the_backtest_with_their_pictures(shop: "Paired", database: "Database") -> None:
    told = records_of_shop(a_day=2)
    made(shop, database, told)
    history = History(decode_record(json.dumps(one).encode()) for one in told)
    expected = risk_backtest(history, bundled()[RULES], AS_OF.toordinal())
    assert expected.outcomes["late_delivery"].hits > 0
    calibrated = [name for name, one in expected.outcomes.items() if one.hits]
    for lang in ("zh", "en"):
        found: dict[str, Any] = shop.client.get(f"/v1/subjects/shop-1/backtest?picture={lang}").json
        assert found["risk"] == msgspec.json.decode(msgspec.json.encode(expected))
        assert all(OUTCOME_WORDS[name].said(lang) in found["picture"] for name in calibrated)
        drawn = ET.fromstring(found["picture"])  # noqa: S314 - our own drawing
        dots = [one for one in drawn.iter() if one.tag.endswith("circle")]
        assert len(dots) == sum(len(expected.outcomes[name].bins) for name in calibrated)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reasons_stand_beside_the_rows_of_a_page(seen: "Paired", lang: str) -> None:
    with_reason = next(one for one in listed(seen, f"lang={lang}&limit=200")["orders"] if one["reasons"])
    answer = seen.client.get(f"/v1/subjects/shop-1/overlay?page=orders&id={with_reason['order_id']}&lang={lang}")
    [row] = answer.json["rows"]
    assert row["expected"]["points"] is None
    assert [one["text"] for one in row["risk"]["reasons"]] == [one["text"] for one in with_reason["reasons"]]
    assert 0 < row["risk"]["probability"] < 1
