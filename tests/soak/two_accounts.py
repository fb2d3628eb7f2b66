"""What must be true of two accounts whatever they do, as a hypothesis state machine over the real server.

The model is plain: what each shop was told and acknowledged, and who may call. What the database then holds is compared
with `koubei score` of the very same records, made from scratch.
"""

import datetime as dt
import itertools
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from tests.integration.working import from_file
from worker import recalculate

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

RULES = "douyin-shop/2026-09-08"
DAY = dt.date(2026, 11, 20)
ACCOUNTS = ("default", "other")
FOREIGN = [("GET", name) for name in ("score", "quarantine", "settings", "jobs")]
FOREIGN += [("POST", "batches"), ("POST", "jobs/recalculate/retries")]
MOMENT = dt.datetime(2026, 11, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A copy of one of a few records, old or new, whole or partial: so that copies meet."""
    number, hours = draw(st.integers(0, 4)), draw(st.integers(0, 400))
    seen = (MOMENT + dt.timedelta(hours=hours)).isoformat()
    day = MOMENT + dt.timedelta(days=draw(st.integers(0, 12)))
    if draw(st.booleans()):
        order = {"kind": "order", "id": f"o{number}", "created_at": day.isoformat(), "paid_at": day.isoformat()}
        if draw(st.booleans()):
            order["delivered_at"] = (day + dt.timedelta(days=2)).isoformat()
        return {**order, "seen_at": seen}
    review = {"kind": "review", "id": f"r{number}", "order_id": f"o{draw(st.integers(0, 4))}", "seen_at": seen}
    if draw(st.booleans()):
        review["created_at"] = (day + dt.timedelta(days=3)).isoformat()
    if draw(st.booleans()):
        review["stars"] = draw(st.integers(1, 5))
    return review


class TwoAccounts(RuleBasedStateMachine):
    """Set `database`, `admin` and `pair` on a subclass."""

    database: "Database"
    admin: "Engine"
    pair: "Callable[..., Paired]"
    taken = 0
    """Steps taken by all examples, for the account of a run."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        with self.admin.connect() as connection:
            connection.execute(text("TRUNCATE subjects, members, devices, audit_events, pairing_codes CASCADE"))
        self.number = itertools.count()
        self.devices = {account: type(self).pair(account=account) for account in ACCOUNTS}
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.receipts: dict[tuple[str, str], tuple[bytes, Any]] = {}
        self.gone: list[Paired] = []

    def call(self, account: str, method: str, path: str, **options: Any) -> Any:
        type(self).taken += 1
        return self.devices[account].client.open(f"/v1{path}", method=method, **options)

    def post(self, account: str, key: str, body: bytes) -> Any:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return self.call(account, "POST", f"/subjects/{account}-shop/batches", data=body, headers=headers)

    @initialize()
    def bind_both(self) -> None:
        for account in ACCOUNTS:
            self.bind(account)

    def bind(self, account: str) -> None:
        answer = self.call(account, "PUT", f"/subjects/{account}-shop", json={})
        assert answer.status_code in {200, 201}, answer.text
        self.told.setdefault(account, [])

    @rule(target=sent, account=st.sampled_from(ACCOUNTS), batch=st.lists(records(), min_size=1, max_size=6))
    def ingest(self, account: str, batch: list[dict[str, Any]]) -> tuple[str, str, bytes]:
        body = json.dumps({"format": "koubei.records/1", "source": {"name": "t"}, "records": batch}).encode()
        key = f"k{next(self.number)}"
        answer = self.post(account, key, body)
        assert answer.status_code == 200, answer.text
        assert answer.json["accepted"] + answer.json["unchanged"] == len(batch)
        assert answer.json["quarantined"] == []
        self.told[account] += batch
        self.receipts[account, key] = (body, answer.json)
        self.compare(account)
        return account, key, body

    @rule(batch=sent)
    def repeat(self, batch: tuple[str, str, bytes]) -> None:
        account, key, body = batch
        if (account, key) in self.receipts:
            answer = self.post(account, key, body)
            assert (answer.status_code, answer.json) == (200, self.receipts[account, key][1])
            other = self.post(account, key, body + b" ")
            assert (other.status_code, other.json["code"]) == (409, "idempotency-key-reused")

    @rule(batch=sent, data=st.data())
    def reorder(self, batch: tuple[str, str, bytes], data: st.DataObject) -> None:
        """What is known already, in another order and under another key, changes nothing."""
        account, key, body = batch
        if (account, key) in self.receipts:
            envelope = json.loads(body)
            envelope["records"] = data.draw(st.permutations(envelope["records"]))
            answer = self.post(account, f"k{next(self.number)}", json.dumps(envelope).encode())
            assert (answer.json["accepted"], answer.json["unchanged"]) == (0, len(envelope["records"])), answer.text

    @rule(account=st.sampled_from(ACCOUNTS))
    def trespass(self, account: str) -> None:
        other = next(name for name in ACCOUNTS if name != account)
        for method, path in FOREIGN:
            answer = self.call(account, method, f"/subjects/{other}-shop/{path}")
            assert answer.status_code in {403, 404}, answer.text
        assert [item["id"] for item in self.call(account, "GET", "/subjects").json["items"]] == (
            [f"{account}-shop"] if account in self.told else []
        )

    @rule(account=st.sampled_from(ACCOUNTS))
    def recalculate(self, account: str) -> None:
        type(self).taken += 1
        self.compare(account)
        recalculate.run(self.database.app, f"{account}-shop")
        assert recalculate.run(self.database.app, f"{account}-shop") is False, "once is enough"

    @rule(account=st.sampled_from(ACCOUNTS))
    def erase(self, account: str) -> None:
        answer = self.call(account, "DELETE", f"/subjects/{account}-shop")
        assert answer.status_code in {202, 204}, answer.text
        self.told.pop(account)
        self.receipts = {key: found for key, found in self.receipts.items() if key[0] != account}
        with self.admin.connect() as connection:
            left = [
                table
                for table in ("records", "cases", "ledger", "receipts", "quarantine", "scores")
                if connection.execute(
                    text(f"SELECT 1 FROM {table} WHERE subject_id = :id LIMIT 1"),  # noqa: S608 -- names of this list
                    {"id": f"{account}-shop"},
                ).one_or_none()
            ]
        assert left == []
        self.bind(account)

    @rule(account=st.sampled_from(ACCOUNTS))
    def revoke(self, account: str) -> None:
        """Another device takes over; the receipts of the old one are nobody's any more."""
        old, new = self.devices[account], type(self).pair(account=account)
        self.devices[account] = new
        assert self.call(account, "DELETE", f"/devices/{old.device_id}").status_code == 204
        self.gone.append(old)
        self.receipts = {key: found for key, found in self.receipts.items() if key[0] != account}

    @rule()
    def come_back(self) -> None:
        for old in self.gone[-2:]:
            type(self).taken += 1
            answer = old.client.get("/v1/subjects")
            assert (answer.status_code, answer.json["code"]) == (401, "token-revoked")

    def compare(self, account: str) -> None:
        """The server's score is the one of a file with the records that were acknowledged."""
        answer = self.call(account, "GET", f"/subjects/{account}-shop/score?as_of={DAY}&rules={RULES}")
        assert answer.status_code == 200, answer.text
        wanted = from_file(
            [{"kind": "subject", "id": f"{account}-shop"}, *self.told[account]], DAY, RULES, f"{account}-shop"
        )
        assert answer.json["indicators"] == wanted["indicators"]
        assert answer.json["total"] == wanted["total"]

    @invariant()
    def no_record_is_lost_or_doubled(self) -> None:
        with self.admin.connect() as connection:
            rows = connection.execute(text("SELECT subject_id, kind, id FROM records WHERE kind <> 'subject'"))
            held = sorted(tuple(row) for row in rows)
        wanted = {(f"{account}-shop", one["kind"], one["id"]) for account, told in self.told.items() for one in told}
        assert held == sorted(wanted)
