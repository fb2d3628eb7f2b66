"""What a hostile or broken client sends: a problem that names it, nothing stored, and the server goes on."""

import gzip
import json
import socket
from contextlib import ExitStack, suppress
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
import requests
import zstandard

from tests.integration.shop import FORMAT, ORDER, rows
from tests.running import Koubei, eventually

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.conftest import Paired

MEBIBYTE = 1024 * 1024


def post(shop: "Paired", body: bytes, key: str = "k1", **headers: str) -> Any:
    return shop.client.post(
        "/v1/subjects/shop-1/batches",
        data=body,
        headers={"Idempotency-Key": key, "Content-Type": "application/json", **headers},
    )


def batch(*records: str) -> bytes:
    """A batch of records that are text already: what no encoder would write."""
    return f'{{"format":"{FORMAT}","source":{{"name":"t"}},"records":[{",".join(records)}]}}'.encode()


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.content_type == "application/problem+json"
    return answer.json


DEEP = "[" * 200_000 + "]" * 200_000


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(DEEP.encode(), id="deep nesting"),
        pytest.param(batch('{"kind":"order","id":"1","lines":' + DEEP + "}"), id="deep nesting in a record"),
        pytest.param(b'{"format":"\xff"}', id="no UTF-8"),
        pytest.param(b'{"format":"\\ud800"}', id="a lone surrogate"),
        pytest.param(b'{"format":NaN}', id="no number"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"format"', id="cut off"),
        pytest.param(batch() + b"x", id="more after the end"),
    ],
)
def test_what_is_no_json_is_said_to_be_none(shop: "Paired", admin: "Engine", body: bytes):
    assert_problem(post(shop, body), 400, "invalid-json")
    assert rows(admin, "SELECT 1 FROM receipts") == []


@pytest.mark.parametrize(
    ("record", "path"),
    [
        pytest.param('{"kind":"order","id":"1","amount":1' + "0" * 400 + "}", "amount", id="a huge integer"),
        pytest.param('{"kind":"official","id":"2026-11-01","total":1e400}', "", id="an infinite number"),
        pytest.param('{"kind":"order","id":"1","courier":"a\\u0000b"}', "courier", id="a NUL"),
        pytest.param('{"kind":"order","id":"1","courier":"\\ud800"}', "", id="a lone surrogate"),
        pytest.param(
            '{"kind":"order","id":"1","created_at":"999999-01-01T00:00:00Z"}', "created_at", id="no such year"
        ),
        pytest.param('{"kind":"order","id":"' + "9" * 5000 + '"}', "id", id="an endless id"),
        pytest.param('{"kind":"order","id":"1","__proto__":{"x":1}}', "__proto__", id="a foreign name"),
    ],
)
def test_a_hostile_record_goes_to_quarantine_and_the_rest_is_used(
    shop: "Paired", admin: "Engine", record: str, path: str
):
    answer = post(shop, batch(record, json.dumps(ORDER)))
    if answer.status_code == 400:  # a number or a text that is no JSON makes the whole batch none
        assert_problem(answer, 400, "invalid-json")
        return
    assert answer.status_code == 200, answer.text
    [refused] = answer.json["quarantined"]
    assert (answer.json["accepted"], refused["index"], refused["path"]) == (1, 0, path)
    [kept] = rows(admin, "SELECT record::text AS text FROM quarantine")
    assert "\0" not in kept.text


def test_of_a_name_that_is_there_twice_the_last_counts_for_all(shop: "Paired", admin: "Engine"):
    answer = post(shop, batch('{"kind":"order","id":"1","id":"2","subject_id":"another","subject_id":"shop-1"}'))
    assert answer.status_code == 200, answer.text
    assert [row.id for row in rows(admin, "SELECT id FROM records WHERE kind = 'order'")] == ["2"]
    foreign = post(shop, batch('{"kind":"order","id":"3","subject_id":"shop-1","subject_id":"another"}'), key="k2")
    assert_problem(foreign, 403, "record-of-another-subject")


