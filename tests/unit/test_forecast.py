"""Forecasts: what leaves is known, nothing of the future is, and the order of lines says nothing."""

import datetime as dt
import itertools
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import to_builtins

from shared_scoring.calendar import day_of
from shared_scoring.decode import decode_record
from shared_scoring.forecast.choice import METHODS
from shared_scoring.forecast.forecast import Forecast, Forecaster, forecast
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.forecast.track import KEYS
from shared_scoring.forecast.track import ask as look_ahead
from shared_scoring.forecast.triangle import Triangle
from shared_scoring.history import History
from shared_scoring.pack import Pack, bundled, choose
from tests.worlds.clock import iso_day
from tests.worlds.shop import build

Record = dict[str, Any]
PACK = "douyin-shop/2026-09-08"
EVENTS = ("shipped_at", "picked_up_at", "delivered_at", "finished_at", "cancelled_at")
EVENTS_OF = {"order": EVENTS, "after_sale": ("agreed_at", "refunded_at")}
BEGINS = {
    "order": "created_at",
    "review": "created_at",
    "after_sale": "applied_at",
    "chat": "started_at",
    "platform_help": "opened_at",
    "conduct": "at",
    "service_switch": "at",
}


def history_of(records: list[Record]) -> History:
    return History(decode_record(json.dumps(one, default=float).encode()) for one in records)


def ask(records: list[Record], as_of: str, days: int = 5, rules: str | None = PACK) -> Forecast:
    return forecast(HistoryPast(history_of(records)), day_of(as_of), days, None if rules is None else bundled()[rules])


def official(day: str, total: float, **more: Any) -> Record:
    scores = {key: {"score": total, "weight": share} for key, share in (("goods", 0.4), ("logistics", 0.3))}
    dimensions = {**scores, "service": {"score": total, "weight": 0.3}}
    return {"kind": "official", "id": day, "stage": "formal", "total": total, "dimensions": dimensions, **more}


def orders(first: str, days: int, a_day: int = 2) -> list[Record]:
    start = dt.date.fromisoformat(first)
    return [
        {
            "kind": "order",
            "id": f"{day}-{number}",
            "created_at": f"{start + dt.timedelta(days=day)}T10:00:00+08:00",
            "paid_at": f"{start + dt.timedelta(days=day)}T10:01:00+08:00",
        }
        for day in range(days)
        for number in range(a_day)
    ]


def known_before(records: list[Record], day: str) -> list[Record]:
    """A file that was written on the morning of a day."""
    cut = f"{day}T00:00:00+08:00"
    found = []
    for record in records:
        if record["kind"] == "official":
            if record["id"] <= day:
                found.append(record)
            continue
        began = BEGINS.get(record["kind"])
        if (began and record[began] >= cut) or record.get("updated_at", "") >= cut:
            continue
        late = [name for name in EVENTS_OF.get(record["kind"], ()) if record.get(name, "") >= cut]
        found.append({name: value for name, value in record.items() if name not in late})
    return found


@pytest.fixture(scope="module")
def world() -> tuple[list[Record], str]:
    shop = build(3, "kinks", 25, 110)
    return shop.records(), iso_day(shop.last - 25)


def test_cutting_the_future_off_changes_nothing(world: tuple[list[Record], str]) -> None:
    records, day = world
    whole, cut = ask(records, day), ask(known_before(records, day), day)
    assert len(known_before(records, day)) < len(records)
    assert whole.learned_from > 20
    assert whole == cut


def test_lines_may_come_in_any_order_and_twice(world: tuple[list[Record], str]) -> None:
    records, day = world
    shuffled = records + records[::3]
    random.Random(7).shuffle(shuffled)
    assert ask(shuffled, day) == ask(records, day)


def test_days_bands_and_scale(world: tuple[list[Record], str]) -> None:
    records, day = world
    answer = ask(records, day, days=30)
    start = day_of(day)
    assert [one.date for one in answer.days] == [iso_day(start + at) for at in range(1, 31)]
    assert answer.reason is None
    for one in answer.days:
        for key, figure in (("total", one.total), *one.dimensions.items()):
            assert figure.low is not None
            assert figure.mid is not None
            assert figure.high is not None
            lowest = 0 if key == "total" else 50
            assert lowest <= figure.low <= figure.mid <= figure.high <= 100
    widths = [one.total.high - one.total.low for one in answer.days if one.total.high and one.total.low]
    assert all(wide >= 0 for wide in widths)
    assert widths[29] > widths[0]


