"""A server that other computers may call: over TLS, and the command line beside it still gets in."""

import socket
import ssl

import pytest
import requests

from tests.integration.shop import ORDER
from tests.running import Koubei, command, write
from tests.unit.test_settings import certificate


@pytest.fixture
def koubei(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    server = Koubei(folder / "home", host="0.0.0.0", **certificate(folder, "own"))  # noqa: S104 -- over TLS
    server.start()
    yield server
    server.stop()


def test_it_speaks_tls_and_nothing_else(koubei, tmp_path):
    url = f"https://127.0.0.1:{koubei.port}/health/live"
    assert koubei.address.url == f"https://127.0.0.1:{koubei.port}"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, timeout=10)
    context = ssl.create_default_context(cafile=koubei.address.certificate)
    context.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", koubei.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="x") as secured,
    ):
        assert secured.version() == "TLSv1.3"
        secured.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b""
        while more := secured.recv(4096):
            answer += more
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"strict-transport-security: max-age=31536000" in answer.lower()
    with socket.create_connection(("127.0.0.1", koubei.port), timeout=10) as plain:
        plain.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" not in plain.recv(4096)
    records = write(tmp_path / "records.ndjson", [{"kind": "subject", "id": "shop-1"}, ORDER])
    command("import", str(records), "--home", str(koubei.home))
    assert koubei.rows("SELECT count(*) FROM records WHERE subject_id = 'shop-1'") == [(2,)]
