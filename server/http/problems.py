"""Every error the API can answer with (RFC 9457), declared once. Documented by the server at `/problems/<code>`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, TypedDict

from flask import Response
from marshmallow import Schema, fields
from msgspec import json
from werkzeug.exceptions import HTTPException

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """`remedy` is what the caller can do; an answer's `detail` says what happened and where."""

    status: int
    title: str
    remedy: str


CATALOG: dict[str, Problem] = {
    "bad-request": Problem(400, "The request cannot be read", "Send it as /openapi.json describes."),
    "invalid-json": Problem(400, "The body is not JSON", "Send one JSON value in UTF-8."),
    "compression-broken": Problem(
        400, "The body cannot be unpacked", "Pack it anew with the Content-Encoding gzip or zstd, or send it plain."
    ),
    "idempotency-key-missing": Problem(
        400, "The Idempotency-Key header is missing", "Send one of 1 to 200 printable characters, new for each batch."
    ),
    "token-missing": Problem(401, "No token", "Pair this device and send Authorization: Bearer <token>."),
    "token-wrong": Problem(401, "The token is not one of this server's", "Pair this device again with `koubei pair`."),
    "token-revoked": Problem(401, "The token was revoked", "Pair this device again with `koubei pair`."),
    "scope-missing": Problem(403, "The token may not do this", "Pair a device that has the scope."),
    "not-own-device": Problem(403, "A token is exchanged by its own device", "Ask with that device's token."),
    "subject-of-another": Problem(403, "The subject belongs to another account", "Use a token of that account."),
    "record-of-another-subject": Problem(
        403,
        "A record belongs to another subject",
        "Nothing was stored. Send each subject's records to its own address.",
    ),
    "unknown-host": Problem(
        403,
        "The server is not known by this name",
        "Call it by a name of the setting allowed_hosts, for example 127.0.0.1.",
    ),
    "unknown-origin": Problem(
        403,
        "This origin may not call the server",
        "Only the koubei extension and the server's own pages may; other programs send no Origin header.",
    ),
    "pairing-code-wrong": Problem(
        403, "The pairing code is wrong", "Compare it with what `koubei pair` printed; five wrong tries withdraw it."
    ),
    "not-found": Problem(404, "There is nothing at this address", "See /openapi.json for every route."),
    "subject-unknown": Problem(404, "The subject is not bound", "Bind it first with PUT /v1/subjects/{id}."),
    "rule-pack-unknown": Problem(404, "There is no such rule pack", "See GET /v1/rule-packs, or `koubei packs list`."),
    "order-unknown": Problem(
        404, "Nothing is known of this order", "Open it in the backend with the extension on, or import its records."
    ),
    "action-unknown": Problem(404, "There is no such action", "See GET /v1/subjects/{id}/actions."),
    "method-not-allowed": Problem(405, "The address does not know this method", "Use one of the Allow header."),
    "too-many-bodies": Problem(
        408,
        "The server waits for no more bodies now",
        "Too many are on their way; send the request again as Retry-After says.",
    ),
    "body-too-slow": Problem(408, "The body came too slowly", "Send the request again over a faster connection."),
    "conflict": Problem(409, "The request contradicts what is stored", "Read the current state, then decide."),
    "last-owner": Problem(409, "An account keeps an owner", "Make another member an owner first."),
    "member-has-role": Problem(
        409, "The member has another role", "Invite under another name, or change the member's role."
    ),
    "idempotency-key-reused": Problem(
        409, "The Idempotency-Key was used for another body", "Send a new batch under a new key."
    ),
    "day-not-kept": Problem(
        410,
        "What the answer would rest on is past its days and was removed",
        "Ask for a later day, or import the records from a file; keep_facts_days and keep_daily_days say how long.",
    ),
    "pairing-code-used": Problem(410, "The pairing code was used", "Get a new one with `koubei pair`."),
    "pairing-code-expired": Problem(410, "The pairing code is no longer valid", "Get a new one with `koubei pair`."),
    "changed-meanwhile": Problem(412, "It changed since it was read", "Read it again and repeat with its new ETag."),
    "body-too-large": Problem(413, "The body is too large", "Send at most 4 MiB, unpacked; split the batch."),
    "batch-too-large": Problem(413, "The batch holds too many records", "Send at most 500 records; split the batch."),
    "unsupported-media-type": Problem(
        415, "The body has the wrong type", "Send Content-Type: application/json; packed, if at all, with gzip or zstd."
    ),
    "invalid": Problem(422, "The request does not fit its description", "Mend what `errors` names and send it again."),
    "precondition-missing": Problem(428, "If-Match is missing", "Read the resource and send its ETag as If-Match."),
    "too-many-requests": Problem(429, "Too many requests", "Wait as long as Retry-After says, then go on."),
    "internal": Problem(500, "The server made a mistake", "Try again; if it stays, report it with the number given."),
    "not-ready": Problem(503, "The server is not ready", "Wait and try again; `koubei up` shows what it waits for."),
    "recounting": Problem(503, "The records are being counted anew", "Try again in a few seconds."),
    "database-unavailable": Problem(503, "The database does not answer", "Try again; see the output of `koubei up`."),
}


class FieldError(TypedDict):
    """One thing wrong: `path` as in `records[3].stars`, "" for the whole."""

    path: str
    reason: str


class FieldErrorSchema(Schema):
    path = fields.String(required=True)
    reason = fields.String(required=True)


class ProblemSchema(Schema):
    """The body of every error; only for the document."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; the last part of `type`."})
    detail = fields.String(required=True, metadata={"description": "What happened, where, and what to do next."})
    errors = fields.List(fields.Nested(FieldErrorSchema), metadata={"description": "Every field that is wrong."})


class ProblemError(HTTPException):
    """Raise it anywhere in a request; `detail` says what and where, the catalog adds what to do next."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(description=detail)
        self.problem = code
        self.code = CATALOG[code].status
        self.errors = errors
        self.headers = headers or {}


def unbound_subject(subject_id: str) -> ProblemError:
    return ProblemError("subject-unknown", f"No subject {subject_id[:200]!r} is bound here")


def refuse_fields(errors: Sequence[FieldError]) -> NoReturn:
    """Answer 422, naming every field."""
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f"{first['path']}: " if first["path"] else ""
    raise ProblemError("invalid", f"{where}{first['reason']}{more}", errors=errors)


def problem_response(error: ProblemError) -> Response:
    problem = CATALOG[error.problem]
    body: dict[str, object] = {
        "type": f"/problems/{error.problem}",
        "title": problem.title,
        "status": problem.status,
        "code": error.problem,
        "detail": f"{(error.description or problem.title).rstrip('.')}. {problem.remedy}",
    }
    if error.errors:
        body["errors"] = list(error.errors)
    return Response(json.encode(body), problem.status, error.headers, content_type=CONTENT_TYPE)
