"""Turns whatever Flask, werkzeug, webargs or the database raise into a problem of the catalog."""

from uuid import uuid4

import psycopg
import structlog
from flask import Flask, Response, request
from psycopg.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError, InterfaceError, NoResultFound, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from server.db.casebook import NotBoundError
from server.http.problems import ProblemError, problem_response, unbound_subject

_log = structlog.get_logger()

_BY_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    412: "changed-meanwhile",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid",
    428: "precondition-missing",
    429: "too-many-requests",
}


def register(app: Flask) -> None:
    """The API registers handle_http_error itself, as flask-smorest's hook."""
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InterfaceError, _database_away)
    app.register_error_handler(psycopg.OperationalError, _database_away)  # where the driver is used by itself
    app.register_error_handler(NoResultFound, _erased_meanwhile)
    app.register_error_handler(NotBoundError, _erased_meanwhile)
    app.register_error_handler(IntegrityError, _erased_meanwhile)


def handle_http_error(error: HTTPException) -> Response:
    if isinstance(error, ProblemError):
        return problem_response(error)
    if isinstance(error, InternalServerError) or error.code not in _BY_STATUS:
        if error.code is not None and error.code < 400:
            return error.get_response(request.environ)  # type: ignore[return-value]  # a redirect, not an error
        return problem_response(_internal(error))
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return problem_response(ProblemError(_BY_STATUS[error.code], _describe(error), headers=headers))


def _describe(error: HTTPException) -> str:
    place = f"{request.method} {request.path}"
    match error.code:
        case 404:
            return f"{place}: no such route or thing"
        case 405:
            return f"{place}: the method is not allowed here"
        case 413:
            return f"{place}: the body is too large"
        case _:
            return f"{place}: {error.description or error.name}"


def _internal(error: HTTPException) -> ProblemError:
    number = uuid4().hex[:12]
    cause = getattr(error, "original_exception", None) or error
    _log.error("request_failed", number=number, exc_info=cause)
    return ProblemError("internal", f"{request.method} {request.path} failed; the server's log has it as {number}")


def _erased_meanwhile(error: NoResultFound | NotBoundError | IntegrityError) -> Response:
    """A row that is missing under a subject that was there when its token was looked at: somebody erased it."""
    subject_id = (request.view_args or {}).get("subject_id")
    if subject_id is None or (isinstance(error, IntegrityError) and not isinstance(error.orig, ForeignKeyViolation)):
        return problem_response(_internal(InternalServerError(original_exception=error)))
    return problem_response(unbound_subject(subject_id))


def _database_away(error: OperationalError | InterfaceError | psycopg.OperationalError) -> Response:
    cause = error if isinstance(error, psycopg.OperationalError) else error.orig
    _log.error("database_unavailable", error=type(cause).__name__, exc_info=error)
    detail = f"{request.method} {request.path}: nothing was stored, because the database did not answer"
    return problem_response(ProblemError("database-unavailable", detail, headers={"Retry-After": "2"}))
