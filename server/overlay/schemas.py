"""The answer of cli-output.md, "The overlay", declared once; the document's schema is derived from it."""

from marshmallow import Schema, fields, validate
from msgspec import Struct

from server.http.structs import schema_of
from shared_scoring.delta import Delta

MAX_IDS = 200
KIND_OF_PAGE = {
    "orders": "order",
    "after_sales": "after_sale",
    "reviews": "review",
    "score": "order",
    "home": "order",
    "selection": "product",
}


class Band(Struct, frozen=True):
    low: float
    mid: float
    high: float


class Panel(Struct, frozen=True):
    """`noon` is the next score to appear; `open_page` the page that would close the widest gap of coverage."""

    total: float | None
    official: bool
    estimate: float | None
    noon: Band | None
    coverage: float
    open_page: str | None


class Expected(Struct, frozen=True):
    points: float | None
    low: float | None
    high: float | None


class RiskReason(Struct, frozen=True):
    code: str
    text: str


class Risk(Struct, frozen=True):
    level: str
    outcome: str
    probability: float
    deadline: str | None
    reasons: list[RiskReason]


class RowAction(Struct, frozen=True):
    id: str
    title: str


class OverlayRow(Struct, frozen=True):
    """`expected`, `risk` and `action` are null while nothing is known of them."""

    id: str
    counts: bool | None
    why_not: str | None
    delta: Delta
    expected: Expected
    risk: Risk | None
    action: RowAction | None


class Overlay(Struct, frozen=True):
    page: str
    rules: str
    as_of: str
    scored_version: int
    stale: bool
    next_poll_seconds: int
    panel: Panel
    rows: list[OverlayRow]


OverlaySchema = schema_of(Overlay)


class OverlayQuerySchema(Schema):
    page = fields.String(required=True, validate=validate.OneOf(KIND_OF_PAGE))
    ids = fields.List(
        fields.String(validate=[validate.Length(1, 128), validate.Regexp(r"^[^\u0000]+$")]),
        load_default=list,
        data_key="id",
        validate=validate.Length(0, MAX_IDS),
        metadata={"description": "The ids of the page's rows, in order; one parameter each."},
    )
