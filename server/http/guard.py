"""What is checked of every request before any route sees it, and which headers every answer carries."""

import re

from flask import Flask, Response, request

from server.http.problems import ProblemError
from server.settings import Settings

# Chromium's ids are 32 letters a..p, Firefox's a UUID made at installation.
_EXTENSION = re.compile(r"chrome-extension://[a-p]{32}|moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_METHODS = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Match, X-Request-Id"
_EXPOSED_HEADERS = "ETag, Next-Poll-Seconds, Retry-After, X-Request-Id"


def register(app: Flask, settings: Settings) -> None:
    names = frozenset(name.lower() for name in (*settings.allowed_hosts, settings.host))

    @app.before_request
    def guard() -> Response | None:
        _check_host(names)
        _check_origin()
        _refuse_nul()
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return _preflight() if is_preflight else None

    @app.after_request
    def finish(response: Response) -> Response:
        return _secure(_allow_origin(response))


def _check_host(names: frozenset[str]) -> None:
    # A page of another site can make its own name resolve to 127.0.0.1; the Host header still tells.
    host = request.headers.get("Host", "")
    name = re.sub(r":\d*$", "", host).strip("[]").lower()
    if name not in names:
        raise ProblemError("unknown-host", f"The Host header says {host[:200]!r}")


def _check_origin() -> None:
    origin = request.headers.get("Origin")
    if origin is None or _EXTENSION.fullmatch(origin) or origin == _own_origin():
        return
    raise ProblemError("unknown-origin", f"The Origin header says {origin[:200]!r}")


def _own_origin() -> str:
    return f"{request.scheme}://{request.host}"


def _refuse_nul() -> None:
    # PostgreSQL stores no NUL, so nothing can be found or kept under such a name.
    if "\0" in request.path or "%00" in request.query_string.decode("latin-1"):
        raise ProblemError("bad-request", "The address holds a NUL character")


def _preflight() -> Response:
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = _METHODS
    response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
    response.headers["Access-Control-Max-Age"] = "600"
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response


def _allow_origin(response: Response) -> Response:
    origin = request.headers.get("Origin")
    if origin is not None and _EXTENSION.fullmatch(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
    response.vary.add("Origin")
    return response


def _secure(response: Response) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    headers.setdefault("Cache-Control", "private, no-cache" if "ETag" in headers else "no-store")
    return response
