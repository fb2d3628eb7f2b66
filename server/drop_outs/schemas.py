from marshmallow import fields, validate
from msgspec import Struct

from server.http.paging import PageQuerySchema
from server.http.structs import schema_of
from server.scores.schemas import ScoreQuerySchema
from shared_scoring.drop_outs import CaseLeaving, DropOuts

MAX_DAYS = 90

DropOutsSchema = schema_of(DropOuts)


class Events(Struct, frozen=True):
    rules: str
    as_of: str
    items: list[CaseLeaving]
    next_cursor: str | None


EventsSchema = schema_of(Events, name="DropOutEvents")


class DropOutsQuerySchema(ScoreQuerySchema):
    days = fields.Integer(
        load_default=30, validate=validate.Range(1, MAX_DAYS), metadata={"description": "How many days ahead."}
    )


class EventsQuerySchema(DropOutsQuerySchema, PageQuerySchema):
    which = fields.String(
        load_default="bad",
        validate=validate.OneOf(["bad", "all"]),
        metadata={"description": "bad: what an indicator will be better without."},
    )
