"""One id for a request, from whoever asks through the API into the task it leads to, and a line of each in the log."""

import re
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

HEADER = "X-Request-Id"
_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
"""A UUID. Anything else might say something, and goes into no log: the request gets an id of ours."""

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Call it before anything else is registered, so that even a refused request has its id."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        given = request.headers.get(HEADER, "")
        g.request_id = given if _ID.fullmatch(given) else str(uuid4())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            request_id=g.request_id,
            method=request.method if request.url_rule is not None else "any",
            route="none" if request.url_rule is None else request.url_rule.rule,
        )

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers[HEADER] = g.get("request_id", "")
        about = {}
        if "principal" in g:  # nobody else's word is taken for a subject or device
            about["device_id"] = str(g.principal.device_id)
            if subject_id := (request.view_args or {}).get("subject_id"):
                about["subject_id"] = subject_id
        seconds = round(time.perf_counter() - g.get("began", time.perf_counter()), 4)
        log.info("request", status=response.status_code, seconds=seconds, **about)
        return response
