"""What the processes of a real koubei write: JSON, one request's id all the way, and nobody's data."""

import ast
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.settings.logs import CLEAN, KEYS, subject_hash
from tests.running import Koubei, eventually, paired

ROOT = Path(__file__).parents[2]
PHONE, EMAIL, WORDS = "13812345678", "li.si@example.com", "买家要求尽快发货到家里"
SUBJECT = "7011234567890123456"


def logged(koubei: Koubei, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (koubei.home / "logs" / f"{name}.log").read_text().splitlines()]


@pytest.fixture(scope="module")
def koubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Koubei]:
    with paired(tmp_path_factory.mktemp("logs") / "home", tick_seconds=1) as found:
        assert call(found, "PUT", f"/v1/subjects/{SUBJECT}", json={"type": "shop"}).status_code == 201
        yield found


def call(koubei: Koubei, method: str, path: str, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {koubei.token}", **options.pop("headers", {})}
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{koubei.address.url}{path}", headers=headers, timeout=30, **options)


def test_one_id_goes_from_the_caller_through_the_api_into_the_task_and_its_lines(koubei: Koubei):
    eventually(
        lambda: koubei.rows("SELECT count(*) FROM subjects WHERE input_version > scored_version") == [(0,)], "a score"
    )
    request_id = str(uuid.uuid4())
    record = {"kind": "order", "id": "1", "created_at": "2026-11-01T10:00:00+08:00"}
    body = {"format": "koubei.records/1", "source": {"name": "test"}, "records": [record]}
    headers = {"Idempotency-Key": "k", "X-Request-Id": request_id}
    answer = call(koubei, "POST", f"/v1/subjects/{SUBJECT}/batches", json=body, headers=headers)
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (200, request_id)

    def done() -> list[dict[str, Any]]:
        mine = [line for line in logged(koubei, "worker") if line.get("request_id") == request_id]
        return [line for line in mine if line["event"] == "task" and line["task"] == "koubei.recalculate"]

    [task] = eventually(done, "the task's line", koubei.messages)
    assert (task["outcome"], task["seconds"] >= 0) == ("success", True)
    # And the same run stands in the metrics, though the worker has no address of its own.
    lines = call(koubei, "GET", "/metrics").text.splitlines()
    runs = [one for one in lines if one.startswith("koubei_task_seconds_count") and "koubei.recalculate" in one]
    assert float(runs[0].split()[-1]) >= 1
    [line] = [one for one in logged(koubei, "web") if one.get("request_id") == request_id]
    assert line["event"] == "request"
    assert (line["method"], line["route"]) == ("POST", "/v1/subjects/<subject_id>/batches")
    assert (line["status"], line["subject"]) == (200, subject_hash(SUBJECT))


def test_every_line_is_json_with_allowed_keys_only_and_none_tells_of_anybody(koubei: Koubei):
    url = f"/v1/subjects/{SUBJECT}"
    call(koubei, "GET", f"/v1/subjects/{PHONE}/score")
    call(koubei, "GET", f"{url}/orders/{PHONE}?as_of={EMAIL}")
    call(koubei, "GET", f"/{WORDS}", headers={"X-Request-Id": PHONE, "User-Agent": EMAIL})
    call(koubei, "GET", "/v1/subjects", headers={"Authorization": f"Bearer {koubei.token}x"})
    call(koubei, "POST", f"{url}/batches", data=f'{{"{PHONE}'.encode(), headers={"Content-Type": "application/json"})
    review = {"kind": "review", "id": EMAIL, "text": WORDS, "stars": 9, PHONE: WORDS}
    body = {"format": "koubei.records/1", "source": {"name": WORDS}, "records": [review]}
    call(koubei, "POST", f"{url}/batches", json=body, headers={"Idempotency-Key": EMAIL})
    # An error of ours, with what was sent in the database's own words.
    _execute(koubei, "ALTER TABLE receipts ADD CONSTRAINT never CHECK (idempotency_key NOT LIKE '%never%')")
    body["records"] = [{"kind": "review", "id": PHONE, "stars": 3}]
    headers = {"Idempotency-Key": f"never-{EMAIL}"}
    assert call(koubei, "POST", f"{url}/batches", json=body, headers=headers).status_code == 500
    # And one of a task: its score cannot be stored.
    _execute(koubei, "ALTER TABLE scores ADD CONSTRAINT never CHECK (rules = '') NOT VALID")
    body["records"] = [{"kind": "order", "id": PHONE, "created_at": "2026-11-02T10:00:00+08:00", "paid_at": None}]
    assert call(koubei, "POST", f"{url}/batches", json=body, headers={"Idempotency-Key": "k2"}).status_code == 200

    def failed() -> list[dict[str, Any]]:
        return [one for one in logged(koubei, "worker") if one["event"] == "task_failed"]

    [*_, failure] = eventually(failed, "the task to fail", koubei.messages)
    _execute(koubei, "ALTER TABLE scores DROP CONSTRAINT never")
    assert any("CheckViolation" in one for one in failure["exception"])
    assert failure["task"] in {"koubei.recalculate", "koubei.daily"}
    [mistake] = [one for one in logged(koubei, "web") if one["event"] == "request_failed"]
    assert any("IntegrityError" in one or "CheckViolation" in one for one in mistake["exception"])

    for name in ("web", "worker", "tick"):
        lines = logged(koubei, name)
        assert lines, name
        assert set().union(*lines) <= KEYS
        text = (koubei.home / "logs" / f"{name}.log").read_text()
        secret = koubei.token.rpartition("_")[2]
        for sentinel in (PHONE, EMAIL, WORDS, SUBJECT, koubei.token, secret, "never-"):
            assert sentinel not in text, (name, sentinel)


def _execute(koubei: Koubei, statement: str) -> None:
    import psycopg

    from server.db.engine import psycopg_url

    url = psycopg_url(koubei.address.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_what_the_code_says_has_allowed_names():
    """Every `log.info("event", key=...)` of the product; a key that is not allowed would be withheld unseen."""
    unknown = set()
    for room in ("server", "worker"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id in {"log", "_log"}
                    and node.func.attr in {"debug", "info", "warning", "error", "exception"}
                ):
                    names = {one.arg for one in node.keywords if one.arg is not None}
                    unknown |= {(file.name, name) for name in names - KEYS - {"subject_id", "exc_info"}}
    assert unknown == set()


NOTHING = structlog.get_logger()
one = (
    st.none()
    | st.integers()
    | st.sampled_from(["plain", PHONE, f"to {EMAIL}", f"kb_{'0' * 32}_abc-def", "redis://u:secret@h", f"电话{PHONE}。"])
)
anything = one | st.lists(one, max_size=3) | st.dictionaries(one.map(str), one, max_size=3)
names = st.sampled_from(["route", "error", "body", "token", "subject_id", "event", "file"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # where others compute, drawing takes long
@given(st.dictionaries(names, anything))
def test_whatever_is_said_only_allowed_keys_and_no_persons_data_come_through(said: dict[str, Any]):
    event: Any = dict(said)
    for step in CLEAN:
        event = step(NOTHING, "info", event)
    assert set(event) <= KEYS
    text = json.dumps(event, ensure_ascii=False)
    for sentinel in (PHONE, EMAIL, "_abc-def", "secret"):
        assert sentinel not in text
    assert set(event.get("withheld", ())) == said.keys() & {"body", "token"}


def test_an_error_is_told_by_its_places_and_not_by_its_words():
    def fail(words: str) -> None:
        raise ValueError(words) from KeyError(PHONE)

    event: Any = {}
    try:
        fail(WORDS)
    except ValueError as error:
        event = {"event": "failed", "exc_info": error}
    for step in CLEAN:
        event = step(NOTHING, "error", event)
    assert event["exception"][0] == "builtins.ValueError"
    assert "builtins.KeyError" in event["exception"]
    assert any("integration/test_logs.py" in one and one.endswith(" fail") for one in event["exception"])
    assert PHONE not in str(event)
    assert WORDS not in str(event)
