"""Shops whose records collide: few ids, and moments at the edges of hours, days, windows and clocks that jump."""

import datetime as dt
import os
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Fields = dict[str, Any]

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=_QUIET)
_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


def examples(count: int) -> settings:
    """So many examples; with HYPOTHESIS_PROFILE=deep some hundred times as many."""
    return settings(max_examples=5000 if _DEEP else count, deadline=None, suppress_health_check=_QUIET)


# A zone and an as-of day; the clock of São Paulo jumps at midnight, forward on 2018-11-04 and back on 2018-02-18.
PLACES = [
    (None, dt.date(2026, 11, 6)),
    ("Asia/Shanghai", dt.date(2026, 12, 1)),
    ("America/Sao_Paulo", dt.date(2018, 11, 6)),
    ("America/Sao_Paulo", dt.date(2018, 12, 4)),
    ("America/Sao_Paulo", dt.date(2018, 2, 19)),
]
DAYS = (-31, -30, -30, -29, -16, -15, -10, -3, -2, -2, -1, 0)
EDGES = [
    "00:00:00",
    "05:59:59",
    "06:00:00",
    "07:59:59",
    "08:00:00",
    "12:30:00",
    "17:59:59",
    "18:00:00",
    "22:59:59",
    "23:00:00",
    "23:59:59",
    "23:59:59.999999",
]
HANGING = ("review", "after_sale", "chat", "platform_help")
SIZES = st.sampled_from([0, 6, 14])
SERVICES = [[], ["next_day"], ["freight_insurance", "install"], ["bulky_freight_insurance"], ["install", "next_day"]]


def moments(zone: str | None, day: dt.date) -> st.SearchStrategy[str]:
    """RFC 3339 times around the window that ends before `day`, in local time or UTC."""
    return st.sampled_from(_moments(zone, day))


@cache
def _moments(zone: str | None, day: dt.date) -> list[str]:
    place = ZoneInfo(zone or "Asia/Shanghai")
    texts = []
    for offset in DAYS:
        for edge in EDGES:
            local = dt.datetime.combine(day + dt.timedelta(offset), dt.time.fromisoformat(edge), place)
            at = local.astimezone(dt.UTC)
            texts.append(at.isoformat() if len(texts) % 5 == 0 else at.astimezone(place).isoformat())
    return texts


def _some(kind: str, ids: list[str], fields: Fields, times: st.SearchStrategy[Fields]) -> st.SearchStrategy[Fields]:
    """A copy of a record: most often nearly all of it, else a few of its fields."""
    names = sorted(fields)
    body = st.fixed_dictionaries({"kind": st.just(kind), "id": st.sampled_from(ids)} | fields)
    absent = st.one_of(
        st.lists(st.sampled_from(names), max_size=2),
        st.lists(st.sampled_from(names), max_size=2),
        st.lists(st.sampled_from(names), min_size=len(names) - 3, max_size=len(names), unique=True),
    )
    can_go = [name for name in names if name != "order_id"]
    clear = st.one_of(st.none(), st.none(), st.none(), st.lists(st.sampled_from(can_go), max_size=2))

    def copy(whole: Fields, gone: list[str], when: Fields, emptied: list[str] | None) -> Fields:
        kept = {name: value for name, value in whole.items() if name not in gone} | when
        return kept if emptied is None else kept | {"clear": emptied}

    return st.builds(copy, body, absent, times, clear)


