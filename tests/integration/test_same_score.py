"""The score from the database equals the score from the file exactly, whatever the order and size of the batches."""

import datetime as dt
import json
import random
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.cli.files import lines
from server.demo.generator import generate
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from tests.worlds import creators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Paired

RULES = "douyin-shop/2026-09-08"
CREATOR = "douyin-creator/2021"


def send_all(shop: "Paired", subject: str, texts: list[bytes], size: int = 500) -> None:
    assert shop.client.put(f"/v1/subjects/{subject}", json={}).status_code in {200, 201}
    for start in range(0, len(texts), size):
        records = b",".join(texts[start : start + size])
        body = b'{"format":"koubei.records/1","source":{"name":"t"},"records":[' + records + b"]}"
        headers = {"Idempotency-Key": f"k{start}", "Content-Type": "application/json"}
        answer = shop.client.post(f"/v1/subjects/{subject}/batches", data=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json["quarantined"] == []


def from_database(shop: "Paired", subject: str, day: dt.date, rules: str = RULES) -> dict[str, Any]:
    answer = shop.client.get(f"/v1/subjects/{subject}/score?as_of={day}&rules={rules}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def from_file(subject: str, texts: list[bytes], day: dt.date, rules: str = RULES) -> dict[str, Any]:
    history = History(decode_record(text) for text in texts)
    score = score_history(history, bundled()[rules], day.toordinal(), subject)
    found: dict[str, Any] = json.loads(msgspec.json.encode(score))
    return found


def days_before(last: dt.date) -> "Iterator[dt.date]":
    for back in (0, 1, 2, 9, 30, 45):
        yield last - dt.timedelta(days=back)


@pytest.mark.parametrize("shuffled", [False, True])
def test_generated_shop(paired: "Paired", *, shuffled: bool) -> None:
    last = dt.date(2026, 11, 20)
    texts = [json.dumps(record).encode() for record in generate(seed=7, last_day=last, days=75, orders_per_day=8)]
    subject = decode_record(texts[0]).id
    if shuffled:
        random.Random(3).shuffle(texts)
    send_all(paired, subject, texts, size=137 if shuffled else 500)
    for day in days_before(last):
        assert from_database(paired, subject, day) == from_file(subject, texts, day)


@pytest.mark.shared_data
def test_real_shops(paired: "Paired", shared: Path) -> None:
    paths = sorted((shared / "data/olist/shops").glob("*.zst"))
    assert len(paths) == 12
    for path in paths:
        texts = [line for line in lines(path) if line]
        subject = decode_record(texts[0]).id
        send_all(paired, subject, texts)
        for day in days_before(dt.date(2018, 4, 1)):
            assert from_database(paired, subject, day) == from_file(subject, texts, day)


@pytest.mark.shared_data
def test_a_real_creator_whose_nearer_days_weigh_more(paired: "Paired", shared: Path) -> None:
    texts = [line for line in lines(shared / "data/olist/olist-creator.ndjson.zst") if line]
    send_all(paired, "olist", texts)
    for day in (dt.date(2018, 4, 1), dt.date(2017, 12, 1)):
        for rules in (CREATOR, RULES):
            assert from_database(paired, "olist", day, rules) == from_file("olist", texts, day, rules)


def test_a_creator_whose_pages_show_scores_without_values(paired: "Paired") -> None:
    world = creators.build(11, 4, 135, shows="scores", shows_values=False)
    pages = [world.official(day) for day in range(world.first, world.last) if day not in world.missing]
    records = [*world.facts, *pages, *(one for case in world.cases.values() for one in case)]
    texts = [json.dumps(record).encode() for record in records]
    send_all(paired, "c1", texts)
    for ordinal in (world.last - 12, world.last):
        day = dt.date.fromordinal(ordinal)
        answer = from_database(paired, "c1", day, CREATOR)
        assert answer == from_file("c1", texts, day, CREATOR)
        assert answer["notes"][0]["code"] == "own_values"


@st.composite
def small_shop(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Few ids and few moments, so that copies, cases and days collide."""
    moments = st.integers(0, 20 * 24).map(
        lambda hour: (dt.datetime(2026, 10, 10, tzinfo=dt.UTC) + dt.timedelta(hours=hour)).isoformat()
    )
    times = st.fixed_dictionaries({}, optional={"seen_at": moments, "updated_at": moments})
    ids = st.sampled_from(["1", "2", "3"])
    order = st.fixed_dictionaries(
        {"kind": st.just("order"), "id": ids},
        optional={
            "created_at": moments,
            "paid_at": moments,
            "picked_up_at": moments,
            "delivered_at": moments,
            "cancelled_at": moments,
            "deliver_by": moments,
            "excluded": st.sampled_from([[], ["gift"]]),
            "services": st.sampled_from([["next_day"], ["freight_insurance"]]),
            "waybills": st.lists(
                st.fixed_dictionaries({}, optional={"deliver_by": moments, "delivered_at": moments}), max_size=2
            ),
            "clear": st.sampled_from([["paid_at"], ["excluded"], ["delivered_at", "waybills"]]),
        },
    )
    review = st.fixed_dictionaries(
        {"kind": st.just("review"), "id": ids, "order_id": ids},
        optional={"created_at": moments, "stars": st.integers(1, 5), "counts": st.booleans()},
    )
    after_sale = st.fixed_dictionaries(
        {"kind": st.just("after_sale"), "id": ids, "order_id": ids},
        optional={
            "type": st.sampled_from(["refund_shipped", "exchange"]),
            "applied_at": moments,
            "agreed_at": moments,
            "refunded_at": moments,
            "exempt": st.booleans(),
            "reason": st.sampled_from([{"class": "quality"}, {"class": "damage"}]),
            "arbitration": st.fixed_dictionaries({"opened_at": moments}),
        },
    )
    chat = st.fixed_dictionaries(
        {"kind": st.just("chat"), "id": ids},
        optional={
            "order_id": ids,
            "started_at": moments,
            "rounds": st.integers(0, 5),
            "reply_seconds": st.floats(0, 1000),
            "stars": st.integers(1, 5),
        },
    )
    conduct = st.fixed_dictionaries(
        {"kind": st.just("conduct"), "id": ids, "at": moments}, optional={"scene": st.just("fake_orders")}
    )
    record = st.one_of(order, review, after_sale, chat, conduct).flatmap(lambda one: times.map(lambda t: one | t))
    records = draw(st.lists(record, min_size=1, max_size=25))
    # A record keeps its order: what it hangs on is part of what it is.
    owners: dict[tuple[str, str], Any] = {}
    for one in records:
        if "order_id" in one:
            one["order_id"] = owners.setdefault((one["kind"], one["id"]), one["order_id"])
    return records


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=small_shop(), sizes=st.integers(1, 9), data=st.data())
def test_any_records_in_any_batches(
    paired: "Paired", records: list[dict[str, Any]], sizes: int, data: st.DataObject
) -> None:
    texts = [json.dumps(record).encode() for record in records]
    subject = f"s{uuid.uuid4()}"
    send_all(paired, subject, texts, size=sizes)
    shuffled = data.draw(st.permutations(texts))
    for day in (dt.date(2026, 10, 12), dt.date(2026, 10, 20), dt.date(2026, 11, 5)):
        assert from_database(paired, subject, day) == from_file(subject, shuffled, day)
