"""Binding shops and creators, and listing them page by page."""

import pytest
from sqlalchemy import text


def bind(device, subject_id, **fields):
    return device.client.put(f"/v1/subjects/{subject_id}", json=fields)


def test_the_first_binding_creates_and_the_next_repeats(paired):
    fields = {"type": "shop", "platform": "douyin", "name": "小店", "time_zone": "Asia/Shanghai"}
    first = bind(paired, "shop-1", **fields)
    assert first.status_code == 201, first.text
    assert first.json["id"] == "shop-1"
    again = bind(paired, "shop-1", **fields)
    assert again.status_code == 200
    assert again.json["created_at"] == first.json["created_at"]


def test_another_accounts_subject_is_refused_and_untouched(paired, pair):
    stranger = pair(account="other shop")
    assert bind(stranger, "shop-1", type="shop").status_code == 201
    answer = bind(paired, "shop-1", type="creator")
    assert (answer.status_code, answer.json["code"]) == (403, "subject-of-another")
    assert paired.client.get("/v1/subjects").json["items"] == []
    assert [item["id"] for item in stranger.client.get("/v1/subjects").json["items"]] == ["shop-1"]
    assert bind(stranger, "shop-1", type="shop").json["input_version"] <= 1, "the refused declaration left nothing"


def test_an_unbound_subject_is_not_found(paired):
    answer = paired.client.get("/v1/subjects/nowhere/score")
    assert (answer.status_code, answer.json["code"]) == (404, "subject-unknown")
    assert "PUT /v1/subjects/{id}" in answer.json["detail"]


def test_pages_hold_every_subject_once_and_in_order(paired):
    ids = [*sorted(f"shop-{number:02}" for number in range(7)), "店铺"]
    for subject_id in ids:
        assert bind(paired, subject_id, type="shop").status_code == 201
    seen, query = [], {"limit": 3}
    while True:
        page = paired.client.get("/v1/subjects", query_string=query).json
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query = {"limit": 3, "cursor": page["next_cursor"]}
    assert seen == ids


@pytest.mark.parametrize("cursor", ["%%%", "AA==", "x", "é"])
def test_a_made_up_cursor_is_refused(paired, cursor):
    answer = paired.client.get("/v1/subjects", query_string={"cursor": cursor})
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"type": "warehouse"}, "type"),
        ({"name": "a\0b"}, "name"),
        ({"cross_border": "yes"}, "cross_border"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"onboarded_at": "2026-01-01T00:00:00"}, "onboarded_at"),
        ({"phone": "13800000000"}, "phone"),
        ({"id": "shop-2"}, "id"),
        ({"kind": "order"}, "kind"),
        ([], ""),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_its_path(paired, body, path):
    answer = paired.client.put("/v1/subjects/shop-1", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert [error["path"] for error in answer.json["errors"]] == [path]
    assert paired.client.get("/v1/subjects").json["items"] == [], "nothing is bound by a refused request"


def test_an_id_longer_than_a_record_may_have_is_refused(paired):
    answer = bind(paired, "9" * 129, type="shop")
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, "id")


def test_what_is_erased_is_gone_for_all_but_the_log(pair, admin):
    owner, member = pair(), pair(member="m", role="member")
    assert owner.client.put("/v1/subjects/shop-1", json={"name": "小店"}).status_code == 201
    assert member.client.delete("/v1/subjects/shop-1").status_code == 403
    assert owner.client.delete("/v1/subjects/shop-1").status_code == 204
    assert owner.client.delete("/v1/subjects/shop-1").status_code == 404
    assert owner.client.get("/v1/subjects").json["items"] == []
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM records")).scalar_one() == 0
    assert owner.client.get("/v1/audit").json["items"][0]["event"] == "subject.erased"
