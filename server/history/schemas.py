from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from msgspec import Struct

from server.http.paging import PageQuerySchema
from server.http.structs import schema_of


class OfficialDay(Struct, frozen=True):
    """What the platform's page showed."""

    total: float | None
    consumer_score: float | None
    stage: str | None
    dimensions: dict[str, float]


class EstimatedDay(Struct, frozen=True):
    """What this product said on the day, without that day's official record; as it was stored."""

    rules: str
    total: float | None
    low: float | None
    high: float | None
    dimensions: dict[str, float | None]
    method: str | None
    stage: str
    computed_at: str


class HistoryDay(Struct, frozen=True):
    """`official` is null on a day whose page has not been seen, `estimate` on one that was not scored."""

    date: str
    official: OfficialDay | None
    estimate: EstimatedDay | None


class History(Struct, frozen=True):
    items: list[HistoryDay]
    next_cursor: str | None


HistorySchema = schema_of(History)


class HistoryQuerySchema(PageQuerySchema):
    first = fields.Date(load_default=None, data_key="from", metadata={"description": "The first day."})
    last = fields.Date(load_default=None, data_key="to", metadata={"description": "The last day; today."})

    @validates_schema
    def _in_order(self, given: dict[str, Any], **_: object) -> None:
        if given.get("first") and given.get("last") and given["first"] > given["last"]:
            raise ValidationError("lies before `from`", "to")
