"""Strong ETags made from the integer versions the database keeps."""

import msgspec
from flask import Flask, Response, g, request

from server.http.problems import ProblemError

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the copy the change was made on.",
    "schema": {"type": "string", "minLength": 1},
}
"""For `Blueprint.doc(parameters=[...])` of a view that calls require_match."""


IF_MATCH_IF_ANY = {**IF_MATCH, "required": False}
"""Where the change may also be made without having read; then the last one stands."""

NEXT_POLL = "Next-Poll-Seconds"
POLL_STALE, POLL = 2, 30
"""When to ask again while newer input waits for its score, and else."""


def etag_of(*versions: int | str) -> str:
    """Return the opaque tag for what these versions determine, without quotes."""
    return "-".join(str(version) for version in versions)


def answer(tag: str, body: object) -> Response:
    """Return the body as JSON under its tag, or 304 without it to a caller who has this version already."""
    if getattr(body, "stale", False):
        g.stale = True
    response = Response(status=304) if request.if_none_match.contains(tag) else as_json(body)
    response.set_etag(tag)
    return response


def as_json(body: object) -> Response:
    """Return the body, JSON text as bytes or anything msgspec encodes; a read gets an ETag of its own words."""
    text = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Response(text, content_type="application/json")


def register(app: Flask) -> None:
    """Every read of JSON gets an ETag, of its own words where its view gave none, and says when to ask again."""

    @app.after_request
    def finish(response: Response) -> Response:
        is_read = request.method == "GET" and request.path.startswith("/v1/")
        if not is_read or response.status_code not in {200, 304} or response.direct_passthrough:
            return response
        response.headers.setdefault(NEXT_POLL, str(POLL_STALE if g.get("stale") else POLL))
        if "ETag" not in response.headers:
            response.add_etag()
            response.make_conditional(request)
        return response


def require_match(tag: str) -> None:
    """Refuse a change made on an outdated copy: 428 without If-Match, 412 with another version's."""
    if not request.if_match:
        raise ProblemError("precondition-missing", f"{request.method} {request.path} changes what others may change")
    refuse_outdated(tag)


def refuse_outdated(tag: str) -> None:
    """The same where If-Match is not asked for."""
    if "If-Match" in request.headers and not request.if_match.contains(tag):
        raise ProblemError("changed-meanwhile", f"{request.path} now has the ETag {tag!r}")
