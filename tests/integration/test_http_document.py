"""The API document: complete, stable, true, and readable without a network."""

import http
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

# A schema cannot say which cursors were given out, which zones and rule packs there are, what a calendar knows,
# which of two days is the later, which totals and gates a rule pack has, what only goes together.
BEYOND_SCHEMAS = {"as_of", "cursor", "from", "onboarded_at", "rules", "time_zone", "to"}
BEYOND_SCHEMAS |= {"by", "consumer", "gate", "merchant_id", "product_id", "snoozed_until", "target"}
BEYOND_SCHEMAS |= {"keep_daily_days", "risk_medium", "warn_red_hours"}
# JSON Schema takes 13.0 for an integer, settings do not.
BEYOND_SCHEMAS |= {"keep_facts_days", "quiet_from", "quiet_to"}
# JSON Schema takes 0.0 for an integer, the records of a what-if and its positions do not, which also need an indicator.
RECORD_OF_CHANGE = re.compile(r"(change\[\d+\]|positions)\.")
OPEN = {("/v1/devices", "post"), ("/health/live", "get"), ("/health/ready", "get")}


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


def operations(document):
    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "put", "post", "patch", "delete"}:
            yield path, method, item[method]


def test_the_routes_are_those_of_the_design(document):
    assert document["openapi"] == "3.1.0"
    assert {"/v1/devices", "/v1/subjects", "/v1/subjects/{subject_id}", "/health/live"} <= document["paths"].keys()


def test_every_other_route_wants_a_token_and_says_which_scope(document, client):
    scopes = {"records:write", "scores:read", "actions:write", "settings:write", "devices:write", "audit:read"}
    for path, method, operation in operations(document):
        if (path, method) in OPEN:
            assert "security" not in operation
            continue
        [requirement] = operation["security"]
        assert set(requirement["bearer"]) <= scopes
        assert {"401", "403"} <= operation["responses"].keys()
        address = re.sub(r"\{(device|member)_id\}", "0" * 8 + "-0000-4000-8000-" + "0" * 12, path)
        address = re.sub(r"\{\w+\}", "x", address)
        assert client.open(address, method=method.upper()).status_code == 401, path
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_error_is_documented_as_a_problem(document):
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "default" or int(status) >= 400:
                shared = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
                assert shared["content"].keys() == {"application/problem+json"}, (path, method, status)


def test_component_names_do_not_depend_on_the_python_version(document):
    renamed = {status.name for status in http.HTTPStatus}
    assert not renamed & document["components"]["responses"].keys()


@pytest.mark.parametrize("path", ["/docs", "/docs/static/docs.js", "/problems"])
def test_the_pages_name_no_other_server(client, path):
    with client.get(path) as answer:
        assert answer.status_code == 200
        assert not re.search(r"(?:https?:)?//[a-z]", answer.text)
    for asset in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        with client.get(asset) as loaded:
            assert loaded.status_code == 200, asset


def check_operation(operation, paired, examples, *, derandomize=True):
    """All of schemathesis' checks on what an operation answers to `examples` requests, good and bad."""

    @given(operation.as_strategy())
    @settings(max_examples=examples, deadline=None, derandomize=derandomize, suppress_health_check=list(HealthCheck))
    def check(case):
        answer = case.call(headers=paired.headers)
        problem = answer.json() if answer.status_code >= 400 else {}
        refused = {error["path"] for error in problem.get("errors", ())}
        known = all(path in BEYOND_SCHEMAS or RECORD_OF_CHANGE.match(path) for path in refused)
        is_outdated = answer.status_code in {412, 428}  # nor can it say which ETags were given out
        has_nul = "NUL character" in str(problem)  # PostgreSQL stores none
        beyond = [positive_data_acceptance] if (refused and known) or is_outdated or has_nul else []
        case.validate_response(answer, excluded_checks=beyond, headers=paired.headers)

    check()


def test_answers_fit_the_document_whatever_is_sent(app, paired):
    for found in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations():
        check_operation(found.ok(), paired, 30)
