"""An action about the first order of the list, as the worker stores it, and what became of it."""

import json
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import text

from server.demo.catalog import SHOP_ID
from shared_scoring.actions.gain import Gain, Kept, Rated, Said, action_id
from shared_scoring.actions.scene import Candidate, Ref
from shared_scoring.records import Order

if TYPE_CHECKING:
    from sqlalchemy import Engine

TITLE = "今天发出这一单"


def propose(admin: "Engine", order: str) -> str:
    """The action's id."""
    id_ = action_id("ship_orders", "today")
    candidate = Candidate("ship_orders", "today", [Ref("order", order)], [Order(id=order)], 740000, {"count": 1})
    gain = Gain(0.1, 0.2, 0.3)
    rated = Rated(id_, candidate, 0.9, 7.0, gain, gain, {})
    kept = Kept(rated, {"zh": Said(TITLE, "…"), "en": Said("Ship this order today", "…")})
    with admin.begin() as connection:
        connection.execute(
            text("INSERT INTO actions (subject_id, id, kind, rank, body) VALUES (:shop, :id, 'ship_orders', 0, :body)"),
            {"shop": SHOP_ID, "id": id_, "body": json.dumps(msgspec.to_builtins(kept))},
        )
        connection.execute(
            text("INSERT INTO action_records VALUES (:shop, 'order', :order, :id)"),
            {"shop": SHOP_ID, "order": order, "id": id_},
        )
    return id_


def state_of(admin: "Engine", id_: str) -> str:
    with admin.connect() as connection:
        return str(
            connection.execute(
                text("SELECT state FROM actions WHERE subject_id = :shop AND id = :id"), {"shop": SHOP_ID, "id": id_}
            ).scalar_one()
        )
