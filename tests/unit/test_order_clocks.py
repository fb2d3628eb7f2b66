"""The clocks beside an order at risk: what is due when, what an hour costs, and the band of what is expected."""

import datetime as dt
import json
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.demo.generator import generate
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.learned.response import Band
from shared_scoring.pack import Pack, bundled
from shared_scoring.records import Record
from shared_scoring.risk.at_risk import OrderRisk, at_risk_history
from shared_scoring.risk.clocks import OrderClock
from shared_scoring.risk.expected import Chance, expected_loss
from shared_scoring.risk.trial import UNTRIED_SPREAD, Tried
from shared_scoring.what_if import WhatIf, what_if_history

DAY = dt.date(2026, 11, 20)
NOW, STEPS = bundled()["douyin-shop/2026-09-08"], bundled()["douyin-shop/2026-05-07"]


@cache
def lived() -> list[Record]:
    told = generate(seed=11, last_day=DAY, days=50, orders_per_day=8, official=45)
    return [decode_record(json.dumps(one).encode()) for one in told]


def at(hour: float, days: int = 1) -> str:
    return (dt.datetime.combine(DAY - dt.timedelta(days=days), dt.time()) + dt.timedelta(hours=hour)).isoformat() + (
        "+08:00"
    )


def history(*more: dict[str, Any]) -> History:
    return History([*lived(), *(decode_record(json.dumps(one).encode()) for one in more)])


def order(paid: str, **more: Any) -> dict[str, Any]:
    return {"kind": "order", "id": "x", "created_at": paid, "paid_at": paid, **more}


def risk(*more: dict[str, Any], pack: Pack = NOW, lang: str = "zh") -> OrderRisk:
    found = at_risk_history(history(*more), pack, DAY.toordinal(), lang=lang)
    return next(one for one in found.orders if one.order_id == "x")


def clocks(*more: dict[str, Any], pack: Pack = NOW, lang: str = "zh") -> dict[str, OrderClock]:
    return {one.kind: one for one in risk(*more, pack=pack, lang=lang).clocks}


def test_an_hour_costs_what_what_if_says_of_an_hour() -> None:
    waiting = order(at(10))
    clock = clocks(waiting)["pickup"]
    assert (clock.starts_at, clock.rests, clock.past) == (at(10), False, False)
    assert clock.deadline == at(24 - 1 / 3600, 0)

    def picked_up(hour: float) -> WhatIf:
        word = {"kind": "order", "id": "x", "picked_up_at": at(hour)}
        change = [decode_record(json.dumps(word).encode())]
        return what_if_history(history(waiting), NOW, DAY.toordinal(), change)

    early, late = picked_up(21), picked_up(22)
    moved = (early.indicators["logistics.pickup_seconds"].after, late.indicators["logistics.pickup_seconds"].after)
    assert clock.hour is not None
    assert clock.hour.key == "logistics.pickup_seconds"
    # On the page's sums where they are known, so beside as many orders as what-if has.
    assert clock.hour.change == pytest.approx((moved[1] or 0) - (moved[0] or 0), rel=0.02)
    assert early.delta.total is not None
    assert late.delta.total is not None
    assert clock.points == pytest.approx(late.delta.total - early.delta.total, rel=0.1)
    assert early.delta.total > late.delta.total


@pytest.mark.parametrize(("hour", "costs"), [(12.5, True), (14, False)])
def test_a_step_table_costs_only_in_the_hour_that_crosses_a_step(hour: float, costs: bool) -> None:
    """Paid at half past twelve an order has waited 11.5 hours at midnight; the first step ends at 12."""
    clock = clocks(order(at(hour), deliver_by=at(20, -3)), pack=STEPS)["pickup"]
    assert (clock.hour is not None) == costs
    if clock.hour is not None:
        assert clock.hour.key == "logistics.pickup_score"
        assert clock.hour.change < 0


