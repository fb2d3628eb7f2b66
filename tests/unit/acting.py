"""A small shop in which something of everything can be done; each part is put in by a function of its own."""

import datetime as dt
import json
from typing import Any

from shared_scoring.actions.answer import Actions, actions
from shared_scoring.actions.scene import Risks, scene_of
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled

Fields = dict[str, Any]
DAY = dt.date(2026, 5, 6)
RULES = "douyin-shop/2026-05-07"
_ZONE = dt.timezone(dt.timedelta(hours=8))


def at(days_ago: float, hour: int = 12) -> str:
    """A moment some days before the as-of day."""
    return (dt.datetime.combine(DAY, dt.time(hour), _ZONE) - dt.timedelta(days=days_ago)).isoformat()


def order(number: int, days_ago: float = 10, **fields: Any) -> Fields:
    """Paid on a day, delivered two days later."""
    return {
        "kind": "order",
        "id": f"o{number}",
        "created_at": at(days_ago),
        "paid_at": at(days_ago),
        "picked_up_at": at(days_ago, 18),
        "delivered_at": at(days_ago - 2),
        "deliver_by": at(days_ago - 3),
        "lines": [
            {"id": f"l{number}", "product_id": f"p{number % 4}", "creator_id": "me", "merchant_id": f"m{number % 3}"}
        ],
    } | fields


def review(number: int, stars: int, days_ago: float = 7) -> Fields:
    return {"kind": "review", "id": f"r{number}", "order_id": f"o{number}", "created_at": at(days_ago), "stars": stars}


def after_sale(number: int, reason: str = "quality", **fields: Any) -> Fields:
    return {
        "kind": "after_sale",
        "id": f"s{number}",
        "order_id": f"o{number}",
        "type": "return_refund",
        "applied_at": at(6),
        "agreed_at": at(5),
        "refunded_at": at(4),
        "reason": {"class": reason},
    } | fields


def chat(number: int, hour: int, seconds: float) -> Fields:
    return {
        "kind": "chat",
        "id": f"c{number}",
        "started_at": at(3 + number % 9, hour),
        "rounds": 4,
        "unanswered_rounds": 0,
        "reply_seconds": 4 * seconds,
    }


def official(**fields: Any) -> Fields:
    """Yesterday's page, with steps fine enough that every event is worth something."""
    rates = [[round(0.8 + 0.002 * step, 4), 50 + 0.5 * step] for step in range(101)]
    low = [[round(0.2 - 0.002 * step, 4), 50 + 0.5 * step] for step in range(101)]
    steps = {
        "goods.rating": [[round(2 + 0.03 * step, 4), 50 + 0.5 * step] for step in range(101)],
        "goods.quality_return": low,
        "logistics.pickup_score": None,
        "logistics.delivery_rate": rates,
        "logistics.quality_return": low,
        "service.reply_seconds": [[600 - 6 * step, 50 + 0.5 * step] for step in range(101)],
        "service.after_sale_rate": rates,
    }
    return {
        "kind": "official",
        "id": (DAY - dt.timedelta(days=1)).isoformat(),
        "stage": "formal",
        "valid_orders_30d": 600,  # beyond the low-volume shield
        "dimensions": {
            "goods": {"score": 80, "weight": 0.5},
            "logistics": {"score": 80, "weight": 0.25},
            "service": {"score": 80, "weight": 0.25},
        },
        "indicators": {key: {"steps": table} for key, table in steps.items() if table},
    } | fields


def shop(*more: Fields, count: int = 60) -> list[Fields]:
    """A calm shop and whatever is put beside it; a later copy of a record takes the place of an earlier one."""
    calm = [
        {"kind": "subject", "id": "me", "platform": "douyin", "type": "shop"},
        official(),
        *(order(number, 4 + number % 24) for number in range(count)),
        *(review(number, 5) for number in range(0, count, 2)),
        *(chat(number, 9 + number % 12, 40) for number in range(count)),
        {
            "kind": "after_sale",
            "id": "calm",
            "order_id": "o1",
            "type": "refund_shipped",
            "applied_at": at(6),
            "agreed_at": at(6, 13),
            "refunded_at": at(6, 14),
            "reason": {"class": "no_reason"},
        },
    ]
    return list({(one["kind"], one["id"]): one for one in [*calm, *more]}.values())


def history(records: list[Fields]) -> History:
    return History(decode_record(json.dumps(record).encode()) for record in records)


def found(records: list[Fields], rules: str = RULES, risks: Risks | None = None) -> Actions:
    """What can be done on the as-of day."""
    return actions(scene_of(history(records), bundled()[rules], DAY.toordinal(), risks))
