"""Open orders that no shop should have, and some have: paid long ago, or promised nothing."""

import datetime as dt
import json
from typing import Any

import pytest

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.risk.at_risk import OrderRisk, at_risk_history
from tests.unit.risky import AS_OF, ZONE, at, known_before, shop

NOW = dt.datetime.combine(AS_OF, dt.time(), ZONE)
PACK = bundled()["douyin-shop/2026-09-08"]


def risks(*more: dict[str, Any]) -> dict[str, OrderRisk]:
    records = [*known_before(shop(), AS_OF), *more]
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    return {one.order_id: one for one in at_risk_history(history, PACK, AS_OF.toordinal(), lang="en").orders}


def paid(days_ago: float, **fields: Any) -> dict[str, Any]:
    moment = at(NOW - dt.timedelta(days=days_ago))
    return {"kind": "order", "id": "odd", "created_at": moment, "paid_at": moment, **fields}


@pytest.mark.parametrize("days", [399, 400, 401, 500, 3000])
@pytest.mark.parametrize("on", ["order", "waybill"])
def test_an_order_of_any_age_is_asked_about_while_its_promise_is_ahead(days: int, on: str) -> None:
    promise = {"deliver_by": at(NOW + dt.timedelta(days=3))}
    one = risks(paid(days, **(promise if on == "order" else {"waybills": [{"id": "w", **promise}]})))["odd"]
    late = one.outcomes["late_delivery"]
    assert late is not None
    assert 0 < late.probability < 1
    assert dt.datetime.fromisoformat(promise["deliver_by"]) == late.deadline


def test_an_old_presale_order_may_still_be_picked_up_in_time() -> None:
    promised = at(NOW + dt.timedelta(days=2))
    one = risks(paid(450, presale=True, ship_by=promised))["odd"]
    assert one.outcomes["late_pickup"] is not None


def test_what_promised_nothing_is_not_said_to_come_late() -> None:
    sent = {"shipped_at": at(NOW - dt.timedelta(hours=9)), "picked_up_at": at(NOW - dt.timedelta(hours=8))}
    found = risks(paid(1, **sent), paid(1, **sent, deliver_by=at(NOW + dt.timedelta(days=5))) | {"id": "promised"})
    assert found["odd"].unknown["late_delivery"] == "no_promise"
    assert "likely_late" not in [why.code for why in found["odd"].reasons]
    low, promised = (found[id_].outcomes["bad_review"] for id_ in ("odd", "promised"))
    assert low is not None
    assert promised is not None
