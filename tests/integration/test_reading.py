"""What holds for every read: an ETag, 304 to whoever has it, when to ask again, and no 500 when a subject goes."""

import threading
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import event

from server.http.state import KEY
from tests.integration.shop import ORDER, REVIEW, send

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine
    from werkzeug.test import TestResponse

    from tests.conftest import Paired

QUERIES = {
    "/v1/subjects/{subject_id}/overlay": "?page=orders&id=4781234567890123456",
    "/v1/subjects/{subject_id}/explanation": "?from=2026-11-05&to=2026-11-10",
    "/v1/subjects/{subject_id}/score/comparison": "?rules=douyin-shop/2026-07-14&rules=douyin-shop/2026-09-08",
    "/v1/subjects/{subject_id}/product-check": "?product_id=p1&orders=30",
}


def reads(app: "Flask") -> list[str]:
    """The path of every operation GET of the document."""
    paths = app.test_client().get("/openapi.json").json["paths"]
    return sorted(path for path, operations in paths.items() if "get" in operations and path.startswith("/v1/"))


def test_every_read_has_an_etag_and_says_when_to_ask_again(shop: "Paired", app: "Flask"):
    send(shop, [ORDER, REVIEW])
    found = 0
    for path in reads(app):
        address = path.replace("{subject_id}", "shop-1").replace("{order_id}", ORDER["id"]) + QUERIES.get(path, "")
        address = address.replace("{device_id}", shop.device_id)
        answer = shop.client.get(address)
        if "{" in address or answer.status_code in {404, 422}:
            continue  # there is none of it here
        found += 1
        assert answer.status_code == 200, (address, answer.text)
        tag = answer.headers["ETag"]
        assert 1 <= int(answer.headers["Next-Poll-Seconds"]) <= 60
        again = shop.client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag), address
        assert "Next-Poll-Seconds" in again.headers
    assert found >= 18


def test_what_waits_for_its_score_is_asked_for_sooner(shop: "Paired", admin):
    send(shop, [ORDER, REVIEW])
    assert shop.client.get("/v1/subjects/shop-1/score").headers["Next-Poll-Seconds"] == "2"
    with admin.connect() as connection:
        connection.exec_driver_sql("UPDATE subjects SET scored_version = input_version")
    assert shop.client.get("/v1/subjects/shop-1/score").headers["Next-Poll-Seconds"] == "30"


SOME = ("score", "overlay?page=orders", "actions", "forecast", "orders/at-risk", "history", "settings", "quarantine")


def write(shop: "Paired", client: "FlaskClient", number: int) -> "list[TestResponse]":
    """Everything that stores something under the subject."""
    address, headers = "/v1/subjects/shop-1", shop.headers
    body = {"format": "koubei.records/1", "source": {"name": "t"}, "records": [ORDER, REVIEW]}
    tag = client.get(f"{address}/settings", headers=headers).headers.get("ETag", '"x"')
    wanted = {"keep_facts_days": 90 + number % 10}
    return [
        client.post(f"{address}/batches", json=body, headers={**headers, "Idempotency-Key": uuid.uuid4().hex}),
        client.put(address, json={"name": uuid.uuid4().hex}, headers=headers),
        client.put(f"{address}/settings", json=wanted, headers={**headers, "If-Match": tag}),
        client.post(f"{address}/quarantine/replays", json={}, headers=headers),
    ]


def test_a_subject_that_is_erased_meanwhile_is_gone_and_no_mistake_of_ours(shop: "Paired", app: "Flask"):
    strange: list[tuple[str | None, int, str]] = []
    is_over = threading.Event()

    def use(path: str) -> None:
        number, client = 0, app.test_client()
        while not is_over.is_set():
            number += 1
            address = f"/v1/subjects/shop-1/{path}"
            answers = [client.get(address, headers=shop.headers)] if path else write(shop, client, number)
            strange.extend(
                (one.request.path, one.status_code, one.text)
                for one in answers
                if one.status_code not in {200, 201, 404, 412, 503}
            )

    threads = [threading.Thread(target=use, args=(path,)) for path in (*SOME, "")]
    for thread in threads:
        thread.start()
    for _ in range(30):
        assert shop.client.put("/v1/subjects/shop-1", json={"type": "shop"}).status_code in {200, 201, 404}
        assert shop.client.delete("/v1/subjects/shop-1").status_code in {204, 404}
    is_over.set()
    for thread in threads:
        thread.join()
    assert strange == []


def test_a_subject_erased_while_it_is_bound_again_is_bound_anew_and_nobody_elses(
    shop: "Paired", app: "Flask", admin: "Engine"
):
    engine = app.extensions[KEY].database.app
    binding: list[str] = []

    def erase(*args: object) -> None:
        if "INSERT INTO subjects" in str(args[2]) and not binding:
            binding.append("is between its statements")
            with admin.connect() as connection:
                connection.exec_driver_sql("DELETE FROM subjects")

    event.listen(engine, "after_cursor_execute", erase)
    try:
        assert shop.client.put("/v1/subjects/shop-1", json={"type": "shop"}).status_code == 201
    finally:
        event.remove(engine, "after_cursor_execute", erase)
    assert shop.client.get("/v1/subjects/shop-1/settings").status_code == 200
