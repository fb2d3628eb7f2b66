"""`koubei at-risk` on plain files: keys and null rules, nothing known ahead, nothing in the order of lines."""

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.cli import main
from shared_scoring.risk.outcomes import OUTCOMES
from tests.unit.risky import AS_OF, Fields, known_before, shop, write


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    with pytest.raises(SystemExit) as end:
        main(["at-risk", *map(str, arguments), "--json"])
    out, _ = capsys.readouterr()
    assert int(end.value.code or 0) == 0
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture(scope="module")
def records() -> list[Fields]:
    return shop()


def test_keys_and_order(capsys: pytest.CaptureFixture[str], tmp_path: Path, records: list[Fields]) -> None:
    found = answer(capsys, write(tmp_path / "a.ndjson", records), "--as-of", AS_OF)
    assert found["command"] == "at-risk"
    assert found["rules"] == "douyin-shop/2026-09-08"
    cut = dt.datetime.combine(AS_OF, dt.time(), dt.timezone(dt.timedelta(hours=8)))
    orders = [one for one in records if one["kind"] == "order"]
    is_open = {one["id"] for one in orders if dt.datetime.fromisoformat(one["finished_at"]) >= cut}
    assert {one["order_id"] for one in found["orders"]} == is_open
    assert len(found["orders"]) == len(is_open)
    for one in found["orders"]:
        assert set(one["outcomes"]) == set(OUTCOMES)
        assert set(one["unknown"]) == {key for key, outcome in one["outcomes"].items() if outcome is None}
        for outcome in one["outcomes"].values():
            assert outcome is None or (0 < outcome["probability"] < 1 and outcome.keys() >= {"loss", "deadline"})
    likely = [sum(o["probability"] for o in one["outcomes"].values() if o) for one in found["orders"]]
    assert all(one["expected_loss"] is None for one in found["orders"])  # no response is published
    assert likely == sorted(likely, reverse=True)


def test_the_future_changes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path, records: list[Fields]) -> None:
    day = AS_OF - dt.timedelta(days=30)
    whole = answer(capsys, write(tmp_path / "a.ndjson", records), "--as-of", day)
    cut = known_before(records, day)
    shuffled = [*cut, *cut[: len(cut) // 3]]
    random.Random(4).shuffle(shuffled)
    before = answer(capsys, write(tmp_path / "b.ndjson", shuffled), "--as-of", day)
    whole.pop("input")
    before.pop("input")
    assert len(json.dumps(cut)) < len(json.dumps(records))
    assert before == whole
    assert whole["orders"]


def test_it_learns_what_this_shop_is_late_and_low_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, records: list[Fields]
) -> None:
    found = answer(capsys, write(tmp_path / "a.ndjson", records), "--as-of", AS_OF)
    orders = {one["id"]: one for one in records if one["kind"] == "order"}
    assert found["methods"]["late_delivery"]["method"] == "learned"
    by_place: dict[str, list[float]] = {"新疆": [], "浙江": []}
    by_product: dict[bool, list[float]] = {True: [], False: []}
    for one in found["orders"]:
        order = orders[one["order_id"]]
        late, low = one["outcomes"]["late_delivery"], one["outcomes"]["bad_review"]
        if late is not None:
            by_place[order["region"]["province"]].append(late["probability"])
        if low is not None:
            by_product[order["lines"][0]["product_id"] == "poor"].append(low["probability"])
    assert np.mean(by_place["新疆"]) > 1.5 * np.mean(by_place["浙江"])
    assert np.mean(by_product[True]) > np.mean(by_product[False])


def order(id_: str, paid: str, **more: Any) -> Fields:
    return {"kind": "order", "id": id_, "created_at": paid, "paid_at": paid, **more}


def finished(id_: str, **more: Any) -> Fields:
    events = {"delivered_at": "2026-10-22T10:00:00+08:00", "finished_at": "2026-10-29T10:00:00+08:00"}
    return order(id_, "2026-10-20T10:00:00+08:00", **events, **more)


FRESH, EARLIER = "2026-11-05T09:00:00+08:00", "2026-11-02T09:00:00+08:00"
AHEAD, PAST = "2026-11-09T23:59:59+08:00", "2026-11-04T23:59:59+08:00"
PICKED = {"picked_up_at": "2026-10-21T10:00:00+08:00"}


@pytest.mark.parametrize(
    ("own", "others", "outcome", "why"),
    [
        (order("1", FRESH), [finished("9", **PICKED)], "late_pickup", None),
        (order("1", FRESH), [finished("9")], "late_pickup", "not_observed"),
        (
            order("1", FRESH),
            [finished("8"), finished("9", **PICKED)],
            "late_pickup",
            "not_observed",
        ),  # half is not most
        (order("1", FRESH), [], "late_pickup", "not_observed"),
        (order("1", EARLIER), [finished("9", **PICKED)], "late_pickup", "promise_past"),
        (order("1", FRESH, picked_up_at=FRESH), [finished("9", **PICKED)], "late_pickup", "decided"),
        (order("1", EARLIER, presale=True, ship_by=AHEAD), [finished("9", **PICKED)], "late_pickup", None),
        (order("1", FRESH, presale=True), [finished("9", **PICKED)], "late_pickup", "no_promise"),
        (order("1", FRESH, deliver_by=AHEAD), [finished("9")], "late_delivery", None),
        (order("1", EARLIER, deliver_by=PAST), [finished("9")], "late_delivery", "promise_past"),
        (order("1", FRESH), [finished("9")], "late_delivery", "no_promise"),
        (order("1", FRESH, deliver_by=AHEAD), [], "late_delivery", "not_observed"),
        (order("1", FRESH, deliver_by=AHEAD, delivered_at=FRESH), [finished("9")], "late_delivery", "decided"),
        (
            order("1", FRESH, waybills=[{"id": "w", "deliver_by": PAST}, {"id": "v", "deliver_by": AHEAD}]),
            [finished("9")],
            "late_delivery",
            None,
        ),
        (order("1", FRESH), [], "bad_review", None),
        (
            order("1", FRESH),
            [{"kind": "review", "id": "r", "order_id": "1", "created_at": FRESH, "stars": 5}],
            "bad_review",
            "decided",
        ),
        (order("1", FRESH), [], "quality_return", None),
        (
            order("1", FRESH),
            [{"kind": "after_sale", "id": "a", "order_id": "1", "applied_at": FRESH}],
            "damage_return",
            "decided",
        ),
        (
            order("1", FRESH),
            [{"kind": "after_sale", "id": "a", "order_id": "1", "applied_at": FRESH, "exempt": True}],
            "damage_return",
            None,
        ),
        (
            order("1", FRESH),
            [{"kind": "platform_help", "id": "h", "order_id": "1", "opened_at": FRESH, "via": "complaint"}],
            "platform_help",
            None,
        ),
        (
            order("1", FRESH),
            [{"kind": "platform_help", "id": "h", "order_id": "1", "opened_at": FRESH, "via": "arbitration"}],
            "platform_help",
            "decided",
        ),
    ],
)
def test_what_is_decided_or_cannot_be_known_is_null(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own: Fields, others: list[Fields], outcome: str, why: str | None
) -> None:
    found = answer(capsys, write(tmp_path / "a.ndjson", [own, *others]), "--as-of", "2026-11-06")
    row = next(one for one in found["orders"] if one["order_id"] == "1")
    assert row["unknown"].get(outcome) == why
    assert (row["outcomes"][outcome] is None) == (why is not None)


@pytest.mark.parametrize(
    "more",
    [
        {"cancelled_at": FRESH},
        {"finished_at": FRESH},
        {"excluded": ["gift"]},
        {"paid_at": "2026-11-06T00:00:00+08:00"},
        {"paid_at": None},
    ],
)
def test_only_open_orders_are_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path, more: Fields) -> None:
    rows = [{**order("1", FRESH), **more}, order("2", "2026-11-05T23:59:59+08:00")]
    found = answer(capsys, write(tmp_path / "a.ndjson", rows), "--as-of", "2026-11-06")
    assert [one["order_id"] for one in found["orders"]] == ["2"]


