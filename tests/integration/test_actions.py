"""What to do first over the API: found by the worker, changed by people, planned on request."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from shared_scoring.actions.answer import actions
from shared_scoring.actions.scene import scene_of
from shared_scoring.actions.target import of_total
from shared_scoring.pack import bundled
from tests.days import now, today
from tests.integration.shop import rows, send
from tests.integration.working import eventually, scored, worker
from tests.unit import acting
from worker import outlook, recalculate

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from server.db.engine import Database
    from server.settings import Settings
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/actions"
RULES = "douyin-shop/2026-09-08"


def records() -> list[dict[str, Any]]:
    """The small shop of the unit tests, moved to end this morning, with something to do."""
    shift = _shift()
    own = acting.shop(
        acting.review(4, 1),
        acting.review(6, 2),
        acting.after_sale(5, arbitration={"opened_at": acting.at(5), "closed_at": acting.at(3), "blame": "buyer"}),
        {"kind": "conduct", "id": "i", "at": acting.at(9), "scene": "invoice_refused"},
        acting.official(total=80.0, bonus=0, deduction=2),
    )
    return [_moved(one, shift) for one in own if one["kind"] != "subject"]


def _moved(value: Any, shift: dt.timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, shift) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, shift) for one in value]
    if isinstance(value, str) and len(value) >= 10 and value[:2] == "20" and value[4] == "-":
        moved = dt.datetime.fromisoformat(value) + shift
        return moved.date().isoformat() if len(value) == 10 else moved.isoformat()
    return value


@pytest.fixture
def busy(shop: "Paired", database: "Database") -> "Paired":
    """A shop whose actions the worker has found."""
    assert send(shop, records()).json["quarantined"] == []
    recalculate.run(database.app, "shop-1")
    assert outlook.run(database.app, "shop-1", now())
    return shop


def listed(shop: "Paired", query: str = "") -> Any:
    answer = shop.client.get(ADDRESS + query)
    assert answer.status_code == 200, answer.text
    return answer.json


def change(shop: "Paired", id_: str, **body: Any) -> Any:
    return shop.client.patch(f"{ADDRESS}/{id_}", json=body)


def test_the_api_says_what_the_records_say(busy: "Paired") -> None:
    answer = listed(busy, "?target=82")
    day = dt.date.fromisoformat(answer["as_of"])
    own = [*records(), {"kind": "subject", "id": "shop-1", "platform": "douyin", "type": "shop"}]
    scene = scene_of(acting.history(own), bundled()[RULES], day.toordinal(), subject_id="shop-1")
    expected = actions(scene, of_total(82, scene.pack))
    assert [one["id"] for one in answer["actions"]] == [one.id for one in expected.actions]
    assert answer["current"] == expected.current
    assert answer["reachable"] == expected.reachable
    assert answer["plan"]["actions"] == (expected.plan.actions if expected.plan else None)
    assert answer["plan"]["total"]["mid"] == pytest.approx(expected.plan.total.mid if expected.plan else None)
    assert answer["stale"] is False
    deduction = next(one for one in answer["actions"] if one["kind"] == "appeal_conduct")
    assert deduction["change"] == [{"kind": "conduct", "id": "i", "count": 0}]
    assert deduction["gain"]["mid"] == pytest.approx(0.2 * 2)
    assert deduction["state"] == "open"
    # Its change, sent to what-if, is worth what the gain says.
    body = {"change": deduction["change"]}
    delta = busy.client.post("/v1/subjects/shop-1/what-if", json=body).json["delta"]["total"]
    assert deduction["gain"]["mid"] == pytest.approx(deduction["success"] * delta)


def test_in_english_too_and_nothing_new_is_304(busy: "Paired") -> None:
    first = busy.client.get(ADDRESS + "?lang=en")
    assert all(one["title"].isascii() for one in first.json["actions"] if one["kind"] == "appeal_conduct")
    again = busy.client.get(ADDRESS + "?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_what_was_dismissed_does_not_come_back(busy: "Paired", database: "Database", admin: "Engine") -> None:
    id_ = listed(busy)["actions"][0]["id"]
    answer = change(busy, id_, state="dismissed")
    assert (answer.status_code, answer.json["state"]) == (200, "dismissed")
    assert id_ not in {one["id"] for one in listed(busy)["actions"]}
    _again(admin, database)
    assert id_ not in {one["id"] for one in listed(busy)["actions"]}
    assert id_ in {one["id"] for one in listed(busy, "?state=dismissed")["actions"]}
    assert change(busy, id_, state="open").json["state"] == "open"
    assert id_ in {one["id"] for one in listed(busy)["actions"]}
    [(device,)] = rows(admin, "SELECT changed_by FROM actions WHERE id = :id", id=id_)
    assert str(device) == str(rows(admin, "SELECT id FROM devices")[0][0])


def _again(admin: "Engine", database: "Database") -> None:
    """Have the outlook made once more, as tomorrow's would be."""
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET outlook_version = -1, outlook_at = NULL"))
    assert outlook.run(database.app, "shop-1", now())


