"""flask-smorest's Blueprint with our rules: strict input, and authentication enforced and documented at once."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NoReturn, TypeVar

import flask_smorest
import marshmallow as ma
from flask import Request, Response, after_this_request, current_app, request
from webargs.flaskparser import FlaskParser
from werkzeug.http import http_date

from server.http.auth import authenticate
from server.http.body import json_value
from server.http.problems import FieldError, refuse_fields

View = TypeVar("View", bound=Callable[..., Any])


def response_name(status: int) -> str:
    """Name a component for the document; http.HTTPStatus renames some of its own between Python versions."""
    return f"PROBLEM_{status}"


NOTICE = dt.timedelta(days=180)
"""How long before it leaves a thing is marked as leaving."""


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


class _Parser(FlaskParser):
    def __init__(self) -> None:
        super().__init__()
        self.DEFAULT_UNKNOWN_BY_LOCATION = {**self.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ARG002 -- webargs' signature
        return json_value()

    def handle_error(self, error: ma.ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        messages = error.messages if isinstance(error.messages, dict) else {"json": error.messages}
        refuse_fields([found for message in messages.values() for found in field_errors(message)])


def field_errors(messages: Any, path: str = "") -> list[FieldError]:
    """Flatten marshmallow's nested messages into paths and reasons."""
    if isinstance(messages, Mapping):
        found = []
        for name, inner in messages.items():
            if name == "_schema":
                step = path
            elif isinstance(name, int):
                step = f"{path}[{name}]"
            else:
                step = f"{path}.{name}" if path else str(name)
            found += field_errors(inner, step)
        return found
    if isinstance(messages, list):
        return [error for message in messages for error in field_errors(message, path)]
    return [{"path": path, "reason": str(messages).rstrip(".")}]


class Blueprint(flask_smorest.Blueprint):
    """Its routes refuse query parameters they do not declare, with 422."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.before_request(self._refuse_undeclared_query)

    def _refuse_undeclared_query(self) -> None:
        if not request.args or request.endpoint is None:
            return
        documents = self._docs.get(request.endpoint.removeprefix(f"{self.name}."), {})
        arguments = documents.get(request.method.lower(), {}).get("arguments", {})
        if not any(parameter["in"] == "query" for parameter in arguments.get("parameters", ())):
            refuse_fields([{"path": name, "reason": "unknown query parameter"} for name in request.args])

    def requires(self, scope: str, *, bound: bool = True) -> Callable[[View], View]:
        """Let a request in only with a token that has `scope`; put it right below `route`.

        A route with `subject_id` in its path further needs that subject to be bound to the token's account,
        unless `bound` is False (then the view decides).
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                authenticate(scope, kwargs.get("subject_id") if bound else None)
                return current_app.ensure_sync(view)(*args, **kwargs)

            documented = self.doc(security=[{"bearer": [scope]}])(guarded)
            for status in (401, 403, 429):
                documented = self.alt_response(status, response_name(status))(documented)
            return documented  # type: ignore[no-any-return]

        return decorate

    def deprecated(self, since: dt.date, sunset: dt.date) -> Callable[[View], View]:
        """Mark what will leave on `sunset` (docs/api.md), in the document and in every answer of the view.

        The headers are those of RFC 9745 and RFC 8594. Put it right below `requires`.
        """
        if sunset - since < NOTICE:
            raise ValueError(f"what leaves is told {NOTICE.days} days ahead, not {(sunset - since).days}")
        headers = {"Deprecation": f"@{int(_midnight(since).timestamp())}", "Sunset": http_date(_midnight(sunset))}

        def decorate(view: View) -> View:
            @wraps(view)
            def marked(*args: Any, **kwargs: Any) -> Any:
                @after_this_request
                def mark(response: Response) -> Response:
                    response.headers.update(headers)
                    return response

                return current_app.ensure_sync(view)(*args, **kwargs)

            return self.doc(deprecated=True)(marked)  # type: ignore[no-any-return]

        return decorate

    def problem(self, *statuses: int) -> Callable[[View], View]:
        """Document further problems a route can answer with."""

        def decorate(view: View) -> View:
            # Whoever reads a body of JSON may wait in vain for it.
            also = {408} if 415 in statuses else set()
            for status in sorted(also.union(statuses)):
                view = self.alt_response(status, response_name(status))(view)
            return view

        return decorate

    def _prepare_arguments_doc(self, doc: Any, doc_info: Any, **kwargs: Any) -> Any:
        responses = doc_info.get("arguments", {}).get("responses", {})
        for status in responses:
            responses[status] = response_name(status)
        return super()._prepare_arguments_doc(doc, doc_info, **kwargs)
