"""A batch over HTTP: what is stored, refused, quarantined, repeated."""

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.shop import FORMAT, ORDER, REVIEW, rating, rows, send

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.conftest import Paired


def test_a_batch_is_stored_and_scored(shop: "Paired") -> None:
    answer = send(shop, [ORDER, REVIEW])
    assert answer.status_code == 200, answer.text
    assert answer.json["accepted"] == 2
    assert (answer.json["unchanged"], answer.json["quarantined"]) == (0, [])
    assert (rating(shop)["numerator"], rating(shop)["denominator"]) == (4, 1)
    assert rating(shop, "2026-11-04")["denominator"] == 0, "the review did not exist yet"


def test_a_bad_record_is_quarantined_and_the_rest_is_used(shop: "Paired", admin: "Engine") -> None:
    bad = {**REVIEW, "id": "r2", "stars": 9, "buyer_name": "张三", "reason": {"phone": "13800000000"}}
    answer = send(shop, [ORDER, bad, REVIEW])
    assert answer.json["accepted"] == 2
    [refused] = answer.json["quarantined"]
    assert refused["index"] == 1
    assert refused["path"]
    [(kept, unknown)] = rows(admin, "SELECT record, unknown FROM quarantine")
    assert kept["stars"] == 9
    assert {"path": "buyer_name", "type": "string"} in unknown
    assert "张三" not in json.dumps([kept, unknown], ensure_ascii=False)
    assert "138" not in json.dumps([kept, unknown])


def test_the_same_batch_twice_gets_the_same_receipt_and_changes_nothing(shop: "Paired", admin: "Engine") -> None:
    first = send(shop, [ORDER, REVIEW, {"kind": "order"}])
    before = rows(admin, "SELECT * FROM subjects") + rows(admin, "SELECT * FROM ledger ORDER BY series, day, known_on")
    again = send(shop, [ORDER, REVIEW, {"kind": "order"}])
    after = rows(admin, "SELECT * FROM subjects") + rows(admin, "SELECT * FROM ledger ORDER BY series, day, known_on")
    assert first.json == again.json
    assert before == after
    assert len(rows(admin, "SELECT 1 FROM quarantine")) == 1


def test_the_same_key_with_another_body_is_a_conflict(shop: "Paired", admin: "Engine") -> None:
    send(shop, [ORDER])
    answer = send(shop, [REVIEW])
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency-key-reused")
    assert rows(admin, "SELECT kind FROM records WHERE kind = 'review'") == []


def test_repeats_under_another_key_are_unchanged(shop: "Paired", admin: "Engine") -> None:
    send(shop, [ORDER, REVIEW])
    [(version,)] = rows(admin, "SELECT input_version FROM subjects")
    later = {**REVIEW, "seen_at": "2026-11-06T10:00:00+08:00"}
    answer = send(shop, [ORDER, REVIEW, later, ORDER], key="k2")
    assert (answer.json["accepted"], answer.json["unchanged"]) == (0, 4)
    assert rows(admin, "SELECT input_version FROM subjects") == [(version,)]


@pytest.mark.parametrize("foreign", [{**ORDER, "subject_id": "shop-2"}, {"kind": "subject", "id": "shop-2"}])
@pytest.mark.parametrize("spoiled", [False, True])
def test_another_subjects_record_refuses_the_whole_batch(
    shop: "Paired", admin: "Engine", foreign: dict[str, Any], *, spoiled: bool
) -> None:
    answer = send(shop, [REVIEW, {**foreign, "nonsense": 1} if spoiled else foreign])
    assert (answer.status_code, answer.json["code"]) == (403, "record-of-another-subject")
    assert rows(admin, "SELECT kind FROM records WHERE kind <> 'subject'") == []
    assert rows(admin, "SELECT 1 FROM quarantine") == []