def test_deadlines_are_the_subjects_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [order("1", "2026-11-05T01:00:00Z", deliver_by="2026-11-09T15:59:59Z"), finished("9", **PICKED)]
    found = answer(capsys, write(tmp_path / "a.ndjson", rows), "--as-of", "2026-11-06")["orders"][0]
    assert found["outcomes"]["late_pickup"]["deadline"] == "2026-11-06T23:59:59+08:00"
    assert found["outcomes"]["late_delivery"]["deadline"] == "2026-11-09T23:59:59+08:00"
    assert found["deadline"] == "2026-11-06T23:59:59+08:00"


@pytest.mark.parametrize("rules", ["douyin-creator/2021", "douyin-shop/2026-05-07", "amazon/account-health"])
def test_any_pack_on_any_day(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, records: list[Fields], rules: str
) -> None:
    found = answer(capsys, write(tmp_path / "a.ndjson", records), "--as-of", "2026-07-01", "--rules", rules)
    assert found["rules"] == rules
    assert found["orders"]


@pytest.mark.parametrize(("lang", "word"), [("zh", "订单"), ("en", "Order")])
def test_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, records: list[Fields], lang: str, word: str
) -> None:
    with pytest.raises(SystemExit):
        main(["at-risk", str(write(tmp_path / "a.ndjson", records)), "--as-of", str(AS_OF), "--lang", lang])
    assert word in capsys.readouterr().out


def test_past_risks_are_held_against_what_came(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, records: list[Fields]
) -> None:
    path = write(tmp_path / "a.ndjson", records)
    with pytest.raises(SystemExit):
        main(["backtest", str(path), "--as-of", str(AS_OF), "--json"])
    risk = json.loads(capsys.readouterr().out)["risk"]
    assert len(risk["asked"]) >= 2
    late = risk["outcomes"]["late_delivery"]
    assert sum(one["count"] for one in late["bins"]) == late["answers"] > 100
    assert late["hits"] == pytest.approx(sum(one["count"] * one["came"] for one in late["bins"]))
    assert late["auc"] > late["plain_auc"]  # it knows of provinces, the days left do not
