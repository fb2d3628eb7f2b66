"""The demo shop's web host: a TLS server on the loopback address that plays the merchant's backend for a browser.

A browser is led here by its resolver rules; nothing of it is reachable from another machine.
"""

import json
import mimetypes
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from server.demo.certificate import make_certificate
from server.demo.hosts import CREATOR, DESK, HOSTS, SERVICE
from server.demo.life import Record
from server.demo.payloads import CREATOR_ENDPOINTS, ENDPOINTS, HOME, OWNER_ONLY
from server.demo.shop import shop_of
from server.demo.variants import VARIANTS, Reply, reply

STRICT_POLICY: Final = (
    f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' https://{SERVICE}; "
    "img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
LARGEST_BODY: Final = 1 << 20
# Whose browser it is: what each endpoint answers where no variant was asked for by name.
LOGINS: Final[dict[str, Callable[[str], str]]] = {
    "owner": lambda _: "ok",
    "other_shop": lambda _: "other_shop",
    "sub_account": lambda path: "forbidden" if path in OWNER_ONLY else "sub_account" if path == HOME else "ok",
    "logged_out": lambda _: "logged_out",
    "redirected": lambda _: "redirect",
}


class Request(NamedTuple):
    """One request a browser made. `size` is that of its body in bytes; `path` has its query."""

    host: str
    method: str
    path: str
    size: int


@dataclass
class Switches:
    """What a test may turn while the host runs.

    `variants` maps an endpoint's path to a name of VARIANTS, `login` is one of LOGINS.
    """

    strict_policy: bool = False
    variants: dict[str, str] = field(default_factory=dict)
    login: str = "owner"

    def set(self, path: str, variant: str) -> None:
        known = ENDPOINTS | CREATOR_ENDPOINTS
        if path not in known:
            raise ValueError(f"no endpoint {path}; there are: {', '.join(known)}")
        if variant not in VARIANTS:
            raise ValueError(f"no variant {variant!r}; there are: {', '.join(VARIANTS)}")
        self.variants[path] = variant

    def reset(self) -> None:
        self.strict_policy, self.login = False, "owner"
        self.variants.clear()

    def variant(self, path: str) -> str:
        return self.variants.get(path) or LOGINS[self.login](path)


class DemoHost:
    """Serves the built site and the answers of shop and creator until it is closed; a context manager.

    `records` are the shop's, `creator` those of the creator who is logged in on 巨量百应 (nobody where there are none).
    `site` is the folder with the site's index.html (extension/demo/dist). `requests` is everything that was asked, in
    order; tests compare it, and may clear it.
    """

    def __init__(self, records: Iterable[Record], site: Path, *, creator: Iterable[Record] = ()) -> None:
        if not (site / "index.html").is_file():
            raise FileNotFoundError(
                f"no demo site in {site}: build it with `npm ci && node build.mjs` in extension/demo"
            )
        self.shop = shop_of(records)
        creators = list(creator)
        self.creator = shop_of(creators) if creators else None
        self.site = site.resolve()
        self.switches = Switches()
        self.requests: list[Request] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.demo = self
        with tempfile.TemporaryDirectory(prefix="koubei-demo-") as folder:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*make_certificate(Path(folder)))
        # Each connection shakes hands in its own thread: a browser's idle spare one must not stop the others.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo-host", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def browser_arguments(self) -> list[str]:
        """Chromium flags that lead the platform's hosts here and everything else but the loopback nowhere."""
        rules = f"MAP *.jinritemai.com:443 127.0.0.1:{self.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        return [f"--host-resolver-rules={rules}", "--ignore-certificate-errors"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answer(self, host: str, path: str, query: Mapping[str, str]) -> Reply | None:
        """The reply of a host's endpoint under the switches in force; None where there is no such endpoint."""
        make = (CREATOR_ENDPOINTS if host == CREATOR else ENDPOINTS).get(path)
        if make is None:
            return None
        if host == CREATOR:
            return reply({}, "logged_out") if self.creator is None else self._reply(path, make(self.creator, query))
        return self._reply(path, make(self.shop, query))

    def _reply(self, path: str, answer: dict[str, Any]) -> Reply:
        return reply(answer, self.switches.variant(path))

    def file(self, path: str) -> Path:
        """The site's file for a path; any page's path gives the one page that routes by itself."""
        wanted = (self.site / path.lstrip("/")).resolve()
        inside = wanted.is_relative_to(self.site)
        return wanted if inside and wanted.is_file() else self.site / "index.html"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    demo: "DemoHost"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Headers and body are two writes; without this the second waits 40 ms for the first one's receipt.
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > LARGEST_BODY:
            self._send(Reply(413, b""), "text/plain")
            return
        self._serve(self.rfile.read(size).decode("utf-8", "replace"))

    def _serve(self, body: str) -> None:
        host = self.headers.get("Host", "").split(":")[0]
        self.server.demo.requests.append(Request(host, self.command, self.path, len(body.encode())))
        url = urlsplit(self.path)
        if host not in HOSTS:
            self._send(Reply(421, b"not a host of the demo"), "text/plain")
            return
        found = self.server.demo.answer(host, url.path, dict(parse_qsl(url.query)) | _form(body))
        if found is not None:
            time.sleep(found.delay_seconds)
            self._send(found, "application/json; charset=utf-8")
        elif self.command == "GET":
            file = self.server.demo.file(url.path)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._send(Reply(200, file.read_bytes()), f"{kind}; charset=utf-8")
        else:
            self._send(Reply(404, b"{}"), "application/json")

    def _send(self, found: Reply, kind: str) -> None:
        self.send_response(found.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(found.body)))
        self.send_header("Cache-Control", "no-store")
        if found.location:
            self.send_header("Location", found.location)
        if self.headers.get("Origin") == f"https://{DESK}":
            self.send_header("Access-Control-Allow-Origin", f"https://{DESK}")
        if self.server.demo.switches.strict_policy:
            self.send_header("Content-Security-Policy", STRICT_POLICY)
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, *_: object) -> None:
        """The list of requests is the log."""


def _form(body: str) -> dict[str, str]:
    """The fields of a POST: a form's, or a JSON object's."""
    if not body.startswith("{"):
        return dict(parse_qsl(body))
    try:
        return {key: str(value) for key, value in json.loads(body).items()}
    except ValueError:
        return {}