def test_more_than_500_records_are_too_many(shop: "Paired", admin: "Engine") -> None:
    orders = [{**ORDER, "id": str(number)} for number in range(501)]
    assert send(shop, orders).status_code == 413
    assert rows(admin, "SELECT 1 FROM records WHERE kind = 'order'") == []
    assert send(shop, orders[:500]).json["accepted"] == 500


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        (b"{", 400, None),
        (b'"x"', 422, ""),
        (b'{"format": "koubei.records/2", "source": {"name": "t"}, "records": []}', 422, "format"),
        (
            b'{"format": "koubei.records/1", "source": {"name": "t", "cookie": "c"}, "records": []}',
            422,
            "source.cookie",
        ),
        (b'{"format": "koubei.records/1", "source": {"name": "t"}, "records": [], "token": "x"}', 422, "token"),
        (b'{"format": "koubei.records/1", "source": {}, "records": []}', 422, "source.name"),
        (b'{"format": "koubei.records/1", "source": {"name": "t"}, "records": {}}', 422, "records"),
        (b"[" * 100_000, 400, None),
    ],
)
def test_an_envelope_that_does_not_fit(shop: "Paired", body: bytes, status: int, path: str | None) -> None:
    answer = shop.client.post(
        "/v1/subjects/shop-1/batches",
        data=body,
        headers={"Idempotency-Key": "k", "Content-Type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    if path is not None:
        assert answer.json["errors"][0]["path"] == path


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 201, "中"])
def test_a_batch_needs_a_usable_key(shop: "Paired", key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode().decode("latin-1")}
    body = {"format": FORMAT, "source": {"name": "test"}, "records": [ORDER]}
    answer = shop.client.post("/v1/subjects/shop-1/batches", json=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency-key-missing")


def test_a_wrong_time_zone_rebuild_is_not_needed_for_the_first_batch(shop: "Paired", admin: "Engine") -> None:
    send(shop, [ORDER, REVIEW])
    [(version,)] = rows(admin, "SELECT ledger_version FROM subjects")
    assert version.endswith(" Asia/Shanghai")


def test_a_review_that_moves_to_another_order_leaves_the_first_case(shop: "Paired") -> None:
    other = {**ORDER, "id": "2"}
    send(shop, [ORDER, other, REVIEW])
    send(shop, [{**REVIEW, "order_id": "2", "stars": 1, "seen_at": "2026-11-05T12:00:00+08:00"}], key="k2")
    assert (rating(shop)["numerator"], rating(shop)["denominator"]) == (1, 1)


def test_a_later_copy_replaces_and_a_stale_one_does_not(shop: "Paired") -> None:
    send(shop, [ORDER, {**REVIEW, "seen_at": "2026-11-06T00:00:00+08:00"}])
    stale = {**REVIEW, "stars": 1, "seen_at": "2026-11-05T00:00:00+08:00"}
    assert send(shop, [stale], key="k2").json["unchanged"] == 1
    assert rating(shop)["numerator"] == 4
    assert rating(shop, "2026-11-06")["numerator"] == 1, "what was known before the day is the stale copy"


def test_etag_follows_the_input(shop: "Paired") -> None:
    send(shop, [ORDER, REVIEW])
    address = f"/v1/subjects/shop-1/score?as_of={dt.date(2026, 11, 10)}"
    tag = shop.client.get(address).headers["ETag"]
    assert shop.client.get(address, headers={"If-None-Match": tag}).status_code == 304
    send(shop, [{**REVIEW, "stars": 2, "seen_at": "2026-11-07T00:00:00+08:00"}], key="k2")
    assert shop.client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_unbound_and_foreign_subjects(shop: "Paired", pair: Callable[..., "Paired"]) -> None:
    assert send(shop, [ORDER], subject="shop-9").status_code == 404
    stranger = pair(account="other")
    assert send(stranger, [ORDER]).status_code == 403
    assert stranger.client.get("/v1/subjects/shop-1/score").status_code == 403
