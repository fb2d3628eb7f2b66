"""What every request meets: the guard at the door, problems for all that goes wrong, and the headers of an answer."""

import datetime as dt
import io
import re

import pytest
from sqlalchemy import text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from server.app import create_app
from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of, require_match
from server.http.problems import CATALOG
from server.http.state import KEY
from server.settings import SettingsError, load_settings

CHROMIUM = "chrome-extension://" + "abcdefghijklmnop" * 2
FIREFOX = "moz-extension://0a1b2c3d-0000-4000-8000-123456789abc"


def assert_problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body = answer.json
    assert (body["type"], body["status"], body["code"]) == (f"/problems/{code}", status, code)
    assert body["title"]
    assert body["detail"].endswith(".")
    return body


@pytest.mark.parametrize("host", ["127.0.0.1:8787", "localhost", "LOCALHOST:1", "[::1]:8787"])
def test_own_names_are_served(client, host):
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8787", "evil.example:127.0.0.1", "localhost."]
)
def test_a_rebound_name_is_refused(client, host):
    body = assert_problem(client.get("/v1/subjects", headers={"Host": host}), 403, "unknown-host")
    assert host in body["detail"]


@pytest.mark.parametrize("origin", [CHROMIUM, FIREFOX, "http://localhost:8787"])
def test_the_extension_and_our_own_pages_may_call(client, origin):
    answer = client.get("/health/live", headers={"Origin": origin, "Host": "localhost:8787"})
    assert answer.status_code == 200
    assert answer.headers.get("Access-Control-Allow-Origin") == (None if origin.startswith("http") else origin)
    assert "Origin" in answer.vary


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://fxg.jinritemai.com",
        "http://localhost:9999",
        "https://localhost:8787",
        "chrome-extension://short",
        CHROMIUM + ".evil.example",
        "https://evil.example/" + CHROMIUM,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_every_other_origin_is_refused(client, origin, method):
    headers = {"Origin": origin, "Host": "localhost:8787", "Access-Control-Request-Method": "POST"}
    answer = client.open("/v1/devices", method=method, headers=headers)
    assert_problem(answer, 403, "unknown-origin")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_preflight_of_the_extension_is_answered(client):
    headers = {
        "Origin": CHROMIUM,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = client.options("/v1/subjects/shop-1/batches", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == CHROMIUM
    allowed = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed == {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-None-Match",
        "If-Match",
        "X-Request-Id",
    }
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Max-Age"] == "600"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"


def test_an_error_can_be_read_by_the_extension_too(client):
    answer = client.get("/v1/subjects", headers={"Origin": CHROMIUM})
    assert_problem(answer, 401, "token-missing")
    assert answer.headers["Access-Control-Allow-Origin"] == CHROMIUM
    assert answer.headers["Access-Control-Expose-Headers"] == "ETag, Next-Poll-Seconds, Retry-After, X-Request-Id"


def test_every_answer_carries_the_security_headers(client):
    for path in ("/health/live", "/nowhere", "/docs", "/v1/subjects"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_unknown_places_and_methods(client):
    assert_problem(client.get("/v1/nowhere"), 404, "not-found")
    answer = client.delete("/health/live")
    assert_problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_bodies_of_the_wrong_kind(client):
    assert_problem(client.post("/v1/devices", data="code=1"), 415, "unsupported-media-type")
    json = {"content_type": "application/json"}
    assert_problem(
        client.post("/v1/devices", data=b"{}", headers={"Content-Encoding": "br"}, **json),
        415,
        "unsupported-media-type",
    )
    for broken in (b"", b"{", b"\xff", b"NaN", b'{"code": "\\ud800"}', b"[" * 100_000):
        assert_problem(client.post("/v1/devices", data=broken, **json), 400, "invalid-json")


def test_every_wrong_field_is_named_at_once(client):
    answer = client.post("/v1/devices", json={"code": 7, "nickname": "x"})
    body = assert_problem(answer, 422, "invalid")
    assert {error["path"] for error in body["errors"]} == {"code", "name", "nickname"}
    assert all(error["reason"] for error in body["errors"])
    answer = client.post("/v1/devices", json={"code": "A\0B", "name": "x"})
    assert assert_problem(answer, 422, "invalid")["errors"][0]["path"] == "code"


def test_undeclared_query_parameters_are_refused(paired):
    for path in ("/health/live?verbose=1", "/v1/subjects?verbose=1", "/v1/devices?verbose=1"):
        body = assert_problem(paired.client.get(path), 422, "invalid")
        assert [error["path"] for error in body["errors"]] == ["verbose"]


def test_a_nul_in_the_address_is_refused(paired):
    assert_problem(paired.client.put("/v1/subjects/a%00b", json={}), 400, "bad-request")
    assert_problem(paired.client.get("/v1/subjects?cursor=%00"), 400, "bad-request")


def test_more_than_four_mebibytes_are_refused_declared_or_not(client, app):
    body = b'{"code": "' + b"A" * (4 * 1024 * 1024) + b'"}'
    assert_problem(client.post("/v1/devices", data=body, content_type="application/json"), 413, "body-too-large")
    builder = EnvironBuilder("/v1/devices", method="POST", content_type="application/json", base_url="http://localhost")
    environ = builder.get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    _, status, headers = run_wsgi_app(app, environ)
    assert status.startswith("413 ")
    assert headers["Content-Type"] == "application/problem+json"


def test_a_mistake_of_ours_is_told_without_its_innards(settings, capsys):
    app = create_app(settings)

    @app.get("/mistake")
    def mistake():
        raise KeyError("secret-of-the-house")

    answer = app.test_client().get("/mistake")
    body = assert_problem(answer, 500, "internal")
    assert "secret-of-the-house" not in answer.text
    number = re.search(r"as ([0-9a-f]{12})\.", body["detail"])[1]
    assert number in capsys.readouterr().out
    app.extensions[KEY].close()


def test_a_database_that_is_away_is_a_503_with_a_hint(home_root, valkey):
    app = create_app(load_settings(home_root, database_url="postgresql://x@127.0.0.1:1/x", broker_url=valkey.url))
    client = app.test_client()
    answer = client.get("/v1/subjects", headers={"Authorization": f"Bearer kb_{'0' * 32}_x"})
    assert_problem(answer, 503, "database-unavailable")
    assert answer.headers["Retry-After"] == "2"
    ready = assert_problem(client.get("/health/ready"), 503, "not-ready")
    assert [error["path"] for error in ready["errors"]] == ["database"]
    assert client.get("/health/live").status_code == 200
    app.extensions[KEY].close()


def test_ready_names_what_is_missing(client, home_root, postgres, admin):
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "formats": ["koubei.records/1"]})
    app = create_app(load_settings(home_root, database_url=postgres.url, broker_url="redis://127.0.0.1:1/0"))
    away = assert_problem(app.test_client().get("/health/ready"), 503, "not-ready")
    assert [error["path"] for error in away["errors"]] == ["broker"]
    app.extensions[KEY].close()
    with admin.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = 'old'"))
        try:
            stale = assert_problem(client.get("/health/ready"), 503, "not-ready")
        finally:
            connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    assert "schema old" in stale["errors"][0]["reason"]


def test_an_app_without_a_database_is_not_made(home_root):
    with pytest.raises(SettingsError, match="KOUBEI_DATABASE_URL"):
        create_app(load_settings(home_root))


def test_etags_answer_304_and_guard_changes(app):

    tag = etag_of(7, "2026-11-06")
    with app.test_request_context(headers={"If-None-Match": f'"old", "{tag}"'}):
        known = answer(tag, {"total": 85})
        assert (known.status_code, known.headers["ETag"], known.data) == (304, f'"{tag}"', b"")
        news = answer(etag_of(8, "2026-11-06"), {"total": 85})
        assert (news.status_code, news.headers["ETag"], news.json) == (200, '"8-2026-11-06"', {"total": 85})
    with app.test_request_context(headers={"If-Match": f'"{tag}"'}):
        require_match(tag)
        with pytest.raises(Exception, match="now has the ETag") as changed:
            require_match(etag_of(8))
        assert changed.value.code == 412
    with app.test_request_context(), pytest.raises(Exception, match="others may change") as missing:
        require_match(tag)
    assert missing.value.code == 428


def test_every_problem_is_documented_at_its_address(client):
    index = client.get("/problems").text
    for code, problem in CATALOG.items():
        page = client.get(f"/problems/{code}")
        assert page.status_code == 200
        assert str(problem.status) in page.text
        assert f'href="/problems/{code}"' in index
    assert client.get("/problems/none").status_code == 404


def test_what_is_going_to_leave_says_so(settings):
    app = create_app(settings)
    blueprint = Blueprint("old", __name__, url_prefix="/v1/old")

    @blueprint.route("")
    @blueprint.deprecated(dt.date(2027, 1, 1), dt.date(2027, 7, 1))
    @blueprint.response(200)
    def old():
        return {}

    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    api.register_blueprint(blueprint)
    answer = app.test_client().get("/v1/old")
    assert answer.headers["Deprecation"] == "@1798761600"
    assert answer.headers["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert app.test_client().get("/openapi.json").json["paths"]["/v1/old"]["get"]["deprecated"] is True
    with pytest.raises(ValueError, match="180 days ahead, not 30"):
        blueprint.deprecated(dt.date(2027, 1, 1), dt.date(2027, 1, 31))
    app.extensions[KEY].close()
