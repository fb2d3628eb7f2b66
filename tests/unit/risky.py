"""A made-up shop whose orders end well or badly by rules nobody tells the models: records as a file holds them."""

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

ZONE = dt.timezone(dt.timedelta(hours=8))
FIRST = dt.datetime(2026, 6, 1, tzinfo=ZONE)
AS_OF = dt.date(2026, 11, 6)

Fields = dict[str, Any]


def shop(seed: int = 1, a_day: int = 5, until: dt.date = AS_OF) -> list[Fields]:
    """Orders of some months. Slow provinces arrive late, late orders and one product are rated low."""
    rng = random.Random(seed)
    records: list[Fields] = [{"kind": "subject", "id": "shop-1", "platform": "douyin", "type": "shop"}]
    days = (until - FIRST.date()).days
    for number in range(days * a_day):
        paid = FIRST + dt.timedelta(days=number / a_day, hours=rng.random())
        records += _order(rng, f"o{number:05d}", paid)
    return records


def _order(rng: random.Random, id_: str, paid: dt.datetime) -> list[Fields]:
    far, poor = rng.random() < 0.3, rng.random() < 0.2
    picked_up = paid + dt.timedelta(hours=rng.choice([6, 12, 20, 60] if rng.random() < 0.3 else [5, 9, 18]))
    took = rng.gammavariate(4, (5.5 if far else 3.2) / 4)
    due = (paid + dt.timedelta(days=6)).replace(hour=23, minute=59, second=59)
    delivered = picked_up + dt.timedelta(days=took)
    order: Fields = {
        "kind": "order",
        "id": id_,
        "created_at": at(paid),
        "paid_at": at(paid),
        "shipped_at": at(picked_up),
        "picked_up_at": at(picked_up),
        "delivered_at": at(delivered),
        "deliver_by": at(due),
        "finished_at": at(delivered + dt.timedelta(days=7)),
        "amount": rng.randrange(1000, 90000),
        "region": {"province": "新疆" if far else "浙江"},
        "courier": rng.choice(["sf", "yto"]),
        "lines": [{"product_id": "poor" if poor else f"p{rng.randrange(4)}", "quantity": 1}],
    }
    found = [order]
    chance = 0.45 if delivered > due else (0.25 if poor else 0.04)
    if rng.random() < 0.6:
        low = rng.random() < chance
        moment = min(delivered, due + dt.timedelta(days=2)) + dt.timedelta(days=rng.expovariate(0.7))
        found.append(
            {
                "kind": "review",
                "id": f"r{id_}",
                "order_id": id_,
                "created_at": at(moment),
                "stars": rng.choice([1, 2]) if low else rng.choice([4, 5]),
            }
        )
    if rng.random() < (0.08 if poor else 0.01):
        moment = delivered + dt.timedelta(days=rng.random() * 6)
        reason = {"class": rng.choice(["quality", "damage", "no_reason"])}
        found.append(
            {"kind": "after_sale", "id": f"a{id_}", "order_id": id_, "applied_at": at(moment), "reason": reason}
        )
    return found


def at(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")


def known_before(records: list[Fields], day: dt.date) -> list[Fields]:
    """The file as it would have been written as the day began: what lies ahead is cut away, not hidden."""
    cut = dt.datetime.combine(day, dt.time(), ZONE)
    began = {"order": "created_at", "review": "created_at", "after_sale": "applied_at", "platform_help": "opened_at"}
    events = ("paid_at", "shipped_at", "picked_up_at", "delivered_at", "finished_at", "cancelled_at")
    kept = []
    for one in records:
        since = one.get(began.get(one["kind"], ""), None)
        if since is None or dt.datetime.fromisoformat(since) < cut:
            kept.append(
                {
                    name: value
                    for name, value in one.items()
                    if name not in events or dt.datetime.fromisoformat(value) < cut
                }
            )
    return kept


def write(path: Path, records: list[Fields]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path