def copies_of(zone: str | None, day: dt.date) -> dict[str, st.SearchStrategy[Fields]]:
    """One copy of a record, by kind."""
    at = moments(zone, day)
    times = st.one_of(
        st.just({}),
        st.fixed_dictionaries({"seen_at": at}),
        st.fixed_dictionaries({"updated_at": at}),
        st.fixed_dictionaries({"seen_at": at, "updated_at": at}),
    )
    flag = st.booleans()
    stars = st.integers(1, 5)
    order_id = st.sampled_from(["1", "2", "3", "never-seen"])
    waybill = st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from(["w1", "w2"]),
            "picked_up_at": at,
            "deliver_by": at,
            "delivered_at": at,
            "trace_abnormal": flag,
        },
    )
    order = {
        "created_at": at,
        "paid_at": at,
        "ship_by": at,
        "shipped_at": at,
        "picked_up_at": at,
        "delivered_at": at,
        "cancelled_at": st.one_of(st.none(), st.none(), at),
        "deliver_by": at,
        "presale": flag,
        "fraud_shipping": flag,
        "excluded": st.sampled_from([[], [], [], [], ["gift"], ["abnormal", "lucky_bag"]]),
        "services": st.sampled_from(SERVICES),
        "waybills": st.lists(waybill, max_size=3),
    }
    review = {"order_id": order_id, "created_at": at, "stars": stars, "counts": flag, "service_stars": stars}
    after_sale = {
        "order_id": order_id,
        "type": st.sampled_from(["refund_shipped", "return_refund", "exchange", "refund_unshipped"]),
        "applied_at": at,
        "agreed_at": at,
        "refunded_at": at,
        "closed_at": at,
        "audit_by": at,
        "exempt": st.sampled_from([False, False, True]),
        "handled_by": st.sampled_from(["merchant", "platform"]),
        "reason": st.sampled_from(["quality", "damage", "no_reason"]).map(lambda one: {"class": one}),
        "arbitration": st.fixed_dictionaries(
            {}, optional={"opened_at": at, "closed_at": at, "blame": st.sampled_from(["merchant", "buyer"])}
        ),
    }
    chat = {
        "order_id": order_id,
        "started_at": at,
        "rounds": st.integers(0, 12),
        "unanswered_rounds": st.integers(0, 4),
        "reply_seconds": st.one_of(st.integers(0, 900), st.sampled_from([0.5, 12.25, 100.125])),
        "stars": stars,
    }
    help_ = {
        "order_id": order_id,
        "opened_at": at,
        "via": st.sampled_from(["arbitration", "complaint", "platform_service"]),
        "same_issue_as_chat": flag,
    }
    conduct = {
        "at": at,
        "scene": st.sampled_from(["invoice_refused", "abnormal_return_address", "fake_orders", "mocking_buyer"]),
        "count": st.integers(0, 7),
    }
    switch = {
        "at": at,
        "service": st.sampled_from(["freight_insurance", "bulky_freight_insurance"]),
        "on": flag,
    }
    few = ["1", "2", "3"]
    kinds = {
        "order": order,
        "review": review,
        "after_sale": after_sale,
        "chat": chat,
        "platform_help": help_,
        "conduct": conduct,
        "service_switch": switch,
    }
    made = {kind: _some(kind, few, fields, times) for kind, fields in kinds.items()}
    made["official"] = _official(day, times)
    return made


def _official(day: dt.date, times: st.SearchStrategy[Fields]) -> st.SearchStrategy[Fields]:
    days = [str(day + dt.timedelta(back)) for back in (-40, -2, -1, 0, 0, 0, 1)] + ["2026-09-07", "2026-09-08"]
    weight = st.sampled_from([0.25, 0.3, 0.5])
    score = st.sampled_from([60, 81.2, 88.0])
    dimension = st.fixed_dictionaries({}, optional={"score": score, "weight": weight})
    indicator = st.fixed_dictionaries(
        {},
        optional={
            "value": st.just(0.5),
            "numerator": st.just(1),
            "denominator": st.sampled_from([0, 2, 40]),
            "weight": weight,
        },
    )
    optional = {
        "stage": st.sampled_from(["growth", "formal", "hidden"]),
        "total": st.sampled_from([40, 60.5, 64.5, 80.49, 85.31, 89, 100]),
        "consumer_score": st.sampled_from([4.2, 4.8]),
        "dimensions": st.fixed_dictionaries(
            {}, optional={"goods": dimension, "logistics": dimension, "service": dimension}
        ),
        "indicators": st.dictionaries(st.sampled_from(["goods.rating", "service.help_rate"]), indicator),
        "valid_orders_30d": st.sampled_from([0, 29, 30]),
    }
    return _some("official", days, optional, times)


@st.composite
def shops(draw: st.DrawFn) -> tuple[dt.date, list[Fields]]:
    """An as-of day and the copies of a shop's records; now and then with about thirty or a hundred plain orders."""
    zone, day = draw(st.sampled_from(PLACES))
    by_kind = copies_of(zone, day)
    kinds = ["order", "after_sale", "chat", "review", *by_kind]
    records = draw(st.lists(st.sampled_from(kinds).flatmap(by_kind.__getitem__), min_size=draw(SIZES), max_size=24))
    # A record keeps its order: what it hangs on is part of what it is.
    industry = draw(st.sampled_from([None, "家电", "多肉植物", "花卉/绿植盆栽"]))
    if zone is not None or industry is not None:
        own = {"kind": "subject", "id": "shop-1", "time_zone": zone, "industry": industry}
        records.append({name: value for name, value in own.items() if value is not None})
    if plain := draw(st.sampled_from([0, 0, 27, 28, 29, 30, 100])):
        at = moments(zone, day)
        paid, delivered = draw(st.lists(at, min_size=1, max_size=3)), draw(st.lists(at, min_size=1, max_size=2))
        services = draw(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=4))
        records += [
            {
                "kind": "order",
                "id": f"plain-{number}",
                "paid_at": paid[number % len(paid)],
                "delivered_at": delivered[number % len(delivered)],
                "services": services[number % len(services)],
            }
            for number in range(plain)
        ]
    if not records:
        records.append({"kind": "order", "id": "1"})
    return day, records
