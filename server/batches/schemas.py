"""The wire form of a batch and of its receipt (records.md, "A batch"). The record kinds come from shared_scoring."""

import datetime as dt
from typing import Annotated, Literal

from apispec import APISpec
from marshmallow import Schema, fields
from msgspec import Meta, Raw, Struct

from server.http.structs import schema_of
from shared_scoring.records import FORMAT, KINDS

MAX_RECORDS = 500

Short = Annotated[str, Meta(min_length=1, max_length=200)]


class Source(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who saw the records. `captured_at` is for the log; it is never a record's time."""

    name: Short
    version: Short | None = None
    adapter: Short | None = None
    captured_at: Annotated[dt.datetime, Meta(tz=True)] | None = None


class Batch(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The envelope. Each record is decoded by itself, so that one bad one does not lose the others."""

    format: Literal["koubei.records/1"]
    source: Source
    records: list[Raw]


class Refused(Struct, frozen=True):
    """A record that went to quarantine: its place in the batch, where in it, and why."""

    index: int
    path: str
    reason: str


class Receipt(Struct, frozen=True):
    """`accepted` changed something, `unchanged` were repeats and stale copies.

    `masked` counts the places where a free text looked like personal data, which was not stored.
    """

    batch_id: str
    accepted: int
    unchanged: int
    quarantined: list[Refused]
    masked: int = 0


RECORD_SCHEMAS = {kind: schema_of(struct) for kind, struct in KINDS.items()}
_REFERENCES = {kind: f"#/components/schemas/{struct.__name__}" for kind, struct in KINDS.items()}
RECORDS_DOCUMENTED = {
    "oneOf": [{"$ref": reference} for reference in _REFERENCES.values()],
    "discriminator": {"propertyName": "kind", "mapping": _REFERENCES},
}
"""One record of any kind, for the document."""


class BatchSchema(Schema):
    """The document's view of a batch: any of the kinds in `records`."""

    format = fields.Constant(FORMAT, required=True)
    source = fields.Nested(schema_of(Source), required=True)
    records = fields.List(
        fields.Raw(metadata=RECORDS_DOCUMENTED),
        required=True,
        metadata={"maxItems": MAX_RECORDS},
    )


ReceiptSchema = schema_of(Receipt)


def document_records(spec: APISpec) -> None:
    """Put every record kind into the document; the batch only refers to them."""
    for kind, schema in RECORD_SCHEMAS.items():
        spec.components.schema(KINDS[kind].__name__, schema=schema)
