"""/metrics as a Prometheus server reads it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from server.db import counters
from tests.integration.shop import ORDER, REVIEW, send


def read(client, **options):
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_comes_in_waits_and_fails_is_counted(shop, client, admin):
    before = read(client)
    body = [ORDER, REVIEW, {"kind": "review", "id": "bad", "stars": 9}]
    assert send(shop, body).status_code == 200
    assert shop.client.get("/v1/subjects/shop-1/score?as_of=2026-11-10").status_code == 200
    assert client.get("/v1/subjects").status_code == 401
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET changed_at = now() - interval '90 seconds'"))
    after = read(client)

    def grown(*key):
        return after.get(key, 0) - before.get(key, 0)

    assert grown("koubei_ingest_records_total", "accepted", "none") == 2
    assert grown("koubei_ingest_records_total", "none", "quarantined") == 1
    assert grown("koubei_http_answers_total", "/v1/subjects", "401", "GET") == 1
    assert grown("koubei_score_answer_seconds_count") == 1
    assert after["koubei_queue_subjects",] == 1
    assert 90 <= after["koubei_queue_age_seconds",] < 600
    assert not [key for key in after if "shop-1" in str(key)]


def test_drift_shows_by_capture_spec_and_no_caller_makes_labels_without_end(shop, client):
    before = read(client)

    def send_as(adapter: str, key: str):
        source = {"name": "extension", "adapter": adapter}
        body = {"format": "koubei.records/1", "source": source, "records": [{"kind": "review", "id": "x", "stars": 9}]}
        answer = shop.client.post("/v1/subjects/shop-1/batches", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text

    send_as("doudian.orders/3", "a")
    send_as("doudian.orders/3", "b")
    send_as("13812345678 somebody", "c")
    for number in range(80):
        send_as(f"made.up/{number}", f"n{number}")
    after = read(client)
    name = "koubei_ingest_records_total"
    assert (
        after[name, "doudian.orders/3", "quarantined"] - before.get((name, "doudian.orders/3", "quarantined"), 0) == 2
    )
    assert after[name, "other", "quarantined"] >= 20
    assert not [key for key in after if "13812345678" in str(key)]


def test_what_workers_did_is_told_by_task_outcome_and_time(client, database, admin):
    with admin.connect() as connection:
        connection.execute(text("TRUNCATE counters"))
    with database.gate.begin() as gate:
        for outcome, seconds in (("success", 0.2), ("success", 0.07), ("failure", 500.0)):
            counters.add(gate, counters.of_run("koubei.recalculate", outcome, seconds))
        counters.add(gate, {counters.Key(counters.EXPIRED, "records"): 7})
    found = read(client)
    assert found["koubei_task_runs_total", "koubei.recalculate", "success"] == 2
    assert found["koubei_task_runs_total", "failure", "koubei.recalculate"] == 1
    within = {key[1]: value for key, value in found.items() if key[0] == "koubei_task_seconds_bucket"}
    assert (within["0.05"], within["0.1"], within["0.25"], within["120.0"], within["+Inf"]) == (0, 1, 2, 2, 3)
    assert found["koubei_task_seconds_sum", "koubei.recalculate"] == pytest.approx(500.27)
    assert found["koubei_expired_rows_total", "records"] == 7


def test_an_address_nobody_has_makes_no_label(client):
    before = len(read(client))
    for number in range(20):
        assert client.get(f"/made-up-{number}").status_code == 404
    assert len(read(client)) <= before + 30  # one route, with its buckets


@pytest.mark.parametrize("role", ["owner", "member", None])
def test_from_elsewhere_a_token_of_an_owner_is_needed(client, pair, role):
    asks = client if role is None else pair(member="someone", role=role).client
    answer = asks.get("/metrics", environ_overrides={"REMOTE_ADDR": "192.168.1.9"})
    assert answer.status_code == {"owner": 200, "member": 403, None: 401}[role]


def test_here_no_token_is_needed(client):
    assert read(client)["koubei_database_up",] == 1
    assert client.get("/metrics", headers={"Host": "evil.example"}).status_code == 403
