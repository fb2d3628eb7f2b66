"""The document's record kinds against the decoder: what the one accepts the other accepts, value by value."""

import json

import jsonschema_rs
import pytest

from shared_scoring.decode import BadRecordError, decode_record
from shared_scoring.records import KINDS

MOMENT = "2026-11-20T18:03:11+08:00"
VALUES = [
    None,
    True,
    0,
    1,
    5,
    6,
    -1,
    10**10,
    2**63,
    0.5,
    "",
    "x",
    "x" * 20_000,
    "CNY",
    "shop",
    "merchant",
    "quality",
    "return_refund",
    MOMENT,
    "2026-11-20T18:03:11Z",
    "2026-11-20T18:03:11",
    "2026-11-20",
    [],
    ["x"],
    [1],
    [None],
    ["gift", "qic"],
    ["gift"],
    ["late_shipment", "out_of_stock"],
    [{}],
    [{"id": "1"}],
    [{"id": 1}],
    [{"id": "1", "delivered_at": MOMENT, "trace_abnormal": False}],
    [{"id": "1", "quantity": 2, "gift": True, "room_id": None}],
    [{"receiver": "x"}],
    {},
    {"province": "浙江", "city": None},
    {"province": "浙江", "street": "x"},
    {"class": "quality", "label": "x"},
    {"class": "nonsense"},
    {"opened_at": MOMENT, "blame": "both"},
    {"goods": {"score": 81.5, "weight": 0.4}},
    {"goods": {"score": "81.5"}},
    {"goods.rating": {"value": 4.8, "numerator": 751, "denominator": 156, "steps": [[4.5, 60], [4.8, 80.5]]}},
    {"goods.rating": {"steps": [[4.5, 60, 1]]}},
    {"goods.rating": {"extra": 1}},
]
# What a schema cannot say and the decoder does: which days and zones there are, and which fields a kind can clear.
BEYOND_SCHEMAS = {("official", "id"), ("subject", "time_zone")} | {(kind, "clear") for kind in KINDS}


@pytest.fixture(scope="module")
def document(_app):
    return _app.test_client().get("/openapi.json").json


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_document_and_decoder_agree(document, kind):
    name = KINDS[kind].__name__
    declared = document["components"]["schemas"][name]
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    least = dict.fromkeys(declared["required"], "x") | {"kind": kind, "id": "2026-11-20"}
    accepted, differences = 0, []
    for field in [*declared["properties"], "unheard_of"]:
        if (kind, field) in BEYOND_SCHEMAS:
            continue
        for value in VALUES:
            record = least | {field: value}
            try:
                decode_record(json.dumps(record).encode())
                decoded = True
            except BadRecordError:
                decoded = False
            accepted += decoded
            if validator.is_valid(record) != decoded:
                differences.append((field, value if not isinstance(value, str) else value[:40], decoded))
    assert differences == []
    assert accepted > 20, "most fields accept something"
