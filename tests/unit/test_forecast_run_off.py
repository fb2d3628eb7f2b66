"""The ledger rolled forward: what is known exactly, what is to come as earlier days showed it."""

import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from shared_scoring.calendar import day_of
from shared_scoring.decode import decode_record
from shared_scoring.definition import Definition
from shared_scoring.forecast.ahead import Ahead
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.forecast.triangle import Triangles
from shared_scoring.history import History
from shared_scoring.ledger import Contribution
from shared_scoring.pack import bundled

PACK = bundled()["douyin-shop/2026-09-08"]
INDICATORS = {one.key: one for one in PACK.indicators}
FIRST = dt.date(2026, 9, 1)
AS_OF = day_of("2026-11-20")
Record = dict[str, Any]


def moment(day: float) -> str:
    at = dt.datetime.combine(FIRST, dt.time(), dt.timezone(dt.timedelta(hours=8))) + dt.timedelta(days=day)
    return at.isoformat()


def order(day: int, number: int, delivered: float, **more: Any) -> Record:
    times = {"created_at": moment(day + 0.4), "paid_at": moment(day + 0.41), "picked_up_at": moment(day + 0.7)}
    times |= {"deliver_by": moment(day + 3.9), "delivered_at": moment(day + delivered)}
    return {"kind": "order", "id": f"{day}-{number}", **times, **more}


