"""Strong ETags made from the integer versions the database keeps."""

import msgspec
from flask import Response, request

from server.http.problems import ProblemError

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the copy the change was made on.",
    "schema": {"type": "string", "minLength": 1},
}
"""For `Blueprint.doc(parameters=[...])` of a view that calls require_match."""


def etag_of(*versions: int | str) -> str:
    """Return the opaque tag for what these versions determine, without quotes."""
    return "-".join(str(version) for version in versions)


def answer(tag: str, body: object) -> Response:
    """Return the body as JSON under its tag, or 304 without it to a caller who has this version already.

    `body` is JSON text as bytes, or anything msgspec encodes.
    """
    if request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        text = body if isinstance(body, bytes) else msgspec.json.encode(body)
        response = Response(text, content_type="application/json")
    response.set_etag(tag)
    return response


def require_match(tag: str) -> None:
    """Refuse a change made on an outdated copy: 428 without If-Match, 412 with another version's."""
    if not request.if_match:
        raise ProblemError("precondition-missing", f"{request.method} {request.path} changes what others may change")
    if not request.if_match.contains(tag):
        raise ProblemError("changed-meanwhile", f"{request.path} now has the ETag {tag!r}")
