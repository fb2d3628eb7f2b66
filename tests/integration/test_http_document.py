"""The API document: complete, stable, true, and readable without a network."""

import http
import re

import pytest

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
