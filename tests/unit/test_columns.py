"""Columns count what cases count: every definition a pack may hold, every copy and every bad line."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cli import files
from server.cli.intake import Intake, tabulate, take_in
from shared_scoring import cohorts, measures
from shared_scoring.block import Block
from shared_scoring.columns import cohorts as column_cohorts
from shared_scoring.columns import measures as column_measures
from shared_scoring.columns.sheets import Sheets
from shared_scoring.decode import decode_record
from shared_scoring.definition import Definition
from shared_scoring.history import History
from shared_scoring.ledger import Plan
from shared_scoring.pack import bundled
from shared_scoring.pack_sense import _KIND_OF_MEASURE, _MEMBERS, PARAMETERS
from tests.unit.strategies import Fields, examples, shops

GIVEN: dict[str, list[Any]] = {
    "reasons": [("quality",), ("damage", "logistics_quality")],
    "ruling": [True, False],
    "services": [("next_day",), ("install", "freight_insurance")],
    "types": [("refund_shipped", "return_refund"), ("refund_unshipped",)],
    "blames": [("merchant", "both"), ("buyer",)],
    "by": [("merchant",), ("buyer", "platform")],
    "rating": ["service_stars", "logistics_stars"],
    "stars_at_most": [2, 3],
    "stars_at_least": [4, 3],
    "limit_seconds": [3600, 48 * 3600],
    "steps": [((12, 100), (24.5, 90), (72, 60)), ((0.25, 100),)],
}
INDUSTRY = "花卉/绿植盆栽"


def _vocabulary() -> Iterator[Definition]:
    """Every measure over every cohort that can have it, with two sets of parameters."""
    orders = [name for name in cohorts.COHORTS if name.startswith("orders_") and name not in _MEMBERS]
    for measure in {**measures.AMOUNTS, **measures.HITS}:
        own = [_KIND_OF_MEASURE[measure]] if measure in _KIND_OF_MEASURE else orders
        for cohort in [*cohorts.COHORTS] if measure == "one" else own:
            for turn in (0, 1):
                given = {name: GIVEN[name][turn] for name in PARAMETERS.get(measure, ())}
                yield Definition(cohort=cohort, measure=measure, **given)
    yield Definition(cohort="orders_due_for_pickup", measure="picked_up_in_time", industries_48h=(INDUSTRY,))


PLAN = Plan([*_vocabulary(), *(one for pack in bundled().values() for one in pack.definitions)])


def test_every_word_of_the_vocabulary_has_columns() -> None:
    assert column_cohorts.COHORTS.keys() == cohorts.COHORTS.keys()
    assert column_measures.AMOUNTS.keys() == measures.AMOUNTS.keys()
    assert column_measures.HITS.keys() == measures.HITS.keys()


def _enriched(record: Fields) -> Fields:
    """What the shops of the other tests lack, from what they have: lines, who cancelled, rulings, fine seconds."""
    turn = len(json.dumps(record)) % 5
    fine = {name: one.replace("T12:30:00", "T12:30:00.000007") for name, one in record.items() if name == "paid_at"}
    if record["kind"] == "order":
        lines = [[], [{"creator_id": "c1"}, {}], [{"creator_id": "c2"}], [{}], [{"creator_id": "c1"}]][turn]
        by = ["buyer", "merchant", "platform", "merchant", None][turn]
        services = {"services": [*record.get("services", []), "qic"]} if turn == 2 else {}
        return record | fine | services | {"lines": lines, "cancelled_by": by}
    if record["kind"] == "review" and "stars" in record:
        return record | {"logistics_stars": 6 - record["stars"], "service_stars": None if turn == 1 else 1 + turn % 5}
    if record["kind"] == "after_sale":
        ends = {"return_received_at": record.get("applied_at"), "confirmed_at": record.get("agreed_at")}
        return record | (ends if turn < 3 else {}) | {"ruling": ["late_shipment"] if turn % 2 else []}
    return record


def _rows(history: Any, day: dt.date) -> dict[Any, Any]:
    _, sums = history.counted(PLAN, day.toordinal())
    return {key: value for key, value in sums.rows() if value != (0, 0)}


@examples(200)
@given(
    shop=shops(), subject=st.sampled_from([{}, {"industry": INDUSTRY}, {"type": "creator"}]), block=st.integers(1, 9)
)
def test_every_definition_counts_the_same_in_columns(
    shop: tuple[dt.date, list[Fields]], subject: Fields, block: int
) -> None:
    day, plain = shop
    records = [_enriched(record) for record in plain if record["kind"] != "subject"]
    zone = next((one.get("time_zone") for one in plain if one["kind"] == "subject"), None)
    records.append({"kind": "subject", "id": "c1", "time_zone": zone} | subject)
    texts = [json.dumps(record).encode() for record in records]
    sheets = Sheets()
    for start in range(0, len(texts), block):
        own = texts[start : start + block]
        sheets.take([decode_record(text) for text in own], Block.of(b"\n".join(own)), 0)
    history = History(decode_record(text) for text in texts)
    taken = sheets.taken(["c1"]).subjects["c1"]
    assert _rows(taken, day) == _rows(history, day)
    assert taken.counted(PLAN, day.toordinal())[0] == history.counted(PLAN, day.toordinal())[0]


FILE = st.lists(st.sampled_from([b"not json", b"", b'{"kind": "order", "id": 5}', b'{"kind":', b'"order", "id": "1"}']))


@examples(100)
@given(
    shop=shops(), bad=FILE, owners=st.lists(st.sampled_from([None, "a", "b"]), min_size=1, max_size=3), data=st.data()
)
def test_the_account_of_every_line_is_the_same(
    shop: tuple[dt.date, list[Fields]],
    bad: list[bytes],
    owners: list[str | None],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    good = [
        json.dumps(record | ({"subject_id": owner} if (owner := owners[at % len(owners)]) else {})).encode()
        for at, record in enumerate(shop[1])
    ]
    lines = data.draw(st.permutations([*good, *good[:3], *bad]))
    folder = tmp_path_factory.mktemp("files")
    paths = [folder / "one.ndjson", folder / "two.ndjson"]
    cut = data.draw(st.integers(0, len(lines)))
    for path, own in zip(paths, (lines[:cut], lines[cut:]), strict=True):
        path.write_bytes(b"\n".join(own))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_CHUNK", data.draw(st.sampled_from([40, 300, 1 << 20])))
        one, other = _read(take_in, paths), _read(tabulate, paths)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert one.input == other.input
    assert one.histories.keys() == other.histories.keys()
    for owner, history in one.histories.items():
        assert _rows(other.histories[owner], shop[0]) == _rows(history, shop[0])


def _read(reader: Any, paths: list[Path]) -> Intake[Any] | str:
    try:
        return reader(paths)  # type: ignore[no-any-return]
    except click.ClickException as error:
        return error.message
