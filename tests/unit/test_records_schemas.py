"""The marshmallow schemas derived for the API accept and refuse the same records as the decoder."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.batches.schemas import RECORD_SCHEMAS
from shared_scoring.decode import BadRecordError, decode_record
from shared_scoring.records import KINDS
from tests.unit.strategies import PLACES, copies_of, examples

DAY = PLACES[0][1]
BY_KIND = copies_of(None, DAY)
WHOLE: list[dict[str, Any]] = [
    {"kind": "subject", "id": "s", "platform": "douyin", "type": "shop", "cross_border": False},
    {
        "kind": "order",
        "id": "1",
        "amount": 5,
        "currency": "CNY",
        "region": {"province": "浙江", "city": None},
        "lines": [{"id": "1", "quantity": 2, "gift": True}, {}],
        "waybills": [{"id": "1", "delivered_at": "2026-11-01T00:00:00Z", "trace_abnormal": False}],
    },
    {"kind": "product", "id": "1", "name": "a", "category": ["x", "y"], "price": 100},
    {"kind": "review", "id": "1", "tags": ["a"], "text": "x", "stars": 5},
    {"kind": "live_room", "id": "1", "started_at": "2026-11-01T00:00:00+08:00", "title": "x"},
    {"kind": "partner", "id": "s|d", "merchant_id": "s", "total": 81.5, "date": "2026-11-01"},
    {"kind": "service_day", "id": "a|d", "agent_id": "a", "sessions": 4, "reply_seconds_mean": 12.5},
    {"kind": "product_day", "id": "p|d", "date": "2026-11-01", "quality_return": 0.01},
    {"kind": "counter", "id": "c|d", "name": "x", "value": 3},
    {
        "kind": "official",
        "id": "2026-11-01",
        "dimensions": {"goods": {"score": 80, "weight": 0.4}},
        "indicators": {"goods.rating": {"value": 4.8, "steps": [[4.5, 60], [4.8, 80.5]]}},
    },
]
ODD: list[Any] = [
    None,
    *(True, False, 0, 1, 5, 6, -1, 4.5, 2**53 + 1),
    *("", "x", "x" * 600, "5", "true", "CNY", "cny", "2026-11-01", "2026-11-01T00:00:00", "2026-11-01T00:00:00Z"),
    *("2026-11-01T00:00:00+08:00", "2026-02-30T00:00:00Z", "2026-11-01 00:00:00Z", "1762000000"),
    *([], [None], ["gift"], [["x"]], {}, {"x": 1}, {"id": "1"}, [{"id": "1"}], [{"id": 1}], [[1, 2]]),
]
# What a schema cannot say: which days and zones exist, and which fields a kind can clear.
BEYOND = {("official", "id"), ("subject", "time_zone")} | {(kind, "clear") for kind in KINDS}
# Marshmallow turns these into what the field wants; the document and the decoder refuse them.
COERCED: set[str] = set()


def decoder_accepts(record: dict[str, Any]) -> bool:
    try:
        decode_record(json.dumps(record).encode())
    except BadRecordError:
        return False
    return True


def schema_accepts(record: dict[str, Any]) -> bool:
    return not RECORD_SCHEMAS[record["kind"]]().validate(json.loads(json.dumps(record)))


def agree(record: dict[str, Any], value: Any) -> bool:
    """Whether both judge alike; a value that marshmallow is known to coerce may pass the schema alone."""
    decoder, schema = decoder_accepts(record), schema_accepts(record)
    return decoder == schema or (schema and json.dumps(value) in COERCED)


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) inside a value."""
    if not isinstance(value, dict | list):
        return []
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [(value, key) for key, _ in pairs] + [place for _, inner in pairs for place in places_in(inner)]


records = st.one_of(st.sampled_from(WHOLE), st.sampled_from(sorted(BY_KIND)).flatmap(BY_KIND.__getitem__))


@examples(200)
@given(record=records)
def test_both_accept_good_records(record: dict[str, Any]) -> None:
    assert decoder_accepts(record)
    assert schema_accepts(record)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_every_kind(kind: str) -> None:
    """Each field with each odd value; what one takes and the other refuses, all at once."""
    differ = []
    for name in KINDS[kind].__struct_encode_fields__:
        for value in ODD:
            record = {"kind": kind, "id": "2026-11-01", name: value}
            if (kind, name) not in BEYOND and not agree(record, value):
                differ.append((name, value, decoder_accepts(record)))
    assert differ == []


@examples(300)
@given(record=records, data=st.data())
def test_both_judge_a_mutated_record_alike(record: dict[str, Any], data: st.DataObject) -> None:
    mutated = copy.deepcopy(record)
    kind = mutated["kind"]
    places = [
        (where, key)
        for where, key in places_in(mutated)
        if key != "kind" and (kind, key) not in BEYOND and where is not mutated.get("clear")
    ]
    where, key = data.draw(st.sampled_from(places or [(mutated, "seen_at")]))
    value = data.draw(st.sampled_from(ODD))
    match data.draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            where[key] = value
        case "remove" if key in where or isinstance(where, list):
            del where[key]
        case "add" if isinstance(where, dict):
            where["unheard_of"] = value
    assert agree(mutated, value)
