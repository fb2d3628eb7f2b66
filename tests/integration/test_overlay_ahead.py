"""What the worker stored of the time ahead stands in the overlay: risk, expectation, noon, actions."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from tests.days import noon, now, today
from tests.integration.shop import send
from tests.integration.test_actions import records
from tests.integration.test_overlay import order, overlay
from worker import outlook, recalculate

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired


def store(admin: "Engine", part: str, body: dict[str, Any]) -> None:
    """As worker/outlook.py stores a part."""
    with admin.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outlooks (subject_id, part, as_of, rules, input_version, body)"
                " VALUES ('shop-1', :part, :day, 'r', 1, :body)"
                " ON CONFLICT (subject_id, part) DO UPDATE SET body = excluded.body, computed_at = clock_timestamp()"
            ),
            {"part": part, "day": today(), "body": json.dumps(body)},
        )


def store_risks(admin: "Engine", *orders: dict[str, Any]) -> None:
    """As worker/outlook.py stores the orders of `koubei at-risk`."""
    store(admin, "at_risk", {})
    with admin.begin() as connection:
        for rank, one in enumerate(orders):
            connection.execute(
                text("INSERT INTO order_risks (subject_id, order_id, rank, body) VALUES ('shop-1', :id, :rank, :body)"),
                {"id": one["order_id"], "rank": rank, "body": json.dumps(one)},
            )


def at_risk(order_id: str, loss: float | None, **outcomes: Any) -> dict[str, Any]:
    deadline = (noon() + dt.timedelta(hours=9)).isoformat()
    reasons = [{"code": "backlog", "params": {}, "text": "订单积压"}]
    given = {"late_pickup": None, "bad_review": None} | outcomes
    return {"order_id": order_id, "expected_loss": loss, "deadline": deadline, "outcomes": given, "reasons": reasons}


def outcome(probability: float, loss: float | None, deadline: str | None = None) -> dict[str, Any]:
    return {"probability": probability, "loss": loss, "deadline": deadline}


def test_risk_and_expectation_of_an_open_order(shop: "Paired", admin: "Engine") -> None:
    send(shop, [order(id_) for id_ in "1234"])
    soon = (noon() + dt.timedelta(hours=5)).isoformat()
    store_risks(
        admin,
        at_risk("1", 0.0549, late_pickup=outcome(0.62, 0.05, soon), bad_review=outcome(0.04, 0.21))
        | {"expected_loss_low": 0.02, "expected_loss_high": 0.09},
        at_risk("2", None, late_pickup=outcome(0.1, None, soon), bad_review=outcome(0.25, None)),
        at_risk("3", 0.0, bad_review=outcome(0.01, 0.1)),
    )
    late, reviewed, calm, unknown = overlay(shop, "1", "2", "3", "4")["rows"]
    assert late["expected"] == {"points": -0.0549, "low": -0.09, "high": -0.02}
    assert late["risk"] == {
        "level": "high",
        "outcome": "late_pickup",
        "probability": 0.62,
        "deadline": soon,
        "reasons": [{"code": "backlog", "text": "订单积压"}],
    }
    # Where no points can be given the likeliest outcome speaks; its order's nearest deadline stays.
    assert reviewed["expected"]["points"] is None
    assert (reviewed["risk"]["outcome"], reviewed["risk"]["level"]) == ("bad_review", "medium")
    assert reviewed["risk"]["deadline"] == (noon() + dt.timedelta(hours=9)).isoformat()
    assert calm["risk"]["level"] == "none"
    assert (unknown["risk"], unknown["expected"]["points"]) == (None, None)


def test_noon_is_what_was_forecast(shop: "Paired", admin: "Engine") -> None:
    official = {"kind": "official", "id": today().isoformat(), "total": 85.5, "stage": "formal"}
    send(shop, [order("1"), official])
    assert overlay(shop)["panel"]["noon"]["mid"] == 85.5
    total = {"low": 84.3, "mid": 85.2, "high": 86.0}
    tomorrow = (today() + dt.timedelta(days=1)).isoformat()

    def at_noon(shown: dict[str, Any], stage: str = "formal", based_on: str = official["id"]) -> Any:
        days = [{"date": tomorrow, "total": shown, "stage": stage}]
        store(admin, "forecast", {"days": days, "based_on": based_on})
        return overlay(shop)["panel"]["noon"]

    assert at_noon(total) == total
    assert at_noon(dict.fromkeys(total))["mid"] == 85.5
    # One made of a fragment, or before today's page was seen, is no longer said.
    assert at_noon(total, stage="growth")["mid"] == 85.5
    assert at_noon(total, based_on="2020-11-20")["mid"] == 85.5


@pytest.fixture
def busy(shop: "Paired", database: "Database") -> "Paired":
    """A shop whose actions the worker has found."""
    assert send(shop, records()).json["quarantined"] == []
    recalculate.run(database.app, "shop-1")
    assert outlook.run(database.app, "shop-1", now())
    return shop


def test_actions_stand_beside_their_records_and_in_the_panel(busy: "Paired") -> None:
    listed = busy.client.get("/v1/subjects/shop-1/actions").json["actions"]
    first = overlay(busy, page="score")["panel"]["actions"]
    assert [one["id"] for one in first] == [one["id"] for one in listed[:3]]
    assert [one["gain"] for one in first] == [one["gain"]["mid"] for one in listed[:3]]
    kinds = {"review": "reviews", "after_sale": "after_sales"}
    named = [(ref, one) for one in listed for ref in one["records"] if ref["kind"] in kinds]
    assert named
    for ref, one in named:
        [row] = overlay(busy, ref["id"], page=kinds[ref["kind"]])["rows"]
        best = next(each for each in listed if ref in each["records"])
        assert row["action"] == {key: best[key] for key in ("id", "title", "etag")}, one


def test_a_dismissed_action_is_gone_and_the_tag_says_so(busy: "Paired") -> None:
    address = "/v1/subjects/shop-1/overlay?page=score&lang=en"
    before = busy.client.get(address)
    [best, *_] = before.json["panel"]["actions"]
    assert best["title"].isascii()
    assert busy.client.get(address, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    busy.client.patch(f"/v1/subjects/shop-1/actions/{best['id']}", json={"state": "dismissed"})
    after = busy.client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert best["id"] not in {one["id"] for one in after.json["panel"]["actions"]}
