"""A shop and a creator whose records lie in the database, scored and looked ahead, as the worker leaves them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.creator import CREATOR_ID, CREATOR_NAME, generate_creator
from server.demo.generator import generate
from tests.browser.api import Api
from tests.days import now, today
from worker import outlook, recalculate

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from server.db.engine import Database

SHOP: Final[dict[str, Any]] = {"id": SHOP_ID, "name": SHOP_NAME}
CREATOR: Final[dict[str, Any]] = {"id": CREATOR_ID, "name": CREATOR_NAME, "type": "creator"}
_BATCH: Final = 500


def code_of(app: "Flask") -> str:
    from server.devices.codes import create_code
    from server.http.state import KEY

    return create_code(app.extensions[KEY].database.gate)


def sell(app: "Flask", database: "Database", subjects: Iterable[dict[str, Any]]) -> None:
    """Have the records of the last 60 days stored by the API and everything made of them that the worker makes."""
    client = app.test_client()
    token = client.post("/v1/devices", json={"code": code_of(app), "name": "seller"}).json["token"]
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    for subject in subjects:
        made = generate_creator if subject == CREATOR else generate
        _send(client, subject, list(made(5, today(), 60 if made is generate else 95, 30)))
        recalculate.run(database.app, subject["id"])
        assert outlook.run(database.app, subject["id"], now())


def _send(client: "FlaskClient", subject: dict[str, Any], records: list[dict[str, Any]]) -> None:
    bound = {"platform": "douyin", "type": subject.get("type", "shop"), "name": subject["name"]}
    address = f"/v1/subjects/{subject['id']}"
    assert client.put(address, json=bound).status_code in {200, 201}
    for number in range(0, len(records), _BATCH):
        body = {"format": "koubei.records/1", "source": {"name": "test"}, "records": records[number : number + _BATCH]}
        answer = client.post(f"{address}/batches", json=body, headers={"Idempotency-Key": f"sell-{number}"})
        assert answer.status_code == 200, answer.text


def asked(api: Api, ending: str) -> list[Any]:
    """What was asked for under a route, the preflights left out."""
    return [call for call in api.calls if call.path.endswith(ending) and call.method != "OPTIONS"]