def test_a_snooze_ends_by_itself(busy: "Paired", admin: "Engine", database: "Database") -> None:
    id_ = listed(busy)["actions"][0]["id"]
    until = (now() + dt.timedelta(hours=3)).isoformat()
    assert change(busy, id_, state="snoozed", snoozed_until=until).json["snoozed_until"] is not None
    assert id_ not in {one["id"] for one in listed(busy)["actions"]}
    with admin.connect() as connection:
        connection.execute(
            text("UPDATE actions SET snoozed_until = now() - interval '1 second' WHERE id = :i"), {"i": id_}
        )
    assert id_ in {one["id"] for one in listed(busy)["actions"]}
    _again(admin, database)
    assert rows(admin, "SELECT state FROM actions WHERE id = :i", i=id_) == [("open",)]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"state": "finished"}, "state"),
        ({"state": "snoozed"}, "snoozed_until"),
        ({"state": "done", "snoozed_until": "2027-01-01T00:00:00+08:00"}, "snoozed_until"),
        ({"state": "snoozed", "snoozed_until": "2020-01-01T00:00:00+08:00"}, "snoozed_until"),
        ({"state": "snoozed", "snoozed_until": "2190-01-01T00:00:00+08:00"}, "snoozed_until"),
        ({"state": "open", "by": "me"}, "by"),
    ],
)
def test_a_change_that_says_nothing_sensible_is_refused(busy: "Paired", body: dict[str, str], path: str) -> None:
    answer = change(busy, listed(busy)["actions"][0]["id"], **body)
    assert answer.status_code == 422
    assert path in {error["path"] for error in answer.json["errors"]}


def test_an_unknown_action_and_a_strange_target_are_refused(busy: "Paired") -> None:
    assert change(busy, "a0", state="done").json["type"].endswith("action-unknown")
    for query in (
        "?target=101",
        "?consumer=5.1",
        "?gate=nonsense",
        "?gate=ads",
        "?gate=alliance_product",
        "?target=80&gate=promotion",
        "?by=2026-12-01",
    ):
        assert busy.client.get(ADDRESS + query).status_code == 422


def test_what_was_done_is_followed_up_and_corrects_the_odds(
    busy: "Paired", admin: "Engine", database: "Database"
) -> None:
    deduction = next(one for one in listed(busy)["actions"] if one["kind"] == "appeal_conduct")
    assert change(busy, deduction["id"], state="done").status_code == 200
    # The appeal was won: the platform takes the deduction back, and another one comes along.
    won = {"kind": "conduct", "id": "i", "count": 0, "updated_at": now().isoformat()}
    another = {"kind": "conduct", "id": "j", "at": _moved(acting.at(3), _shift()), "scene": "false_advertising"}
    send(busy, [won, another], key="k2")
    recalculate.run(database.app, "shop-1")
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET outlook_at = NULL"))
    # What is known before tomorrow holds what was updated today.
    assert outlook.run(database.app, "shop-1", now() + dt.timedelta(days=1))
    [done] = [one for one in listed(busy, "?state=done")["actions"] if one["id"] == deduction["id"]]
    assert done["effect"]["succeeded"] is True
    assert done["effect"]["came_true"] == 1.0
    [other] = [one for one in listed(busy)["actions"] if one["kind"] == "appeal_conduct"]
    assert other["success"] == pytest.approx((0.2 * 10 + 1) / 11)


