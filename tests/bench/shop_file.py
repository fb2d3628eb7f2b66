"""A big shop as one record file: the same bytes for the same seed, written as it is made.

Every order has what a real one has: lines, parcels, a review, chats, after-sales, help requests; a few are excluded,
cancelled, seen again with more fields, or seen again unchanged. Rates are made up and steady; nothing here is measured.
"""

import datetime as dt
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SUBJECT_ID = "990000001"
FIRST_DAY = dt.date(2026, 9, 1)
DAYS = 75
AS_OF = FIRST_DAY + dt.timedelta(DAYS - 3)
"""The day to score: a little is already known of the days after it."""

_DAY = 86_400
_CLOCK = [f"T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}+08:00" for at in range(_DAY)]
_SERVICES = ([], [], ["freight_insurance"], ["freight_insurance"], ["next_day", "freight_insurance"], ["qic"])
_REASONS = ("quality", "no_reason", "no_reason", "size", "damage", "logistics_quality", "not_as_described")
_PROVINCES = (("浙江省", "杭州市"), ("广东省", "广州市"), ("四川省", "成都市"), ("北京市", "北京市"))
_COURIERS = ("zhongtong", "yuantong", "shunfeng", "jitu")

Fields = dict[str, Any]


def write(path: Path, orders: int, seed: int = 7) -> int:
    """Write the file, and say how many records it holds."""
    count = 0
    dump = json.JSONEncoder(ensure_ascii=False).encode
    with path.open("w", encoding="utf-8") as file:
        for record in Shop(FIRST_DAY, seed).records(orders):
            file.write(dump(record) + "\n")
            count += 1
    return count