def shop(count: Callable[[int], int], days: int = 110) -> list[Record]:
    """Every day alike but for the count: a third late, half reviewed with 4 and 5 stars, one in five returned."""
    found: list[Record] = []
    for day in range(days):
        for number in range(count(day)):
            found.append(order(day, number, 4.5 if number % 3 == 0 else 2.5))
            id_ = f"{day}-{number}"
            review = {"kind": "review", "id": id_, "order_id": id_, "stars": 4 + number % 4 // 2}
            if number % 2 == 0:
                found.append(review | {"created_at": moment(day + 5 + number % 7)})
            if number % 5 == 0:
                case = {"kind": "after_sale", "id": id_, "order_id": id_, "reason": {"class": "quality"}}
                found.append(case | {"applied_at": moment(day + 6.5)})
    return found


def triangles(records: list[Record]) -> tuple[Triangles, History]:
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    first = AS_OF - 80
    return Triangles(HistoryPast(history).rows(PACK.plan, first, 10**9), first, AS_OF + 71, 30), history


def value(ahead: Ahead, definition: Definition, at: int) -> float:
    top, bottom = ahead.window(definition, AS_OF + at - 30, AS_OF + at - 1, at)
    return top / bottom


def test_cells_hold_what_became_known() -> None:
    """Against a plain sum over the rows, whichever days are asked for."""
    chance = random.Random(6)
    rows = [
        Contribution("s", day, day + chance.randrange(-60, 50), chance.choice((1, 3)), chance.randrange(5), 1)
        for day in (chance.choice((1000, 1200)) + chance.randrange(40) for _ in range(900))
    ]
    found = Triangles(rows, 1000, 1230, 30)
    kept = [one for one in rows if one.day <= 1230 and one.known_on - one.day <= 30]
    assert found.began == min(one.known_on for one in kept)
    assert "other" not in found
    assert not found["other"].known(1240, 1000, 1230)[0].any()
    for first, last in ((1000, 1230), (1005, 1020), (900, 1300), (1100, 1150)):
        for as_of in (1010, 1100, 1215, 1300):
            top, bottom = found["s"].known(as_of, first, last)
            for day in range(first, last + 1):
                # A promise farther ahead counts as made 40 days ahead.
                told = [one for one in kept if one.day == day and max(one.known_on, day - 40) <= as_of]
                assert top[day - first] == pytest.approx(sum(one.numerator / one.parts for one in told))
                assert bottom[day - first] == sum(one.denominator for one in told)
        top, bottom = found["s"].laid_out(first, last, 30)
        assert top.shape == bottom.shape == (last - first + 1, 71)
        assert bottom.sum() == sum(first <= one.day <= last for one in kept)
        for day, lag in ((day, lag) for day in (1005, 1016, 1225) for lag in range(-40, 31)):
            if first <= day <= last:
                told = [one for one in kept if one.day == day and max(one.known_on - day, -40) == lag]
                assert top[day - first, lag + 40] == pytest.approx(sum(one.numerator / one.parts for one in told))


def test_today_is_exact() -> None:
    chance = random.Random(4)
    counts = [chance.randrange(2, 9) for _ in range(110)]
    found, history = triangles(shop(lambda day: counts[day]))
    _, cases = history.known(AS_OF)
    calendar = history.viewpoint().calendar
    ahead = Ahead(found, AS_OF, 5)
    for key in ("goods.rating", "goods.quality_return", "logistics.delivery_rate", "logistics.pickup_seconds"):
        own = INDICATORS[key].definition
        counted = own.whole.series if own.measure == "first_reason" else own.series
        top = bottom = 0.0
        for case in cases.values():
            for (series, day, parts), (one, other) in PACK.plan.contributions(case, calendar).items():
                if AS_OF - 30 <= day < AS_OF:
                    top += one / parts if series == own.series else 0
                    bottom += other if series == counted else 0
        assert ahead.window(own, AS_OF - 30, AS_OF - 1, 0) == pytest.approx((top, bottom))


@pytest.mark.parametrize("key", ["goods.rating", "goods.quality_return", "logistics.delivery_rate"])
def test_a_shop_that_never_changes_stays_as_it_is(key: str) -> None:
    found, _ = triangles(shop(lambda _day: 10))
    ahead = Ahead(found, AS_OF, 20)
    own = INDICATORS[key].definition
    now = value(ahead, own, 0)
    for at in (1, 7, 20):
        assert value(ahead, own, at) == pytest.approx(now, rel=1e-3)
        assert ahead.window(own, AS_OF + at - 30, AS_OF + at - 1, at)[1] == pytest.approx(
            ahead.window(own, AS_OF - 30, AS_OF - 1, 0)[1], rel=0.01
        )


def test_what_is_open_is_expected_as_its_age_says() -> None:
    """Two days of ten times the orders: their deliveries, reviews and returns are still to come, and are expected."""
    found, _ = triangles(shop(lambda day: 100 if day in {76, 77} else 10))
    ahead = Ahead(found, AS_OF, 12)
    later = Ahead(found, AS_OF + 10, 1)
    for key in ("goods.rating", "goods.quality_return", "logistics.delivery_rate"):
        own = INDICATORS[key].definition
        came = later.window(own, AS_OF + 10 - 30, AS_OF + 10 - 1, 0)
        assert value(ahead, own, 10) == pytest.approx(came[0] / came[1], rel=0.05), key


def test_weekdays_are_told_apart() -> None:
    found, _ = triangles(shop(lambda day: 20 if (FIRST.toordinal() + day) % 7 in {6, 0} else 6))
    paid = PACK.valid_orders
    ahead, later = Ahead(found, AS_OF, 8), Ahead(found, AS_OF + 8, 1)
    for at in range(7):
        expected = ahead.window(paid, AS_OF + at, AS_OF + at, at + 1)[0]
        assert expected == pytest.approx(later.window(paid, AS_OF + at, AS_OF + at, 0)[0], rel=0.25)


def test_nothing_known_later_is_read() -> None:
    records = shop(lambda _day: 8)
    found, history = triangles(records)
    first = AS_OF - 80
    cut = Triangles(HistoryPast(history).rows(PACK.plan, first, AS_OF), first, AS_OF + 71, 30)
    for one in PACK.indicators:
        for at in (0, 3, 12):
            window = AS_OF + at - 30, AS_OF + at - 1, at
            assert Ahead(found, AS_OF, 12).window(one.definition, *window) == Ahead(cut, AS_OF, 12).window(
                one.definition, *window
            )
