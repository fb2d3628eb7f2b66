"""The API as the command line calls it."""

import datetime as dt
import hashlib
import ssl
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import click
import requests
from requests.adapters import HTTPAdapter

from server.cli import local
from server.runtime.address import Address

_TRIES = 6
_LONGEST_WAIT = 60
_TIMEOUT = (5, 120)
_CHUNK = 1 << 16
_BUSY = {408, 429, 502, 503, 504}
# No connection, no answer in time, or an answer that broke off in the middle.
_LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class _Pinned(HTTPAdapter):
    def __init__(self, certificate: str) -> None:
        self._context = ssl.create_default_context(cafile=certificate)
        self._context.check_hostname = False
        self._context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it need not have signed itself
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, assert_hostname=False, **options)


class Client:
    """Waits out a server that is away for a moment: a batch sent twice under its key is stored once."""

    def __init__(self, url: str, token: str, certificate: str | None = None) -> None:
        """Of a server whose `certificate` is known, exactly that one is believed, whatever name it is for."""
        self._url = url.rstrip("/")
        self._session = requests.Session()
        if certificate is not None:
            self._session.mount("https://", _Pinned(certificate))
        self._session.trust_env = False  # a proxy of the environment is not meant for this
        self._session.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def chosen(cls, home: Path | None, url: str | None, token: str | None) -> Self:
        """The server that is named, else the one that runs on this computer. Raises click.ClickException."""
        if url is None:
            return cls.of_local(local.local_address(home))
        if token is None:
            raise click.UsageError("--server needs --token, or KOUBEI_TOKEN")
        return cls(url, token)

    @classmethod
    def of_local(cls, address: Address) -> Self:
        """Use the saved token, or pair the command line with the server of this computer."""
        token = local.saved_token(address)
        if token is not None:
            client = cls(address.url, token, address.certificate)
            if client._call("GET", "/v1/subjects").status_code != requests.codes.unauthorized:
                return client
            client.close()
        client = cls(address.url, "", address.certificate)
        answer = client._call(
            "POST", "/v1/devices", json={"code": local.pairing_code(address), "name": local.DEVICE_NAME}
        )
        token = str(_checked(answer)["token"])
        local.save_token(address, token)
        client._session.headers["Authorization"] = f"Bearer {token}"
        return client

    def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The body of a success, {} where it has none. Raises click.ClickException with the problem's own words."""
        answer = self._call(method, path, **options)
        return {} if answer.status_code == requests.codes.no_content else _checked(answer)

    def items(self, path: str) -> list[dict[str, Any]]:
        """What a list that comes in one piece holds."""
        found: list[dict[str, Any]] = self.ask("GET", path)["items"]
        return found

    def tag(self, path: str) -> str:
        """The ETag of what is there now."""
        answer = self._call("GET", path)
        _checked(answer)
        return answer.headers["ETag"]

    def bind(self, subject_id: str) -> None:
        _checked(self._call("PUT", _path(subject_id), json={}))

    def send(self, subject_id: str, body: bytes) -> dict[str, Any]:
        """Send a batch; the receipt. The key is the body's hash, so that an import that broke off can be repeated."""
        key = hashlib.sha256(version("koubei").encode() + body).hexdigest()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return _checked(self._call("POST", f"{_path(subject_id)}/batches", data=body, headers=headers))

    def score(self, subject_id: str, as_of: dt.date | None, rules: str) -> bytes:
        """The score as JSON."""
        query = {"rules": rules} | ({} if as_of is None else {"as_of": as_of.isoformat()})
        answer = self._call("GET", f"{_path(subject_id)}/score", params=query)
        _checked(answer)
        return answer.content

    def export(self, subject_id: str) -> Iterator[bytes]:
        """Every stored copy as NDJSON, in chunks. Raises click.ClickException where it breaks off."""
        with self._call("POST", f"{_path(subject_id)}/exports", stream=True) as answer:
            if not answer.ok:
                _checked(answer)
            try:
                yield from answer.iter_content(_CHUNK)
            except _LOST as error:
                raise click.ClickException("the export broke off: run it again, nothing was kept of it") from error

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            try:
                answer = self._session.request(method, self._url + path, timeout=_TIMEOUT, **options)
            except _LOST as error:
                if last:
                    raise click.ClickException(
                        f"no server answers at {self._url}: start it with `koubei up` and run this again;"
                        " what was stored stays stored"
                    ) from error
            else:
                if last or answer.status_code not in _BUSY:
                    return answer
                wait = answer.headers.get("Retry-After", "")
                time.sleep(min(int(wait), _LONGEST_WAIT) if wait.isdecimal() else 0)
            time.sleep(0.25 * 2**attempt)
        raise AssertionError("the last try returns or raises")


def _path(subject_id: str) -> str:
    return f"/v1/subjects/{quote(subject_id, safe='')}"


def _checked(answer: requests.Response) -> dict[str, Any]:
    """The body of a success. Raises click.ClickException with the problem's own words."""
    if answer.ok:
        body: dict[str, Any] = answer.json()
        return body
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"{answer.status_code} {answer.reason}"
    raise click.ClickException(f"the server refused: {detail}")
