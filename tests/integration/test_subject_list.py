"""Many subjects in one list: how each stands, those that need attention first, found by name, page by page."""

import base64
import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from server.subjects.sorts import SORTS
from shared_scoring.overview import risk_overview
from shared_scoring.preferences import Preferences
from shared_scoring.risk.at_risk import OrderRisk, OutcomeRisk
from tests.integration.shop import rows, send
from tests.integration.working import small_shop
from worker import outlook, recalculate

if TYPE_CHECKING:
    from server.db.engine import Database
    from tests.conftest import Paired

FALLING = {"at_risk", "expected_loss"}


def put(admin: Engine, subject: str, **figures: Any) -> None:
    """A subject as the worker would leave it, of the account that is there."""
    score = {"as_of": "2026-11-22", "rules": "r", "stage": "formal", "total": 80.0, "estimate": None, "shown": None}
    values = {"name": None, "total": None, "change": None, "at_risk": None, "expected_loss": None} | figures
    with admin.connect() as connection:
        connection.execute(
            text("INSERT INTO subjects (id, account_id) SELECT :id, id FROM accounts WHERE name = 'default'"),
            {"id": subject},
        )
        connection.execute(
            text(
                "INSERT INTO overviews (subject_id, name, type, as_of, total, change, at_risk, expected_loss, score)"
                " VALUES (:id, :name, 'shop', '2026-11-22', :total, :change, :at_risk, :expected_loss, :score)"
            ),
            {"id": subject, "score": json.dumps(score), **values},
        )


def listed(device: "Paired", **query: Any) -> list[dict[str, Any]]:
    """All pages, one after the other."""
    found: list[dict[str, Any]] = []
    while True:
        answer = device.client.get("/v1/subjects", query_string=query)
        assert answer.status_code == 200, answer.text
        found += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return found
        query["cursor"] = answer.json["next_cursor"]


def test_a_subject_is_listed_with_its_score_and_what_is_at_risk(
    paired: "Paired", database: "Database", admin: Engine
) -> None:
    assert paired.client.put("/v1/subjects/shop-1", json={"name": "小店", "type": "shop"}).status_code == 201
    [empty] = listed(paired)
    assert (empty["overview"], empty["name"]) == (None, None), "nothing is claimed before the worker has looked"
    records = [one for one in small_shop() if one["kind"] != "subject"]
    for number in range(0, len(records), 300):
        assert send(paired, records[number : number + 300], key=str(number)).status_code == 200
    recalculate.run(database.app, "shop-1")
    [seen] = listed(paired)
    answer = paired.client.get("/v1/subjects/shop-1/score").json
    panel = paired.client.get("/v1/subjects/shop-1/overlay?page=score").json["panel"]
    assert (seen["name"], seen["type"]) == ("小店", "shop")
    overview = seen["overview"]
    assert [overview[name] for name in ("as_of", "rules", "stage", "total")] == [
        answer[name] for name in ("as_of", "rules", "stage", "total")
    ]
    assert (overview["estimate"], overview["shown"]) == (answer["estimate"]["total"], panel["shown"])
    assert overview["risk"] is None
    outlook.run(database.app, "shop-1", dt.datetime.now(dt.UTC))
    [seen] = listed(paired)
    stored = rows(admin, "SELECT body FROM order_risks")
    losses = [one.body["expected_loss"] for one in stored if one.body["expected_loss"] is not None]
    risk = seen["overview"]["risk"]
    assert risk["open_orders"] == len(stored)
    assert risk["expected_loss"] == (pytest.approx(math.fsum(losses)) if losses else None)
    answered = paired.client.get("/v1/subjects", headers={"If-None-Match": ""})
    again = paired.client.get("/v1/subjects", headers={"If-None-Match": answered.headers["ETag"]})
    assert again.status_code == 304


NAMES = st.sampled_from([None, "甲店", "乙店", "Shop b", "shop A"])
FIGURES = st.sampled_from([None, 0.0, -1.5, 0.1 + 0.2, 80.25, 1e-9])