def test_the_end_of_a_deduction_is_known_to_the_day() -> None:
    conduct = {"kind": "conduct", "id": "c", "at": "2026-10-05T12:00:00+08:00", "scene": "fake_orders"}
    answer = ask([*orders("2026-10-01", 31), conduct, official("2026-11-01", 75.0)], "2026-11-01")
    # It counts for the scores of 10-06 to 11-04: the window of 11-05 begins on 10-06.
    assert [one.total.mid for one in answer.days] == [75.0, 75.0, 75.0, 85.0, 85.0]


def test_what_the_rules_alone_say_is_in_every_method() -> None:
    conduct = {"kind": "conduct", "id": "c", "at": "2026-10-05T12:00:00+08:00", "scene": "fake_orders"}
    pages = [official(iso_day(day_of("2026-11-01") - at), 75.0) for at in range(8)]
    told = [*orders("2026-10-01", 31), conduct, *pages]
    own = Forecaster(HistoryPast(history_of(told)), day_of("2026-11-01"), 5, bundled()[PACK])
    said = look_ahead(own.model, day_of("2026-11-01"), 1, 5).said[:, KEYS.index("total")]
    assert len(METHODS) == said.shape[1]
    for method in range(len(METHODS)):
        assert said[:, method].tolist() == [75.0, 75.0, 75.0, 85.0, 85.0]


def test_where_staying_is_used_other_weights_and_deductions_count() -> None:
    """A page of the old pack: the new one weighs the dimensions otherwise, whatever the dimensions do."""
    scores = {"goods": 90.0, "logistics": 80.0, "service": 70.0}
    dimensions = {key: {"score": one, "weight": 1 / 3} for key, one in scores.items()}
    pages = [{**official(f"2026-09-0{at}", 80.0), "dimensions": dimensions} for at in range(1, 7)]
    own = Forecaster(HistoryPast(history_of([*orders("2026-08-01", 38), *pages])), day_of("2026-09-06"), 3)
    said = look_ahead(own.model, day_of("2026-09-06"), 1, 3).said[:, KEYS.index("total"), METHODS.index("stays")]
    assert said.tolist() == pytest.approx([80.0, 81.0, 81.0])


def test_a_bonus_ends_when_its_service_is_switched_off() -> None:
    insured = [{**one, "services": ["freight_insurance"]} for one in orders("2026-10-01", 31)]
    switches = [
        {
            "kind": "service_switch",
            "id": f"s{on}",
            "service": "freight_insurance",
            "on": on,
            "at": f"{at}T12:00:00+08:00",
        }
        for on, at in ((True, "2026-10-01"), (False, "2026-10-31"))
    ]
    held = ask([*insured, switches[0], official("2026-11-01", 75.0)], "2026-11-01")
    assert {one.total.mid for one in held.days} == {75.0}
    # Already off for the score of 11-01: the page's total has lost it, nothing more is lost.
    ended = ask([*insured, *switches, official("2026-10-31", 75.0)], "2026-11-01")
    assert {one.total.mid for one in ended.days} == {73.0}


def test_growth_stage_until_the_thirtieth_order() -> None:
    pages = [official("2026-11-01", 70.0, stage="growth", valid_orders_30d=24)]
    answer = ask([*orders("2026-10-20", 12), *pages], "2026-11-01")
    assert [one.stage for one in answer.days] == ["growth", "growth", "formal", "formal", "formal"]
    assert {one.total.mid for one in answer.days[:2]} == {70.0}
    assert all(one.dimensions == {} for one in answer.days[:2])


def test_a_hidden_creator_has_no_total() -> None:
    pages = [{"kind": "official", "id": "2026-11-01", "stage": "hidden"}]
    answer = ask([*orders("2026-10-01", 31), *pages], "2026-11-01", rules="douyin-creator/2021")
    assert answer.reason == "not_shown"
    assert {one.total.mid for one in answer.days} == {None}


def test_the_pack_of_each_day() -> None:
    answer = ask(orders("2026-08-01", 38), "2026-09-05", rules=None)
    assert [one.rules for one in answer.days] == ["douyin-shop/2026-07-14"] * 2 + [PACK] * 3
    assert answer.rules == "douyin-shop/2026-07-14"


def test_what_is_due_or_wanders_is_not_forgotten(world: tuple[list[Record], str]) -> None:
    """Answers of neighbouring days overlap: the same coming day is not said wildly differently a day later."""
    records, day = world
    before, after = ask(records, iso_day(day_of(day) - 1)), ask(records, day)
    for one, other in itertools.product(before.days, after.days):
        if one.date == other.date and one.total.mid is not None and other.total.mid is not None:
            assert abs(one.total.mid - other.total.mid) < 12


