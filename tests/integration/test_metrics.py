"""/metrics as a Prometheus server reads it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

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

    assert grown("koubei_ingest_records_total", "accepted") == 2
    assert grown("koubei_ingest_records_total", "quarantined") == 1
    assert grown("koubei_http_answers_total", "/v1/subjects", "401", "GET") == 1
    assert grown("koubei_score_answer_seconds_count") == 1
    assert after["koubei_queue_subjects",] == 1
    assert 90 <= after["koubei_queue_age_seconds",] < 600
    assert not [key for key in after if "shop-1" in str(key)]


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