@pytest.mark.usefixtures("app")
def test_every_order_lists_each_once_worst_first_unknown_last(paired: "Paired", admin: Engine) -> None:
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.tuples(NAMES, FIGURES, FIGURES, st.sampled_from([None, 0, 3]), FIGURES), max_size=9),
        st.sampled_from(SORTS),
        st.integers(1, 4),
    )
    def check(shops: list[tuple[Any, ...]], sort: str, limit: int) -> None:
        with admin.connect() as connection:
            connection.execute(text("DELETE FROM subjects"))
        columns = ("name", "total", "change", "at_risk", "expected_loss")
        figures = {f"s{number}": dict(zip(columns, shop, strict=True)) for number, shop in enumerate(shops)}
        for subject, one in figures.items():
            put(admin, subject, **one)
        known = [one for one in figures if sort == "id" or figures[one][sort] is not None]
        value = (lambda one: one) if sort == "id" else (lambda one: figures[one][sort])
        known.sort()
        known.sort(key=value, reverse=sort in FALLING)
        expected = known + sorted(set(figures) - set(known))
        assert [one["id"] for one in listed(paired, sort=sort, limit=limit)] == expected

    check()


@pytest.mark.parametrize(("q", "found"), [("店", ["1", "2"]), ("SHOP", ["3"]), ("2", ["2"]), ("%", []), ("_", [])])
def test_it_is_searched_by_name_and_id(paired: "Paired", admin: Engine, q: str, found: list[str]) -> None:
    for id_, name in (("1", "甲店"), ("2", "乙店"), ("3", "A Shop"), ("4", None)):
        put(admin, id_, name=name)
    assert [one["id"] for one in listed(paired, q=q, limit=1)] == found


def test_another_account_sees_none_of_it(paired: "Paired", pair: Any, admin: Engine) -> None:
    put(admin, "s1", name="甲店", total=80.0)
    stranger = pair(account="other shop")
    for sort in SORTS:
        assert listed(stranger, sort=sort) == []
        assert len(listed(paired, sort=sort)) == 1


@pytest.mark.parametrize("key", ['["x","s1"]', "[1]", '{"a":1}', '[null,"a\\u0000"]', '[1e999,"s"]'])
def test_a_cursor_of_another_order_is_refused(paired: "Paired", key: str) -> None:

    cursor = base64.urlsafe_b64encode(key.encode()).decode()
    answer = paired.client.get("/v1/subjects", query_string={"sort": "total", "cursor": cursor})
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, "cursor")


@pytest.mark.parametrize("query", [{"sort": "worst"}, {"q": ""}, {"q": "x" * 101}])
def test_what_cannot_be_asked_is_refused(paired: "Paired", query: dict[str, str]) -> None:
    assert paired.client.get("/v1/subjects", query_string=query).status_code == 422


def test_an_order_counts_as_marked_by_its_worst_outcome_under_the_shops_own_thresholds() -> None:
    soon, later = (dt.datetime(2026, 11, day, tzinfo=dt.UTC) for day in (23, 25))

    def order(loss: float | None, **outcomes: OutcomeRisk | None) -> OrderRisk:
        return OrderRisk(order_id="1", expected_loss=loss, deadline=None, outcomes=outcomes, unknown={}, reasons=[])

    orders = [
        order(0.3, late_pickup=OutcomeRisk(0.3, 1.0, later), bad_review=OutcomeRisk(0.9, 0.0, soon)),
        order(None, late_pickup=OutcomeRisk(0.6, None, soon), bad_review=None),
        order(0.01, bad_review=OutcomeRisk(0.1, 0.1, None)),
        order(None, bad_review=None),
    ]
    found = risk_overview("2026-11-22", orders, Preferences())
    assert (found.open_orders, found.at_risk, found.high, found.deadline) == (4, 2, 1, soon)
    assert found.expected_loss == pytest.approx(0.31)
    stricter = risk_overview("2026-11-22", orders, Preferences(risk_high=0.05, risk_medium=0.05, risk_low=0.05))
    assert (stricter.at_risk, stricter.high) == (3, 3)
    nothing = risk_overview("2026-11-22", [], Preferences())
    assert (nothing.at_risk, nothing.expected_loss, nothing.deadline) == (0, None, None)
