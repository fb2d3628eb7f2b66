"""Shops of the time of step tables, with pages that show tables, weights and ranks; and runs of daily totals."""

import datetime as dt

from hypothesis import strategies as st

from tests.oracle.total import LOWER
from tests.unit.strategies import SERVICES, Fields, copies_of, moments

DAYS = {
    "douyin-shop/2026-01": [dt.date(2026, 3, 1), dt.date(2026, 4, 6)],
    "douyin-shop/2026-05-07": [dt.date(2026, 4, 8), dt.date(2026, 6, 30)],
    "douyin-shop/2026-07-14": [dt.date(2026, 7, 16), dt.date(2026, 8, 31)],
    "douyin-creator/2021": [dt.date(2026, 3, 1), dt.date(2026, 11, 6)],
}
PAID = [0, 0, 29, 30, 299, 300, 499, 500]
EVENTS = (
    "paid_at",
    "picked_up_at",
    "delivered_at",
    "deliver_by",
    "created_at",
    "applied_at",
    "refunded_at",
    "started_at",
)
ENOUGH: list[Fields] = [
    {"kind": "order", "id": "e", "paid_at": "", "picked_up_at": "", "delivered_at": "", "deliver_by": ""},
    {"kind": "review", "id": "e", "order_id": "e", "created_at": "", "stars": 4},
    {"kind": "after_sale", "id": "e", "order_id": "e", "type": "refund_shipped", "applied_at": "", "refunded_at": ""},
    {"kind": "after_sale", "id": "f", "order_id": "e", "type": "return_refund", "applied_at": "", "refunded_at": ""},
    {"kind": "chat", "id": "e", "started_at": "", "rounds": 3, "reply_seconds": 90},
]
"""One of everything a score is made of; the moments are filled in."""

SECONDS = {"service.audit_seconds", "service.reply_seconds"}


def _steps(key: str) -> list[list[float]]:
    """In the order in which scores fall: the best first."""
    if key in SECONDS:
        return [[15, 100], [120, 70], [3600, 60]]
    if key == "goods.rating":
        return [[4.5, 100], [3.0, 80], [2.0, 60]]
    return [[0.0, 100], [0.25, 70], [0.5, 60]] if key in LOWER else [[1.0, 100], [0.5, 80]]


@st.composite
def pages(draw: st.DrawFn, day: dt.date, keys: list[str]) -> list[Fields]:
    """Days the merchant opened the score page on, some of them showing everything."""
    found = []
    for back in draw(st.lists(st.sampled_from([45, 30, 7, 3, 2, 1, 0, -1]), unique=True, min_size=2, max_size=5)):
        indicators: dict[str, Fields] = {}
        whole = draw(st.sampled_from([True, True, True, False]))
        for key in keys if whole else draw(st.lists(st.sampled_from(keys), unique=True, max_size=3)):
            shown: Fields = {"steps": _steps(key), "better_than": draw(st.sampled_from([0, 0.25, 0.75, 1]))}
            if draw(st.booleans()):
                shown["weight"] = draw(st.sampled_from([0.25, 0.5]))
            if draw(st.integers(0, 3)) == 0:
                shown["value"] = draw(st.sampled_from([0.125, 0.75, 4.75]))
            indicators[key] = shown
        page: Fields = {"kind": "official", "id": str(day - dt.timedelta(back)), "indicators": indicators}
        if draw(st.booleans()):
            page["dimensions"] = {"goods": {"weight": 0.5}, "logistics": {"weight": 0.25, "score": 75}}
        if draw(st.booleans()):
            page["valid_orders_30d"] = draw(st.sampled_from([29, 30, 299, 300, 499, 500]))
        if draw(st.integers(0, 4)) == 0:
            page |= {"total": draw(st.sampled_from([60.5, 81])), "stage": "formal"}
        found.append(page)
    return found


@st.composite
def paged_shops(draw: st.DrawFn, rules: str, keys: list[str]) -> tuple[dt.date, list[Fields]]:
    day = draw(st.sampled_from(DAYS[rules]))
    by_kind = {kind: copy for kind, copy in copies_of(None, day).items() if kind != "official"}
    kinds = ["order", "order", "review", "after_sale", "chat", "chat", *by_kind]
    records = draw(st.lists(st.sampled_from(kinds).flatmap(by_kind.__getitem__), max_size=24))
    records += draw(pages(day, keys))
    own = {
        "industry": draw(st.sampled_from([None, "家电", "服饰配件", "多肉植物"])),
        "shop_type": draw(st.sampled_from([None, "flagship", "non_flagship", "general"])),
    }
    records.append(
        {"kind": "subject", "id": "shop-1"} | {name: value for name, value in own.items() if value is not None}
    )
    at = draw(moments(None, day))
    services = draw(st.sampled_from([*SERVICES, ["remote_area"]]))
    records += [
        {
            "kind": "order",
            "id": f"plain-{number}",
            "paid_at": at,
            "picked_up_at": at,
            "delivered_at": at,
            "deliver_by": at,
            "services": services,
        }
        for number in range(draw(st.sampled_from(PAID)))
    ]
    conduct = draw(st.lists(by_kind["conduct"], max_size=3))
    records += [{**one, "id": f"more-{number}", "at": at} for number, one in enumerate(conduct)]
    if draw(st.integers(0, 3)):  # so that no dimension is without a value
        records += [{**one, **{name: at for name in EVENTS if name in one}} for one in ENOUGH]
    return day, records


@st.composite
def histories(draw: st.DrawFn) -> dict[dt.date, float]:
    """Daily totals up to a day, some days missing, many of them at a line or half a point beside it."""
    day = dt.date(2026, 11, 30)
    level = st.sampled_from([55, 59.5, 60, 69.5, 70, 79.5, 80, 83, 90])
    runs = draw(
        st.lists(
            st.tuples(st.sampled_from([1, 2, 6, 7, 13, 14, 30]), st.none() | level, st.none() | level),
            min_size=1,
            max_size=5,
        )
    )
    totals: dict[dt.date, float] = {}
    for length, one, other in runs:
        for number in range(length):
            value = one if number % 2 else other
            if value is not None:
                totals[day - dt.timedelta(len(totals))] = value
            day -= dt.timedelta(value is None)
    return totals