def _shift() -> dt.timedelta:
    return today() - acting.DAY


def test_the_worker_makes_the_outlook_by_itself(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: "Path"
) -> None:
    with worker(settings, tmp_path / "log"):
        send(shop, records())
        eventually(lambda: scored(admin, "shop-1"), "the score")
        eventually(lambda: listed(shop)["actions"], "the actions")
    assert rows(admin, "SELECT outlook_version = input_version FROM subjects") == [(True,)]


def test_an_outlook_rests_between_two_runs(busy: "Paired", admin: "Engine", database: "Database") -> None:
    send(busy, [acting.review(900, 1)], key="k9")
    recalculate.run(database.app, "shop-1")
    assert outlook.due(database.gate, now()) == []
    assert listed(busy)["stale"] is True
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET outlook_at = outlook_at - interval '1 hour'"))
    assert outlook.due(database.gate, now()) == ["shop-1"]


@pytest.mark.parametrize(
    ("said", "rules"), [("给个红包，麻烦五星好评", ["paid_praise"]), ("已按规则为您退款，抱歉。", [])]
)
def test_a_text_is_checked_before_it_is_sent(shop: "Paired", said: str, rules: list[str]) -> None:
    answer = shop.client.post("/v1/compliance-checks", json={"text": said})
    assert answer.status_code == 200
    assert [one["rule"] for one in answer.json["findings"]] == rules
    assert answer.json["allowed"] is (not rules)


def test_the_row_of_a_page_shows_its_action_until_it_is_done(busy: "Paired") -> None:
    def row(lang: str = "zh") -> Any:
        answer = busy.client.get(f"/v1/subjects/shop-1/overlay?page=reviews&id=r4&id=r8&lang={lang}")
        assert answer.status_code == 200, answer.text
        assert answer.json["rows"][1]["action"] is None  # five stars
        return answer.json["rows"][0]["action"], answer.headers["ETag"]

    review = next(one for one in listed(busy)["actions"] if one["records"] == [{"kind": "review", "id": "r4"}])
    shown, tag = row()
    assert shown == {"id": review["id"], "title": review["title"], "etag": review["etag"]}
    assert row("en")[0]["title"] != review["title"]
    assert change(busy, review["id"], state="done").status_code == 200
    assert row()[0] is None
    assert row()[1] != tag


def test_a_product_is_looked_at_before_it_is_taken_on(busy: "Paired") -> None:
    answer = busy.client.get("/v1/subjects/shop-1/product-check?product_id=p1&orders=30")
    assert answer.status_code == 200
    assert answer.json["rates"]["basis"] == "own"
    assert "goods.quality_return" in answer.json["moves"]
    assert busy.client.get("/v1/subjects/shop-1/product-check").status_code == 422


def test_of_two_who_saw_the_same_action_the_second_is_told(busy: "Paired") -> None:
    action = listed(busy)["actions"][0]
    address = f"{ADDRESS}/{action['id']}"
    alone = busy.client.get(address)
    assert (alone.status_code, alone.json) == (200, action)
    assert busy.client.get(address, headers={"If-None-Match": alone.headers["ETag"]}).status_code == 304

    def say(state: str, tag: str) -> Any:
        return busy.client.patch(address, json={"state": state}, headers={"If-Match": f'"{tag}"'})

    first = say("done", action["etag"])
    assert (first.status_code, first.json["state"]) == (200, "done")
    second = say("dismissed", action["etag"])
    assert (second.status_code, second.json["code"]) == (412, "changed-meanwhile")
    nothing = busy.client.patch(address, json={"state": "dismissed"}, headers={"If-Match": ""})
    assert nothing.status_code == 412, "an empty If-Match matches nothing"
    assert busy.client.get(address).json["state"] == "done"
    assert say("open", first.json["etag"]).status_code == 200
    assert change(busy, action["id"], state="done").status_code == 200, "without If-Match the last word stands"
    assert busy.client.get(f"{ADDRESS}/nothing").json["code"] == "action-unknown"
    shown = busy.client.get("/v1/subjects/shop-1/overlay?page=home").json["panel"]["actions"]
    tags = {one["id"]: one["etag"] for one in listed(busy)["actions"]}
    assert shown
    assert all(tags[one["id"]] == one["etag"] for one in shown)