class Shop:
    """One shop that opened on a day, for `DAYS` days."""

    def __init__(self, first_day: dt.date, seed: int = 7) -> None:
        self._dates = [str(first_day + dt.timedelta(number)) for number in range(2 * DAYS)]
        self._dice = random.Random(seed)

    def records(self, orders: int) -> Iterator[Fields]:
        """The subject, its switch, and the orders as they were paid, each followed by all that hangs on it."""
        yield {
            "kind": "subject",
            "id": SUBJECT_ID,
            "platform": "douyin",
            "type": "shop",
            "name": "大店",
            "industry": "女装",
        }
        yield {"kind": "service_switch", "id": "s1", "service": "freight_insurance", "on": True, "at": self._at(3600)}
        for number in range(orders):
            yield from self._case(number, int(number * (DAYS - 1) * _DAY / orders) + 8 * 3600)

    def _at(self, second: int) -> str:
        return self._dates[second // _DAY] + _CLOCK[second % _DAY]

    def _case(self, number: int, created: int) -> Iterator[Fields]:
        chance = self._dice.random
        order = self._order(chance, number, created)
        yield order
        if chance() < 0.02:
            yield order | {"seen_at": self._at(created + 9 * _DAY), "finished_at": self._at(created + 8 * _DAY)}
        if chance() < 0.01:
            yield order
        hanging = {"order_id": order["id"], "seen_at": self._at(created + 12 * _DAY)}
        delivered = created + int((1.2 + 3 * chance()) * _DAY)
        if "delivered_at" in order and chance() < 0.45:
            yield from self._reviews(chance, number, delivered, hanging)
        if chance() < 0.3:
            yield self._chat(chance, number, created + int(chance() * 4 * _DAY), hanging)
        if chance() < 0.12:
            yield from self._after_sales(chance, number, created + int((0.5 + chance() * 7) * _DAY), hanging)
        if chance() < 0.012:
            yield {
                "kind": "platform_help",
                "id": f"H{number}",
                "opened_at": self._at(created + int(chance() * 9 * _DAY)),
                "via": ("complaint", "platform_service", "arbitration")[int(chance() * 3)],
                "same_issue_as_chat": chance() < 0.6,
            } | hanging

    def _order(self, chance: Any, number: int, created: int) -> Fields:
        paid, shipped = created + int(chance() * 600), created + int((0.1 + chance()) * _DAY)
        picked = shipped + int(chance() * 0.6 * _DAY)
        delivered, due = picked + int((0.8 + 2.4 * chance()) * _DAY), created + 4 * _DAY
        price = 1900 + int(chance() * 20_000)
        province, city = _PROVINCES[number % 4]
        order: Fields = {
            "kind": "order",
            "id": f"69{number:017}",
            "created_at": self._at(created),
            "paid_at": self._at(paid),
            "ship_by": self._at(paid + 2 * _DAY),
            "deliver_by": self._at(due),
            "amount": price,
            "freight": 0,
            "region": {"province": province, "city": city},
            "courier": _COURIERS[number % 4],
            "lines": [
                {
                    "id": f"69{number:017}L{line}",
                    "product_id": f"36000000{(number + line) % 400:05}",
                    "sku_id": f"17000000{(number * 3 + line) % 2000:05}",
                    "quantity": 1 + line,
                    "amount": price,
                }
                for line in range(1 + (chance() < 0.15))
            ],
            "seen_at": self._at(created + 3 * _DAY),
        }
        if services := _SERVICES[int(chance() * len(_SERVICES))]:
            order["services"] = services
        if chance() < 0.02:
            order["presale"] = True
        if chance() < 0.02:
            order["excluded"] = ["gift"]
        if chance() < 0.05:
            return order | {"cancelled_at": self._at(paid + 1800), "cancelled_by": "buyer"}
        waybills = [
            {
                "id": f"SF{number:013}{part}",
                "picked_up_at": self._at(picked),
                "deliver_by": self._at(due),
                "delivered_at": self._at(delivered),
            }
            for part in range(1 + (chance() < 0.04))
        ]
        if chance() < 0.01:
            waybills[0]["trace_abnormal"] = True  # type: ignore[assignment]
        return order | {
            "shipped_at": self._at(shipped),
            "picked_up_at": self._at(picked),
            "delivered_at": self._at(delivered),
            "finished_at": self._at(delivered + 5 * _DAY),
            "waybills": waybills,
        }

    def _reviews(self, chance: Any, number: int, delivered: int, hanging: Fields) -> Iterator[Fields]:
        for part in range(1 + (chance() < 0.05)):
            stars = 5 - int(chance() ** 6 * 5)
            yield {
                "kind": "review",
                "id": f"R{number}-{part}",
                "created_at": self._at(delivered + int(chance() * 6 * _DAY)),
                "stars": stars,
                "logistics_stars": min(5, stars + 1),
                "service_stars": stars,
                "tags": ["面料舒服", "发货快"],
            } | hanging

    def _chat(self, chance: Any, number: int, started: int, hanging: Fields) -> Fields:
        rounds = 1 + int(chance() * 8)
        chat: Fields = {
            "kind": "chat",
            "id": f"C{number}",
            "agent_id": f"a{number % 40}",
            "agent_kind": "own",
            "started_at": self._at(started),
            "ended_at": self._at(started + 60 * rounds),
            "rounds": rounds,
            "unanswered_rounds": int(chance() < 0.05),
            "reply_seconds": int(chance() * 90 * rounds) if chance() < 0.9 else round(chance() * 90 * rounds, 3),
        }
        if chance() < 0.3:
            chat["stars"] = 5 - int(chance() ** 4 * 5)
        return chat | hanging

    def _after_sales(self, chance: Any, number: int, applied: int, hanging: Fields) -> Iterator[Fields]:
        for part in range(1 + (chance() < 0.06)):
            applied += part * _DAY
            agreed = applied + int(chance() ** 3 * 1.5 * _DAY)
            one: Fields = {
                "kind": "after_sale",
                "id": f"A{number}-{part}",
                "type": ("refund_shipped", "return_refund", "refund_unshipped", "exchange")[int(chance() * 4)],
                "applied_at": self._at(applied),
                "agreed_at": self._at(agreed),
                "refunded_at": self._at(agreed + int(chance() * 4 * _DAY)),
                "audit_by": self._at(applied + 2 * _DAY),
                "reason": {"class": _REASONS[int(chance() * len(_REASONS))], "label": "七天无理由"},
                "handled_by": "merchant" if chance() < 0.9 else "platform",
                "amount": 2000,
            }
            if chance() < 0.03:
                one["exempt"] = True
            if chance() < 0.04:
                one["ruling"] = ["late_shipment"]
            if chance() < 0.03:
                blame = "merchant" if chance() < 0.5 else "buyer"
                one["arbitration"] = {
                    "opened_at": self._at(agreed + 3600),
                    "closed_at": self._at(agreed + 4 * _DAY),
                    "blame": blame,
                }
            yield one | hanging