def test_days_without_a_page_are_said_too() -> None:
    """The newest page is four days old: today's own total is still to come, and the band says how far back it rests."""
    fresh, old = ask([official("2026-11-05", 80.0)], "2026-11-05"), ask([official("2026-11-01", 80.0)], "2026-11-05")
    assert fresh.today is None
    assert old.today is not None
    assert old.today.mid == 80.0
    assert old.based_on == "2026-11-01"
    assert len(old.days) == len(fresh.days) == 5
    for one, other in zip(fresh.days, old.days, strict=True):
        assert one.total.high is not None
        assert other.total.high is not None
        assert one.date == other.date
        assert other.total.high > one.total.high


def test_official_days_alone_are_enough_for_a_track_record() -> None:
    start = day_of("2026-10-01")
    pages = [official(iso_day(start + at), 80.0 + at % 2) for at in range(30)]
    assert ask(pages, iso_day(start + 29)).learned_from == 29


def test_without_any_official_day_there_is_no_total() -> None:
    answer = ask(orders("2026-10-01", 31), "2026-11-01")
    assert answer.reason == "no_official"
    assert {one.total.mid for one in answer.days} == {None}
    assert {one.stage for one in answer.days} == {"formal"}


def in_silence(days: int, monkeypatch: pytest.MonkeyPatch, *more: Record) -> tuple[dict[str, Any], int]:
    """The answer so many days after the last page, its own dates taken out, and the days it looked at."""
    counted = {"goods.quality_return": {"numerator": 30, "denominator": 3000}}
    shown = {"valid_orders_30d": 3000, "indicators": counted}
    pages = [official(f"2026-09-{at:02d}", 80.0 + at % 4, **shown) for at in range(10, 31)]
    sold = [
        {**one, "picked_up_at": f"{day}T20:00:00+08:00", "delivered_at": f"{day}T23:00:00+08:00"}
        for one in orders("2026-08-01", 60)
        for day in [one["paid_at"][:10]]
    ]
    as_of = iso_day(day_of("2026-09-30") + days)
    looked_at = 0

    def counting(kept: Callable[..., Any]) -> Callable[..., Any]:
        def counted(self: object, *given: int) -> object:
            nonlocal looked_at
            first, last = given[:2] if kept.__name__ == "laid_out" else given[1:]
            looked_at += last - first + 1
            return kept(self, *given)

        return counted

    def pack_asked(*given: Any) -> Pack:
        nonlocal looked_at
        looked_at += 1
        return choose(*given)

    with monkeypatch.context() as within:
        within.setattr(Triangle, "known", counting(Triangle.known))
        within.setattr(Triangle, "laid_out", counting(Triangle.laid_out))
        within.setattr("shared_scoring.forecast.forecast.pack_in_force", pack_asked)
        told = to_builtins(ask([*sold, *pages, *more], as_of, rules=None))
    assert told.pop("as_of") == as_of
    assert [one.pop("date") for one in told["days"]] == [iso_day(day_of(as_of) + at) for at in range(1, 6)]
    return told, looked_at


@pytest.mark.parametrize("days", [400, 4_000, 60_000])
def test_a_long_silence_changes_no_answer_and_costs_no_more(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Once the records have left every window, nothing of another day of silence can be told."""
    told, looked_at = in_silence(200, monkeypatch)
    assert told["learned_from"] > 15
    assert {one["stage"] for one in told["days"]} == {"formal"}
    assert told["days"][0]["total"]["mid"] is not None
    later, then_looked_at = in_silence(days, monkeypatch)
    assert later == told
    assert then_looked_at < 2 * looked_at  # the look back of one day is bounded; none of it grows with the silence


def test_one_page_of_long_ago_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    told, looked_at = in_silence(5, monkeypatch)
    with_old, then_looked_at = in_silence(5, monkeypatch, official("1990-01-05", 60.0))
    assert with_old == told
    assert then_looked_at < 20 * looked_at  # 36 years are 60 times the days looked at otherwise


@pytest.mark.parametrize(("stage", "count"), [("growth", 20), ("formal", 40)])
def test_a_page_of_long_ago_without_a_total_is_read_beside_its_own_day(stage: str, count: int) -> None:
    """As many orders now as then: the count that the page showed still holds."""
    page = {"kind": "official", "id": "2026-09-20", "stage": stage, "valid_orders_30d": count}
    told = ask([*orders("2026-08-01", 280), page], "2027-05-01", days=1)
    assert [one.stage for one in told.days] == [stage]
