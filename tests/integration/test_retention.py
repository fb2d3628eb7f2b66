"""What is past its days goes; every answer that rests on days that are kept stays what it was."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.db import casebook
from server.db.tenancy import tenant
from tests.integration.shop import FORMAT, rows
from worker import retention

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from werkzeug.test import TestResponse

    from server.db.engine import Database
    from tests.conftest import Paired

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
RULES = "douyin-shop/2026-09-08"
WINDOW = 30
PAGE, FILE = "extension", "koubei import"


def at(back: int, hour: int = 10) -> str:
    return f"{TODAY - dt.timedelta(days=back)}T{hour:02}:00:00+08:00"


def order(number: int, back: int, *, open_: bool = False) -> dict[str, Any]:
    found = {
        "kind": "order",
        "id": f"4000{number}",
        "created_at": at(back),
        "paid_at": at(back),
        "ship_by": at(back - 2),
    }
    if not open_:
        found |= {"shipped_at": at(back - 1), "picked_up_at": at(back - 1), "delivered_at": at(back - 3)}
        found["finished_at"] = at(back - 4)
    return found | {"seen_at": at(max(back - 5, 0))}


def hung_on(number: int, back: int, stars: int, refunded: bool) -> list[dict[str, Any]]:
    own = {"order_id": f"4000{number}", "seen_at": at(max(back - 6, 0))}
    found = [{"kind": "review", "id": f"r{number}", "created_at": at(back - 4), "stars": stars, **own}]
    if refunded:
        reason = {"class": "quality", "label": ""}
        times = {"applied_at": at(back - 4), "refunded_at": at(back - 5)}
        found.append(
            {"kind": "after_sale", "id": f"a{number}", "type": "refund_shipped", "reason": reason, **times, **own}
        )
    return found


def send(shop: "Paired", subject: str, records: list[dict[str, Any]], source: str) -> "TestResponse":
    body = {"format": FORMAT, "source": {"name": source}, "records": records}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = shop.client.post(f"/v1/subjects/{subject}/batches", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json["quarantined"] == []
    return answer


def bind(shop: "Paired", facts: int, daily: int) -> str:
    subject = f"shop-{uuid.uuid4()}"
    assert shop.client.put(f"/v1/subjects/{subject}", json={"type": "shop", "platform": "douyin"}).status_code == 201
    address = f"/v1/subjects/{subject}/settings"
    tag = shop.client.get(address).headers["ETag"]
    wanted = {"keep_facts_days": facts, "keep_daily_days": daily}
    assert shop.client.put(address, json=wanted, headers={"If-Match": tag}).status_code == 200
    return subject


def ask(shop: "Paired", subject: str, back: int) -> tuple[int, Any]:
    day = TODAY - dt.timedelta(days=back)
    answer = shop.client.get(f"/v1/subjects/{subject}/score?as_of={day}&rules={RULES}")
    return answer.status_code, answer.json


def last_day(record: dict[str, Any]) -> dt.date:
    """The last day a record tells of; an oracle that reads the plain JSON."""
    times = [value for name, value in record.items() if name.endswith(("_at", "_by")) and name != "seen_at"]
    return max(dt.date.fromisoformat(str(one)[:10]) for one in times)


def ids(admin: "Engine", subject: str) -> set[tuple[str, str]]:
    query = "SELECT kind, id FROM records WHERE subject_id = :id AND kind <> 'subject'"
    return {(kind, id_) for kind, id_ in rows(admin, query, id=subject)}


happening = st.tuples(
    st.integers(6, 640), st.integers(1, 5), st.booleans(), st.sampled_from([PAGE, PAGE, FILE]), st.booleans()
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(happening, min_size=3, max_size=25),
    st.integers(31, 250),
    st.integers(0, 300),
    st.lists(st.integers(0, 480), min_size=1, max_size=5),
)
def test_the_scores_of_the_days_kept_are_unchanged(
    paired: "Paired",
    admin: "Engine",
    database: "Database",
    happened: list[Any],
    facts: int,
    more: int,
    asked: list[int],
):
    daily = facts + more
    subject = bind(paired, facts, daily)
    sent: dict[str, list[dict[str, Any]]] = {PAGE: [order(0, 5)], FILE: []}
    for number, (back, stars, refunded, source, is_open) in enumerate(happened, start=1):
        sent[source] += [order(number, back, open_=is_open), *hung_on(number, back, stars, refunded)]
    for source, records in sent.items():
        send(paired, subject, records, source)
    newest = TODAY - dt.timedelta(days=1)  # the order of 5 days ago was finished then
    backs = [back for back in {0, *asked} if back - 1 <= daily]
    before = {back: ask(paired, subject, back) for back in backs}
    assert all(status == 200 for status, _ in before.values())

    retention.run(database.app, subject, NOW)
    assert {back: ask(paired, subject, back) for back in backs} == before

    cases: dict[str, list[dict[str, Any]]] = {}
    for record in [*sent[PAGE], *sent[FILE]]:
        cases.setdefault(record.get("order_id", record["id"]), []).append(record)
    of_files = {record.get("order_id", record["id"]) for record in sent[FILE]}
    horizon = newest - dt.timedelta(days=facts)
    left = {
        (record["kind"], record["id"])
        for case, records in cases.items()
        if case in of_files or max(map(last_day, records)) >= horizon
        for record in records
    }
    assert ids(admin, subject) == left
    assert sum(retention.run(database.app, subject, NOW)) == 0, "once is enough"

    # The pages of long ago come by again: what was removed stays away, and counts once.
    send(paired, subject, sent[PAGE], PAGE)
    assert {back: ask(paired, subject, back) for back in backs} == before
    assert ids(admin, subject) == left
    # Rules that count anew cannot count what is gone, and say so instead of counting less.
    with database.app.connect() as connection, tenant(connection, subject):
        casebook.rebuild(connection, subject)
    for back in backs:
        status, body = ask(paired, subject, back)
        assert (status, body) == before[back] or (status, body["code"]) == (410, "day-not-kept")
    assert ask(paired, subject, 0) == before[0]


@pytest.fixture
def long_ago(paired: "Paired") -> tuple[str, list[dict[str, Any]]]:
    """A shop with an order of every third day of two years, and what the page and the platform said of each."""
    subject = bind(paired, 180, 400)
    records = []
    for number, back in enumerate(range(5, 730, 3)):
        records += [order(number, back), *hung_on(number, back, 1 + number % 5, number % 4 == 0)]
        day = TODAY - dt.timedelta(days=back)
        records.append(
            {"kind": "counter", "id": f"violations|{day}", "name": "violations", "date": str(day), "value": 1}
        )
        if number % 10 == 0:
            records.append({"kind": "conduct", "id": f"c{number}", "at": at(back), "scene": "invoice_refused"})
    records.append({"kind": "product", "id": "p1", "name": "thing"})
    records.append({"kind": "service_switch", "id": "s1", "service": "freight_insurance", "on": True, "at": at(700)})
    for start in range(0, len(records), 400):
        send(paired, subject, records[start : start + 400], PAGE)
    return subject, records


def test_two_years_become_the_days_that_are_kept(
    paired: "Paired", admin: "Engine", database: "Database", long_ago: tuple[str, list[dict[str, Any]]]
):
    subject, records = long_ago
    days = [0, 1, 29, 100, 180, 399]
    before = {back: ask(paired, subject, back) for back in days}
    assert before[399][1]["deductions"], "the deductions of a day long ago rest on conduct that is kept as long"
    removed = retention.run(database.app, subject, NOW)
    assert removed.records > 400
    assert removed.days > 100
    assert {back: ask(paired, subject, back) for back in days} == before
    newest = TODAY - dt.timedelta(days=1)
    query = "SELECT kind, min(ends_on) FROM records WHERE subject_id = :id GROUP BY kind"
    oldest = {row.kind: row.min for row in rows(admin, query, id=subject)}
    # An order waits for what hangs on it: its case goes as a whole.
    assert newest - dt.timedelta(days=187) <= oldest["order"] < newest - dt.timedelta(days=175)
    assert oldest["counter"] >= newest - dt.timedelta(days=400)
    assert oldest["conduct"] >= newest - dt.timedelta(days=430)
    assert {"product", "service_switch", "subject"} <= oldest.keys(), "how things are is not a happening"
    names = {name for (name,) in rows(admin, "SELECT case_id FROM cases WHERE subject_id = :id", id=subject)}
    gone = {record["id"] for record in records if record["kind"] == "order"} - {key[1] for key in ids(admin, subject)}
    assert len(gone) > 100
    assert not {f"order:{one}" for one in gone} & names, "no order number is left of them"
    first = rows(admin, "SELECT min(day) FROM ledger WHERE subject_id = :id", id=subject)[0][0]
    assert first >= newest - dt.timedelta(days=430)

    [event] = [one for one in paired.client.get("/v1/audit").json["items"] if one["event"] == "data.expired"]
    assert (event["subject_id"], event["member"], event["device"]) == (subject, "koubei", "worker")
    assert event["detail"] == removed._asdict()


def test_a_day_that_is_not_kept_is_answered_by_what_was_said_of_it_or_not_at_all(
    paired: "Paired", admin: "Engine", database: "Database", long_ago: tuple[str, list[dict[str, Any]]]
):
    subject, records = long_ago
    back = 405  # its window has days that go; the day of a score itself is kept for 400 days
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO scores (subject_id, as_of, rules, input_version, score) VALUES (%s, %s, %s, 1, %s)",
            (subject, TODAY - dt.timedelta(days=400), RULES, '{"said": "then"}'),
        )
    retention.run(database.app, subject, NOW)
    status, body = ask(paired, subject, back)
    assert (status, body["code"]) == (410, "day-not-kept")
    assert "2025-11-1" in body["detail"] or "2025-10" in body["detail"]
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "UPDATE subjects SET days_from = %s WHERE id = %s", (TODAY - dt.timedelta(days=399), subject)
        )
    assert ask(paired, subject, 400) == (200, {"said": "then"})
    day = TODAY - dt.timedelta(days=200)
    for path in (f"explanation?from={day}&to={TODAY}", f"orders/40001?as_of={day}", f"drop-outs/events?as_of={day}"):
        answer = paired.client.get(f"/v1/subjects/{subject}/{path}")
        assert (answer.status_code, answer.json["code"]) == (410, "day-not-kept"), path

    # A file stays, and a case of which it tells counts as the file says, once.
    assert retention.run(database.app, subject, NOW).records == 0
    fresh = bind(paired, 180, 400)
    for start in range(0, len(records), 400):
        send(paired, subject, records[start : start + 400], FILE)
        send(paired, fresh, records[start : start + 400], FILE)
    retention.run(database.app, subject, NOW)
    assert retention.run(database.app, fresh, NOW).records == 0
    assert ids(admin, subject) == ids(admin, fresh)
    query = (
        "SELECT series, day, known_on, parts, numerator, denominator FROM ledger"
        " WHERE subject_id = :id AND (numerator <> 0 OR denominator <> 0) ORDER BY 1, 2, 3, 4"
    )
    assert rows(admin, query, id=subject) == rows(admin, query, id=fresh)


def test_what_else_was_kept_of_pages_goes_with_them(paired: "Paired", admin: "Engine", database: "Database"):
    subject = bind(paired, 31, 60)
    send(paired, subject, [order(0, 5)], PAGE)
    body = {"format": FORMAT, "source": {"name": PAGE}, "records": [{"kind": "review", "id": "bad", "stars": 9}]}
    for source in (PAGE, FILE):
        body["source"] = {"name": source}
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        assert paired.client.post(f"/v1/subjects/{subject}/batches", json=body, headers=headers).status_code == 200
    with admin.connect() as connection:
        for table in ("quarantine", "receipts"):
            connection.exec_driver_sql(f"UPDATE {table} SET created_at = '2026-09-01'")  # noqa: S608 -- ours
        connection.exec_driver_sql(
            "INSERT INTO actions (subject_id, id, kind, body, state, changed_at) VALUES (%s, 'a', 'k', '{}', %s, %s)",
            (subject, "done", "2026-09-01"),
        )
    removed = retention.run(database.app, subject, NOW)
    assert (removed.quarantined, removed.receipts, removed.actions) == (1, 3, 1)
    assert rows(admin, "SELECT imported FROM quarantine") == [(True,)]


def test_an_event_ahead_of_the_clock_removes_nothing(paired: "Paired", database: "Database"):
    subject = bind(paired, 31, 60)
    send(paired, subject, [order(0, 20), {**order(1, 30), "finished_at": "2099-01-01T00:00:00+08:00"}], PAGE)
    assert sum(retention.run(database.app, subject, NOW)) == 0


def test_of_an_erased_subject_there_is_nothing_to_remove(database: "Database"):
    assert sum(retention.run(database.app, "nobody", NOW)) == 0
