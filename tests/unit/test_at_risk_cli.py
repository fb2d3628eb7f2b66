"""`koubei at-risk` on plain files: keys and null rules, nothing known ahead, nothing in the order of lines."""

import datetime as dt
import json
import random
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from server.cli import main
from shared_scoring.risk.at_risk import AtRisk, at_risk_history
from shared_scoring.risk.clocks import WORDS
from shared_scoring.risk.outcomes import OUTCOME_WORDS, OUTCOMES
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


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    with pytest.raises(SystemExit) as end:
        main(["at-risk", *map(str, arguments)])
    assert int(end.value.code or 0) == 0
    return capsys.readouterr().out.splitlines()


def wide(line: str) -> int:
    """Columns on a screen: what Unicode calls wide takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line)


def like_a_platform(records: list[Fields]) -> list[Fields]:
    """Ids of 19 digits that share all but the last ones."""
    named = {one["id"]: f"478123000000{int(one['id'][1:]):07d}" for one in records if one["kind"] == "order"}
    renamed = [{**one, "id": named.get(one["id"], one["id"])} for one in records]
    return [{**one, "order_id": named[one["order_id"]]} if "order_id" in one else one for one in renamed]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_in_words_every_order_can_be_told_from_the_others(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    records: list[Fields],
    columns: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    path = write(tmp_path / "a.ndjson", like_a_platform(records))
    lines = printed(capsys, path, "--as-of", AS_OF, "--lang", lang)
    told = answer(capsys, path, "--as-of", AS_OF, "--lang", lang)["orders"][:20]
    assert max(map(wide, lines)) <= columns
    assert not any("…" in line for line in lines)
    heads = [at for at, line in enumerate(lines) if line.startswith("478")]
    assert [lines[at].split()[0] for at in heads] == [one["order_id"] for one in told]
    for one, first, end in zip(told, heads, [*heads[1:], len(lines)], strict=True):
        block = lines[first:end]
        known = {key: found["probability"] for key, found in one["outcomes"].items() if found}
        likeliest = max(known, key=lambda key: known[key])
        name = OUTCOME_WORDS[likeliest].said(lang)
        assert f"{name} {known[likeliest]:.1%}" in " ".join(block)
        if columns >= 80:
            for clock in one["clocks"]:
                day = dt.datetime.fromisoformat(clock["deadline"])
                assert any(WORDS[clock["kind"]].said(lang) in line and f"{day:%m-%d %H:%M}" in line for line in block)
            for why in one["reasons"]:
                assert any(why["text"] in line for line in block)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_id_wider_than_the_screen_is_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = [order(f"[b]单号{'x' * 90}{end}", FRESH) for end in "12"]
    lines = printed(capsys, write(tmp_path / "a.ndjson", long), "--as-of", "2026-11-06", "--lang", lang)
    assert {one["id"] for one in long} <= set(lines)


@pytest.mark.parametrize(
    ("loss", "said"), [((0.01234, -0.00051, 0.04), "0.0123 (-0.0005 – 0.0400)"), ((None,) * 3, "–")]
)
def test_the_expected_loss_stands_beside_the_id_with_its_band(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    loss: tuple[float | None, ...],
    said: str,
) -> None:
    def with_loss(*given: Any) -> AtRisk:
        told = at_risk_history(*given)
        low, mid, high = loss[1], loss[0], loss[2]
        first = structs.replace(told.orders[0], expected_loss=mid, expected_loss_low=low, expected_loss_high=high)
        return structs.replace(told, orders=[first])

    monkeypatch.setattr("server.cli.at_risk.at_risk_history", with_loss)
    monkeypatch.setenv("COLUMNS", "80")
    path = write(tmp_path / "a.ndjson", [order("4781230000000000699", FRESH)])
    lines = printed(capsys, path, "--as-of", "2026-11-06", "--lang", "en")
    assert f"4781230000000000699  expected loss {said}" in lines


@pytest.mark.parametrize(("lang", "said"), [("zh", "没有未完结订单"), ("en", "no order is open")])
def test_no_open_order_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str, said: str) -> None:
    path = write(tmp_path / "a.ndjson", [finished("9")])
    assert said in printed(capsys, path, "--as-of", "2026-11-06", "--lang", lang)


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
