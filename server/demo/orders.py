"""Orders of the demo shop, their whole life. Records carry `datetime`; `life.wire` makes JSON of them."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from server.demo.catalog import (
    COURIERS,
    CREATORS,
    PRODUCTS,
    PROVINCES,
    SLOW_COURIER,
    Courier,
    Product,
    Province,
)
from server.demo.life import Record, Season, at, day_end, later, pick

HOUR_WEIGHTS: Final = (4, 2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 6, 5, 5, 6, 6, 7, 10, 14, 16, 14, 9)
EXCLUDED: Final = ("gift", "lucky_bag", "low_price", "instant_refund", "abnormal")
WEEKEND: Final = 1.3
PROMOTION: Final = 2.6
SLOW_FROM_DAYS: Final = 40
INSURANCE_FROM_DAYS: Final = 35
INSURANCE_UNTIL_DAYS: Final = 6


def orders(season: Season) -> Iterator[Record]:
    """Every order of the season with its whole life, also what lies after `season.end`, by day of creation."""
    counter = 0
    for back in range(season.days, 0, -1):
        day = season.day(back)
        chance = season.chance(f"orders/{day}")
        factor = WEEKEND if day.weekday() >= 5 else 1.0
        factor *= PROMOTION if season.is_promotion(day) else 1.0
        for created in sorted(
            _moments(chance, day, round(season.orders_per_day * factor * chance.uniform(0.88, 1.12)))
        ):
            counter += 1
            yield _order(season, chance, counter, created)


def freight_insurance_on(season: Season) -> datetime:
    return at(season.day(INSURANCE_FROM_DAYS), 10)


def freight_insurance_lapsed(season: Season) -> datetime:
    return at(season.day(INSURANCE_UNTIL_DAYS), 18)


def is_late(order: Record) -> bool:
    return "delivered_at" in order and bool(order["delivered_at"] > order["deliver_by"])


def _moments(chance: random.Random, day: date, count: int) -> list[datetime]:
    return [at(day, pick(chance, range(24), HOUR_WEIGHTS) + chance.random() * 0.999) for _ in range(count)]


def _order(season: Season, chance: random.Random, counter: int, created: datetime) -> Record:
    number = f"69{created:%y%m%d}{counter:06d}{chance.randrange(10**5):05d}"
    product = pick(chance, PRODUCTS, [entry.appeal for entry in PRODUCTS])
    province = pick(chance, PROVINCES, [entry.weight for entry in PROVINCES])
    courier = pick(chance, COURIERS, [entry.weight for entry in COURIERS])
    order: Record = {"kind": "order", "id": number, "created_at": created}
    order["lines"] = _lines(chance, number, product)
    order["amount"] = sum(line["amount"] for line in order["lines"])
    order["freight"] = 600 if province.remote else 0
    order["currency"] = "CNY"
    order["region"] = {"province": province.name, "city": chance.choice(province.cities)}
    order["excluded"] = [chance.choice(EXCLUDED)] if chance.random() < 0.035 else []
    if chance.random() < 0.04:
        return order | {"cancelled_at": later(created, 0.5), "cancelled_by": "platform"}
    order["paid_at"] = later(created, chance.uniform(4, 540) / 3600)
    order["presale"] = product.presale
    order["services"] = _services(season, chance, order["paid_at"], province)
    return _dispatch(season, chance, order, province, courier)


def _lines(chance: random.Random, number: str, product: Product) -> list[Record]:
    chosen = [product]
    if not product.presale and chance.random() < 0.08:
        chosen.append(chance.choice([entry for entry in PRODUCTS if entry is not product and not entry.presale]))
    live = chance.random() < 0.4
    creator = chance.choice(CREATORS) if live else None
    lines = []
    for index, entry in enumerate(chosen):
        quantity = pick(chance, (1, 2, 3), (86, 11, 3))
        lines.append(
            {
                "id": f"{number}{index}",
                "product_id": entry.id,
                "sku_id": f"{entry.id[:-1]}{chance.randrange(4)}",
                "quantity": quantity,
                "amount": quantity * entry.price,
                "creator_id": creator,
                "gift": False,
            }
        )
    return [{key: item for key, item in line.items() if item is not None} for line in lines]


def _services(season: Season, chance: random.Random, paid: datetime, province: Province) -> list[str]:
    services = []
    insurable = freight_insurance_on(season) <= paid < freight_insurance_lapsed(season)
    if insurable and chance.random() < 0.6:
        services.append("freight_insurance")
    if chance.random() < 0.11:
        services.append("next_day")
    if province.remote:
        services.append("remote_area")
    return services


def _dispatch(season: Season, chance: random.Random, order: Record, province: Province, courier: Courier) -> Record:
    paid: datetime = order["paid_at"]
    wait_days = 5 if order["presale"] else 0
    order["ship_by"] = later(paid, 24.0 * wait_days if wait_days else 48.0)
    order["deliver_by"] = day_end((paid + timedelta(days=1 + wait_days + province.promised)).date())
    if chance.random() < 0.028:
        reason = "merchant" if chance.random() < 0.15 else "buyer"
        cancelled = later(paid, chance.uniform(0.2, 9))
        return order | {"cancelled_at": cancelled, "cancelled_by": reason}
    picked = _pickup(season, chance, paid, wait_days)
    order["shipped_at"] = max(later(picked, -chance.uniform(0.3, 4)), later(paid, 0.05))
    order["picked_up_at"] = picked = max(picked, later(order["shipped_at"], 0.05))
    order["courier"] = courier.code
    if chance.random() < 0.0015:
        order["fraud_shipping"] = True
    parcels = 2 if len(order["lines"]) > 1 and chance.random() < 0.4 else 1
    order["waybills"] = [_waybill(season, chance, order, province, courier, index=index) for index in range(parcels)]
    arrivals = [waybill["delivered_at"] for waybill in order["waybills"] if "delivered_at" in waybill]
    if len(arrivals) == parcels:
        order["delivered_at"] = max(arrivals)
        order["finished_at"] = later(order["delivered_at"], 24 * chance.uniform(7, 10))
    return order


def _pickup(season: Season, chance: random.Random, paid: datetime, wait_days: int) -> datetime:
    """The collector comes once in the evening and once in the morning; a promotion leaves a backlog of a day or two."""
    day = paid.date() + timedelta(days=wait_days)
    if wait_days and chance.random() < 0.7:
        return at(day - timedelta(days=chance.randrange(1, 4)), chance.uniform(15, 20))
    if wait_days:
        return at(day, chance.uniform(9, 26))
    same_day = paid.hour < 15 and chance.random() < 0.8 and not season.is_promotion(paid.date())
    if same_day:
        return at(day, chance.uniform(17.5, 21))
    backlog = 0.16 if season.is_promotion(paid.date()) else 0.03
    days = 1 + (chance.random() < backlog) + (chance.random() < backlog / 3)
    return at(day + timedelta(days=days), chance.uniform(10, 20.5))


def _waybill(
    season: Season, chance: random.Random, order: Record, province: Province, courier: Courier, *, index: int
) -> Record:
    picked: datetime = order["picked_up_at"]
    waybill: Record = {
        "id": f"{courier.code.upper()[:2]}{order['id'][2:]}{index}",
        "picked_up_at": picked,
        "deliver_by": order["deliver_by"],
        "trace_abnormal": chance.random() < 0.004,
    }
    if chance.random() < 0.003:
        return waybill  # lost on the way
    slow = courier.code == SLOW_COURIER and province.remote and picked >= at(season.day(SLOW_FROM_DAYS), 0)
    pace = courier.slow_pace if slow else courier.pace
    pace *= 1.15 if season.is_promotion(picked.date()) else 1.0
    arrival = later(picked, province.hours * pace * chance.lognormvariate(0, 0.22))
    if arrival.hour < 8 or arrival.hour >= 21:
        arrival = at(arrival.date() + timedelta(days=arrival.hour >= 21), chance.uniform(9, 13))
    return waybill | {"delivered_at": arrival}
