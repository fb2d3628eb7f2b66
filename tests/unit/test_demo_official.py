"""The demo shop's official days, recomputed from wire records by neither the generator's nor the engine's code."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from statistics import mean

import pytest

from server.demo.generator import generate
from server.demo.official import consumer_score, dimension_score

LAST_DAY = date(2026, 11, 21)


def moment(text):
    return datetime.fromisoformat(text)


@cache
def merged(seed=1):
    """Kind, id → copies, oldest first; every copy says when it was seen."""
    copies = defaultdict(lambda: defaultdict(list))
    for record in generate(seed, LAST_DAY):
        copies[record["kind"]][record["id"]].append(record)
    return copies


def officials(seed=1):
    return {day: copies[0] for day, copies in merged(seed)["official"].items()}


def share(rows):
    rows = list(rows)
    return sum(rows), len(rows)


class Reading:
    """scoring.md read literally, for one morning."""

    def __init__(self, seed, day):
        self.seed = seed
        self.cut = datetime.fromisoformat(f"{day}T00:00:00+08:00")
        self.start = self.cut - timedelta(days=30)
        orders = self.as_seen("order")
        self.orders = {o["id"]: o for o in orders if self.past(o.get("paid_at")) and not o.get("excluded")}
        cases = [c for c in self.as_seen("after_sale") if self.past(c["applied_at"]) and not c["exempt"]]
        self.cases = [c for c in cases if c["order_id"] in self.orders]
        self.reason = {}
        for case in sorted(self.cases, key=lambda c: c["applied_at"]):
            self.reason.setdefault(case["order_id"], case["reason"]["class"])
        self.paid = [o for o in self.orders.values() if self.inside(o["paid_at"])]

    def inside(self, text):
        return text is not None and self.start <= moment(text) < self.cut

    def past(self, text):
        return text is not None and moment(text) < self.cut

    def as_seen(self, kind):
        """Edited fields from the newest copy older than the morning, else from the earliest; the others as merged."""
        for copies in merged(self.seed)[kind].values():
            old = [copy for copy in copies if moment(copy.get("updated_at") or copy["seen_at"]) < self.cut]
            now = {key: item for copy in copies for key, item in copy.items()}
            edited = {
                key: item for copy in old or copies[:1] for key, item in copy.items() if key in {"stars", "exempt"}
            }
            yield now | edited

    def goods(self):
        stars = defaultdict(list)
        for review in self.as_seen("review"):
            if self.past(review["created_at"]) and review["counts"]:
                stars[review["order_id"]].append(review["stars"])
        delivered = [o for o in self.orders.values() if self.inside(o.get("delivered_at"))]
        return {
            "goods.rating": share(mean(stars[o["id"]]) for o in delivered if o["id"] in stars),
            "goods.quality_return": share(self.reason.get(o["id"]) == "quality" for o in delivered),
        }

    def pickup_wait(self, order):
        clock = moment(order["paid_at"])
        if clock.hour >= 18 or clock.hour < 6:
            clock = (clock + timedelta(hours=6)).replace(hour=6, minute=0, second=0)
        return max(0, (moment(order["picked_up_at"]) - clock).total_seconds())

    def parcels(self):
        for order in self.orders.values():
            for parcel in order.get("waybills") or ([] if self.past(order.get("cancelled_at")) else [order]):
                if self.inside(parcel["deliver_by"]):
                    arrived = parcel.get("delivered_at")
                    in_time = self.past(arrived) and moment(arrived) <= moment(parcel["deliver_by"])
                    yield in_time and not parcel.get("trace_abnormal")

    def logistics(self):
        picked = [o for o in self.orders.values() if self.inside(o.get("picked_up_at"))]
        return {
            "logistics.pickup_seconds": share(self.pickup_wait(order) for order in picked),
            "logistics.delivery_rate": share(self.parcels()),
            "logistics.damage_return": share(self.reason.get(o["id"]) == "damage" for o in self.paid),
        }

    def audit_wait(self, case):
        clock = moment(case["applied_at"])
        if clock.hour == 23 or clock.hour < 8:
            clock = (clock + timedelta(hours=1)).replace(hour=8, minute=0, second=0)
        return max(0, (moment(case.get("agreed_at") or case["refunded_at"]) - clock).total_seconds())

    def service(self):
        handled = [c for c in self.cases if c["type"] in {"refund_shipped", "return_refund"}]
        chats = [c for c in self.as_seen("chat") if self.inside(c["started_at"])]
        by_day = [c for c in chats if "08:00:00" <= c["started_at"][11:19] <= "22:59:59"]
        waited = sum(c["reply_seconds"] + 600 * c["unanswered_rounds"] for c in by_day)
        asked = {c["order_id"] for c in self.cases if self.inside(c["applied_at"])}
        asked |= {c["order_id"] for c in chats if c.get("order_id") in self.orders}
        helps = [
            h for h in self.as_seen("platform_help") if h["order_id"] in self.orders and self.inside(h["opened_at"])
        ]
        helped = {h["order_id"] for h in helps if h["via"] == "arbitration" or h["same_issue_as_chat"]}
        return {
            "service.audit_seconds": share(self.audit_wait(c) for c in handled if self.inside(c.get("refunded_at"))),
            "service.reply_seconds": (waited, sum(c["rounds"] for c in by_day)),
            "service.dissatisfied": share(c["stars"] <= 3 for c in by_day if "stars" in c),
            "service.help_rate": (len(helped), len(asked)),
        }


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("back", [0, 1, 12, 33, 59])
def test_values_are_those_a_second_reading_finds(seed, back):
    day = (LAST_DAY - timedelta(days=back)).isoformat()
    official = officials(seed)[day]
    reading = Reading(seed, day)
    expected = reading.goods() | reading.logistics() | reading.service()
    assert official["valid_orders_30d"] == len(reading.paid)
    assert set(official["indicators"]) == set(expected)
    for key, (top, bottom) in expected.items():
        shown = official["indicators"][key]
        assert shown["denominator"] == bottom, key
        assert shown["numerator"] == pytest.approx(top, abs=1e-6), key
        assert shown["value"] == pytest.approx(top / bottom, rel=1e-9), key


def test_totals_add_up_and_stay_in_their_range():
    for day in officials().values():
        parts = sum(part["score"] * part["weight"] for part in day["dimensions"].values())
        assert day["total"] == pytest.approx(parts + day["bonus"] - day["deduction"], abs=0.0051)
        assert all(50 <= part["score"] <= 100 for part in day["dimensions"].values())
        assert sum(part["weight"] for part in day["dimensions"].values()) == pytest.approx(1)


def test_each_violation_costs_two_points_for_thirty_days_and_the_insurance_gives_two_while_it_lasts():
    days = officials()
    # 10-05 an abnormal return address, 11-02 an invoice refused
    told = {"2026-10-05": 0, "2026-10-06": 2, "2026-11-02": 2, "2026-11-03": 4, "2026-11-04": 4, "2026-11-05": 2}
    assert {day: days[day]["deduction"] for day in told} == told
    # on since 10-17 10:00: the first two whole days are 10-18 and 10-19; off since 11-15 18:00
    told = {"2026-10-19": 0, "2026-10-20": 2, "2026-11-15": 2, "2026-11-16": 0, "2026-11-21": 0}
    assert {day: days[day]["bonus"] for day in told} == told


@pytest.mark.parametrize(
    ("total", "shown"),
    [(49, 3.0), (50, 3.0), (60, 4.0), (61, 4.1), (80.4, 4.5), (80.5, 4.6), (84, 4.6), (89, 4.8), (100, 5.0)],
)
def test_consumer_score_follows_the_published_table(total, shown):
    assert consumer_score(total) == shown


@pytest.mark.parametrize(("key", "scale", "rising"), [("goods.rating", 5, True), ("goods.quality_return", 0.1, False)])
def test_a_better_value_never_lowers_its_dimension(key, scale, rising):
    grid = [scale * step / 200 for step in range(1, 201)]
    scores = [dimension_score("goods", {key: (value * 1000, 1000)}, 1.0) for value in grid]
    assert scores == sorted(scores, reverse=not rising)
    assert scores[0] != scores[-1]
