"""The real Flask app behind a real socket, with a log of every request and faults that can be switched on."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

_QUIET = 0.2  # seconds without a request after which nothing that was begun before is still asking
Overlay = Callable[[str, list[str]], dict[str, Any]]


class Call(NamedTuple):
    """One request as it came over the wire, and the status it was answered with."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def everything(self) -> str:
        return "\n".join([self.path, self.query, json.dumps(self.headers), self.body.decode()])


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """The list of calls is the log."""


@dataclass
class Api:
    """`fault` answers batches with that status instead of the app, `retry_after` beside it; `lose_answer` lets the app
    store a batch and then drops the line, as a crash between the two would. `overlay` gives a fixed answer, and `slow`
    says how many seconds the answer to a question, its path and query, is on its way."""

    app: Flask
    calls: list[Call] = field(default_factory=list)
    fault: int | None = None
    retry_after: int | None = None
    lose_answer: int = 0
    overlay: Overlay | None = None
    slow: Callable[[str], float] | None = None
    port: int = 0
    _under_way: int = 0
    _busy_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: BaseWSGIServer | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self._serve, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="api", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
        self._server = None

    def reset(self) -> None:
        self.calls.clear()
        self.fault, self.retry_after, self.lose_answer, self.overlay, self.slow = None, None, 0, None, None
        if self._server is None:
            self.start()

    def forget(self) -> None:
        """Clears the log once all is quiet, so that what is in it later was asked later."""
        wait_for(lambda: not self._under_way and time.monotonic() - self._busy_at > _QUIET, "the API to be left alone")
        self.calls.clear()

    def batches(self) -> list[dict[str, Any]]:
        """The batches that were taken, in order; a repeat of one appears again."""
        return [
            json.loads(c.body)
            for c in self.calls
            if c.path.endswith("/batches") and c.method == "POST" and c.status == 200
        ]

    def keys(self) -> list[str]:
        return [c.headers["Idempotency-Key"] for c in self.calls if c.path.endswith("/batches") and c.method == "POST"]

    def _serve(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with self._lock:
            self._under_way += 1
        try:
            return self._logged(environ, start)
        finally:
            with self._lock:
                self._under_way -= 1
                self._busy_at = time.monotonic()

    def _logged(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size) if size else b""
        method, path, query = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        headers = {k[5:].replace("_", "-").title(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
        statuses: list[int] = []

        def begin(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> Any:
            statuses.append(int(status.split(maxsplit=1)[0]))
            return start(status, fields, exc_info)

        answering = self._answer(environ, begin, body)
        answer = list(answering)
        if callable(close := getattr(answering, "close", None)):
            close()
        if self.slow is not None and method != "OPTIONS":
            time.sleep(self.slow(f"{path}?{query}"))
        self.calls.append(Call(method, path, query, headers, body, statuses[-1]))
        if self.lose_answer and method == "POST" and path.endswith("/batches"):
            self.lose_answer -= 1
            raise ConnectionAbortedError("the line was cut on purpose")
        return answer

    def _answer(self, environ: WSGIEnvironment, start: Any, body: bytes) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        origin = environ.get("HTTP_ORIGIN", "")
        plain = [
            ("Content-Type", "application/json"),
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", "ETag, Retry-After"),
        ]
        if method == "POST" and path.endswith("/batches") and self.fault is not None:
            more = [] if self.retry_after is None else [("Retry-After", str(self.retry_after))]
            start(f"{self.fault} Fault", plain + more)
            return [json.dumps({"title": "fault", "status": self.fault, "detail": "switched on by the test"}).encode()]
        if method == "GET" and path.endswith("/overlay") and self.overlay is not None:
            asked = parse_qs(environ.get("QUERY_STRING", ""))
            start("200 OK", plain)
            return [json.dumps(self.overlay(asked["page"][0], asked.get("id", []))).encode()]
        environ["wsgi.input"] = _Input(body)
        return self.app(environ, start)


class _Input:
    """The body again, for the app behind the log."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        taken, self._body = (self._body, b"") if size < 0 else (self._body[:size], self._body[size:])
        return taken

    def readline(self, *_: int) -> bytes:
        return self.read()

    def __iter__(self) -> Any:
        return iter([self.read()])


def wait_for(
    seen: Callable[[], Any], what: str, seconds: float = 15, pause: Callable[[float], None] = time.sleep
) -> Any:
    """Returns the first true result of `seen`; fails by name after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := seen()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        pause(0.05)
    return found