def test_packed_bodies_are_read(shop: "Paired"):
    plain = batch(json.dumps(ORDER))
    packed = {
        "gzip": gzip.compress(plain),
        "zstd": zstandard.compress(plain),
    }
    for number, (encoding, body) in enumerate(packed.items()):
        answer = post(shop, body, key=f"k{number}", **{"Content-Encoding": encoding})
        assert answer.status_code == 200, answer.text
        assert sum((answer.json["accepted"], answer.json["unchanged"])) == 1
    again = post(shop, plain, key="k0")
    assert again.json == post(shop, packed["gzip"], key="k0", **{"Content-Encoding": "gzip"}).json


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_not_unpacked(shop: "Paired", encoding: str):
    pack = gzip.compress if encoding == "gzip" else zstandard.compress
    bomb = pack(b" " * (200 * MEBIBYTE))
    assert len(bomb) < MEBIBYTE
    import tracemalloc

    tracemalloc.start()
    try:
        answer = post(shop, bomb, **{"Content-Encoding": encoding})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert_problem(answer, 413, "body-too-large")
    assert peak < 40 * MEBIBYTE, "200 would have been unpacked"


@pytest.mark.parametrize(
    ("encoding", "body", "status", "code"),
    [
        ("gzip", b"no gzip", 400, "compression-broken"),
        ("gzip", gzip.compress(b"{}" * 1000, mtime=0)[:-9], 400, "compression-broken"),
        ("zstd", b"no zstd", 400, "compression-broken"),
        ("zstd", zstandard.compress(b"{}" * 1000)[:-3], 400, "compression-broken"),
        ("zstd", zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
        ).compressobj().compress(b"x") + b"", 400, "compression-broken"),
        ("br", b"{}", 415, "unsupported-media-type"),
        ("gzip, gzip", b"{}", 415, "unsupported-media-type"),
    ],
)  # fmt: skip
def test_what_cannot_be_unpacked_is_said(shop: "Paired", encoding: str, body: bytes, status: int, code: str):
    assert_problem(post(shop, body, **{"Content-Encoding": encoding}), status, code)


def test_slow_bodies_hold_nobody_up(tmp_path_factory: pytest.TempPathFactory):
    """More silent clients than the server has threads: readers are answered, bodies told to wait, places given back."""
    koubei = Koubei(tmp_path_factory.mktemp("slow") / "home", web_threads=1, body_seconds=1)
    koubei.start()
    try:
        koubei.pair()
        head = (
            f"POST /v1/devices HTTP/1.1\r\nHost: 127.0.0.1:{koubei.port}\r\n"
            'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"code": '
        )

        chunked = head.replace("Content-Length: 100\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nff\r\n")
        expecting = head.replace("Content-Length", "Expect: 100-continue\r\nContent-Length")

        def all_of(one: socket.socket) -> bytes:
            pieces = iter(lambda: one.recv(4096), b"")
            return b"".join(pieces).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")

        def code() -> str:
            body = {"code": "22222222", "name": "x"}
            return str(requests.post(f"{koubei.address.url}/v1/devices", json=body, timeout=30).json()["code"])

        with ExitStack() as open_until_the_end:
            silent = [
                open_until_the_end.enter_context(socket.create_connection(("127.0.0.1", koubei.port), timeout=60))
                for _ in range(20)
            ]
            for one, sent in zip(silent, cycle((head, chunked, expecting)), strict=False):
                one.sendall(sent.encode())
            eventually(lambda: koubei.get("/subjects").status_code == requests.codes.ok, "an answer meanwhile")
            # They stop in the middle of a piece and stay connected; each is told why it is given up.
            told = [all_of(one) for one in silent]
            assert all(answer.startswith(b"HTTP/1.1 408") for answer in told), told
            waited = [answer for answer in told if b"body-too-slow" in answer]
            assert len(waited) >= 6, "so many may wait"
            assert all(b"too-many-bodies" in answer for answer in told if answer not in waited)
            assert len(waited) < len(told)
            eventually(lambda: code() == "pairing-code-wrong", "bodies to be read again", koubei.messages)

        def dripped() -> bytes:
            with socket.create_connection(("127.0.0.1", koubei.port), timeout=30) as dripping:
                dripping.sendall(head.replace("100", "100000").encode())

                def answered() -> bytes:
                    with suppress(BrokenPipeError, ConnectionResetError):
                        dripping.sendall(b" ")  # always something, never enough
                    dripping.settimeout(0.05)
                    with suppress(TimeoutError):
                        return dripping.recv(4096)
                    return b""

                return eventually(answered, "an answer before the body is there")

        def too_slow() -> bool:
            answer = dripped()
            assert answer.startswith(b"HTTP/1.1 408"), answer
            return b"body-too-slow" in answer

        eventually(too_slow, "a place for the body, once those before it were given up")
        eventually(lambda: code() == "pairing-code-wrong", "bodies to be read again once the slow ones are gone")
    finally:
        koubei.stop()