@pytest.mark.parametrize(("paid", "starts", "rests"), [(at(20), at(6, 0), True), (at(3), at(6), False)])
def test_a_payment_at_night_counts_from_six(paid: str, starts: str, rests: bool) -> None:
    clock = clocks(order(paid))["pickup"]
    assert (clock.starts_at, clock.rests) == (starts, rests)
    assert clock.hour is not None  # of an hour once it runs


def test_after_sales_wait_beside_their_order() -> None:
    filed = {"kind": "after_sale", "id": "a", "order_id": "x", "type": "return_refund", "applied_at": at(23.5)}
    arrived = order(at(9, 5), picked_up_at=at(20, 5), delivered_at=at(10, 2), deliver_by=at(10, 2))
    clock = clocks(arrived, filed | {"audit_by": at(20, -1)})["audit"]
    assert (clock.after_sale, clock.starts_at, clock.rests, clock.deadline) == ("a", at(8, 0), True, at(20, -1))
    assert clock.hour is not None
    assert clock.hour.key == "service.audit_seconds"
    assert clock.hour.change > 0
    returned = filed | {"applied_at": at(9, 3), "agreed_at": at(10, 3), "return_received_at": at(12)}
    assert clocks(arrived, returned)["confirm"].starts_at == at(12)
    assert not clocks(arrived, returned | {"refunded_at": at(13)})


def test_a_promise_that_is_past_still_stands_there() -> None:
    sent = order(at(9, 6), picked_up_at=at(20, 6), deliver_by=at(20, 2))
    clock = clocks(sent)["delivery"]
    assert (clock.deadline, clock.past, clock.hour) == (at(20, 2), True, None)


def test_the_nearest_deadline_comes_first_in_both_languages() -> None:
    due = order(at(10), deliver_by=at(20, -4))
    for lang, word in (("zh", "每多 1 小时"), ("en", "each hour more")):
        found = risk(due, lang=lang).clocks
        assert [one.kind for one in found] == ["pickup", "delivery"]
        assert all((one.deadline or "") <= (later.deadline or "") for one, later in pairwise(found))
        assert word in found[0].text
        assert "11-20 23:59" in found[0].text


def test_the_expectation_has_a_band_around_it() -> None:
    found = at_risk_history(history(), NOW, DAY.toordinal()).orders
    assert found
    for one in found:
        assert one.expected_loss is not None
        assert one.expected_loss_low is not None
        assert one.expected_loss_high is not None
        assert one.expected_loss_low < one.expected_loss < one.expected_loss_high


chances = st.builds(
    Chance,
    st.floats(0.001, 0.999),
    st.floats(0, 2),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(
        lambda three: Band(sorted(three)[1], min(three), max(three))
    ),
)


@given(st.lists(chances, max_size=6))
def test_a_band_holds_its_middle_and_is_null_with_a_loss_unknown(given_: list[Chance]) -> None:
    found = expected_loss(given_)
    assert found is not None
    assert found.mid == pytest.approx(sum(one.probability * one.loss.mid for one in given_ if one.loss))
    assert found.low <= found.mid <= found.high
    assert expected_loss([*given_, Chance(0.5, 0.1, None)]) is None
    sure = expected_loss([Chance(one.probability, 0.0, Band(0.2, 0.2, 0.2)) for one in given_])
    assert sure is not None
    assert sure.low == pytest.approx(sure.high)


def test_the_spread_is_how_far_past_answers_were_off() -> None:
    rng = np.random.default_rng(7)
    said = rng.uniform(0.02, 0.3, 6000)
    came = (rng.random(6000) < said).astype(float)
    assert Tried(said, said, came).spread < 0.15
    half = Tried(said / 2, said / 2, came)  # twice as many came as were said
    assert half.spread == pytest.approx(np.log(2), rel=0.15)
    assert Tried(said[:0], said[:0], came[:0]).spread == pytest.approx(UNTRIED_SPREAD)
