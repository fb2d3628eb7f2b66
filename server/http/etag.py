"""Strong ETags made from the integer versions the database keeps."""

from flask import Response, request

from server.http.problems import ProblemError


def etag_of(*versions: int | str) -> str:
    """Return the opaque tag for what these versions determine, without quotes."""
    return "-".join(str(version) for version in versions)


def answer_not_modified(tag: str) -> Response | None:
    """Return the 304 answer if the caller already has this version, else None. Call it before doing the work."""
    if request.if_none_match.contains(tag):
        response = Response(status=304)
        response.set_etag(tag)
        return response
    return None


def require_match(tag: str) -> None:
    """Refuse a change made on an outdated copy: 428 without If-Match, 412 with another version's."""
    if not request.if_match:
        raise ProblemError("precondition-missing", f"{request.method} {request.path} changes what others may change")
    if not request.if_match.contains(tag):
        raise ProblemError("changed-meanwhile", f"{request.path} now has the ETag {tag!r}")
