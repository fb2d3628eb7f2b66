"""The demo shop as koubei records: one seed, one shop, the same bytes for ever."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from server.demo import aftermath
from server.demo.after_sales import after_sales
from server.demo.catalog import PRODUCTS, SHOP_CATEGORY, SHOP_ID, SHOP_NAME
from server.demo.counting import Evidence
from server.demo.daily import product_days, service_days
from server.demo.life import Record, Season, at, known, last_moment, later, midnight, moments, wire
from server.demo.official import official_days
from server.demo.orders import freight_insurance_lapsed, freight_insurance_on, orders

# When something with one moment happened; everything else is dated by its newest event.
MOMENT: Final = {"chat": "ended_at", "platform_help": "opened_at", "conduct": "at", "service_switch": "at"}


def generate(
    seed: int, last_day: date, days: int = 90, orders_per_day: int = 60, official: int = 60
) -> Iterator[dict[str, Any]]:
    """Records (wire form, records.md) of one shop, in the order in which its merchant would have seen them.

    Everything that happened in the `days` days before `last_day` 00:00 Asia/Shanghai, and the `official` records of the
    last `official` days up to and including `last_day`. Nothing that lies at or after that instant is told, so orders
    of the last days are still open. `days` must be at least 30, the length of one window.
    """
    if days < 30 or orders_per_day < 1:
        raise ValueError("a shop with a score needs days >= 30 and orders_per_day >= 1")
    season = Season(seed, last_day, days, orders_per_day)
    told = happenings(season)
    evidence = Evidence(told)
    seen = [*told, *official_days(season, evidence, official), *product_days(season, evidence)]
    seen += service_days(record for record in told if record["kind"] == "chat")
    seen += _steps(season, told)
    yield from (wire(record) for record in _shop(season))
    yield from (wire(record) for record in in_order_seen(seen))


def happenings(season: Season) -> list[Record]:
    """Everything that had happened to the shop by the season's end, as it then stood."""
    return [copy for record in _whole_lives(season) for copy in _copies(season, record)]


def in_order_seen(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (_seen_at(record), record["kind"], record["id"]))


def _shop(season: Season) -> Iterator[Record]:
    opening = midnight(season.first_day)
    yield {
        "kind": "subject",
        "id": SHOP_ID,
        "platform": "douyin",
        "type": "shop",
        "name": SHOP_NAME,
        "industry": SHOP_CATEGORY,
        "shop_type": "general",
        "cross_border": False,
        "time_zone": "Asia/Shanghai",
        "onboarded_at": later(opening, -24 * 400),
        "seen_at": opening,
    }
    for product in PRODUCTS:
        yield {
            "kind": "product",
            "id": product.id,
            "name": product.name,
            "category": list(product.category),
            "industry": SHOP_CATEGORY,
            "price": product.price,
            "seen_at": opening,
        }


def _whole_lives(season: Season) -> Iterator[Record]:
    book = list(orders(season))
    cases = list(after_sales(season, book))
    yield from book
    yield from cases
    yield from aftermath.reviews(season, book, cases)
    yield from aftermath.chats(season, book)
    yield from aftermath.platform_help(season, book, [case for case in cases if "updated_at" not in case])
    yield from _conduct(season)


def _conduct(season: Season) -> Iterable[Record]:
    for number, (on, moment) in enumerate(
        ((True, freight_insurance_on(season)), (False, freight_insurance_lapsed(season))), start=1
    ):
        yield {
            "kind": "service_switch",
            "id": f"freight_insurance-{number}",
            "service": "freight_insurance",
            "on": on,
            "at": moment,
        }
    yield {"kind": "conduct", "id": "v-1", "at": at(season.day(47), 15), "scene": "abnormal_return_address"}
    yield {"kind": "conduct", "id": "v-2", "at": at(season.day(19), 11), "scene": "invoice_refused", "count": 1}


def _copies(season: Season, record: Record) -> Iterator[Record]:
    """The record as it stood at the season's end, or nothing where it (or this copy of it) had not begun by then."""
    if any(record.get(field, season.end) >= season.end for field in _beginnings(record)):
        return
    seen = _undecided_left_out(known(record, season.end))
    if record["kind"] in MOMENT:
        yield seen | {"seen_at": last_moment(seen)}
    else:
        yield {"updated_at": last_moment(seen)} | seen


def _beginnings(record: Record) -> list[str]:
    first = {"order": "created_at", "review": "created_at", "after_sale": "applied_at", "chat": "ended_at"}
    return [
        first.get(record["kind"], MOMENT.get(record["kind"], "")),
        *(["updated_at"] if "updated_at" in record else []),
    ]


def _undecided_left_out(seen: Record) -> Record:
    """What hangs on a moment that has not come is not known either: no parcel before dispatch."""
    hangs: dict[str, tuple[str, ...]] = {}
    if seen["kind"] == "order":
        hangs = {"paid_at": ("presale", "services", "ship_by", "deliver_by"), "cancelled_at": ("cancelled_by",)}
        hangs["shipped_at"] = ("courier", "waybills", "fraud_shipping")
    elif seen["kind"] == "after_sale" and "agreed_at" not in seen and "arbitration" not in seen:
        hangs = {"refunded_at": ("handled_by", "ruling")}
    gone = {field for moment, fields in hangs.items() if moment not in seen for field in fields}
    left = {field: item for field, item in seen.items() if field not in gone}
    if "closed_at" not in left.get("arbitration", {"closed_at": None}):
        left["arbitration"] = {field: item for field, item in left["arbitration"].items() if field != "blame"}
    return {field: item for field, item in left.items() if item != {}}


def _steps(season: Season, told: Iterable[Record]) -> Iterator[Record]:
    """One order in ten was on the merchant's screen at each of its steps: a copy of what was known just after it."""
    chance = season.chance("steps")
    for record in told:
        if record["kind"] == "order" and "paid_at" in record and chance.random() < 0.1:
            for moment in sorted(set(moments(record)) - {record["updated_at"]}):
                seen = _undecided_left_out(known(record, later(moment, 1 / 3600)))
                if "paid_at" in seen:
                    yield seen | {"updated_at": moment}


def _seen_at(record: Record) -> datetime:
    moment: datetime = record.get("updated_at") or record["seen_at"]
    return moment
