"""The API document (OpenAPI 3.1) and flask-smorest's hooks, bent to problem+json."""

from typing import Any

import flask_smorest
from flask import Flask, Response
from flask_smorest.utils import prepare_response
from marshmallow.fields import Constant, Dict
from werkzeug.exceptions import HTTPException

from server.http.blueprint import response_name
from server.http.errors import handle_http_error
from server.http.problems import CATALOG, CONTENT_TYPE, ProblemSchema
from server.http.structs import Field

CONFIG = {
    "API_TITLE": "koubei",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "API_SPEC_OPTIONS": {
        "info": {"description": "Records in, scores out. Errors are problem+json, documented under /problems."},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    },
}


def _constant(_converter: object, field: Field, **_options: Any) -> dict[str, Any]:
    """Document a constant by its value; apispec alone would only call it a default."""
    return {"type": "string", "const": field.constant} if isinstance(field, Constant) else {}


def _names(converter: Any, field: Field, **_options: Any) -> dict[str, Any]:
    """Document what a mapping's names must be like."""
    if not isinstance(field, Dict) or field.key_field is None:
        return {}
    names = converter.field2property(field.key_field)
    return {"propertyNames": {"pattern": names["pattern"]}} if "pattern" in names else {}


class Api(flask_smorest.Api):
    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        app.config.update(CONFIG)
        super().__init__(app)
        self.ma_plugin.converter.add_attribute_function(_constant)
        self.ma_plugin.converter.add_attribute_function(_names)

    def _register_responses(self) -> None:
        titles: dict[int, list[str]] = {}
        for problem in CATALOG.values():
            titles.setdefault(problem.status, []).append(problem.title)
        for status, named in titles.items():
            self._register_problem(response_name(status), "; ".join(named))
        self._register_problem(self.DEFAULT_ERROR_RESPONSE_NAME, "Any problem")

    def _register_problem(self, name: str, description: str) -> None:
        response: dict[str, Any] = {"description": description, "schema": self.ERROR_SCHEMA}
        prepare_response(response, self.spec, CONTENT_TYPE)
        self.spec.components.response(name, response, lazy=True)

    def _register_pagination_header(self) -> None:
        """Pages are in the body, paging.py; flask-smorest's header would only add an unused component."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        return handle_http_error(error)
