from marshmallow import fields, validate
from msgspec import Struct

from server.batches.schemas import MAX_RECORDS, RECORDS_DOCUMENTED
from server.http.structs import schema_of
from server.scores.schemas import ScoreQuerySchema
from shared_scoring.actions.levers import Lever
from shared_scoring.what_if import WhatIf

WhatIfSchema = schema_of(WhatIf)
_MOST_PUSHED = 100
_FARTHEST = 10_000_000


class Levers(Struct, frozen=True):
    """What each indicator can be pushed by."""

    rules: str
    as_of: str
    levers: list[Lever]


LeversSchema = schema_of(Levers)


class WhatIfQuestionSchema(ScoreQuerySchema):
    change = fields.List(
        fields.Raw(metadata=RECORDS_DOCUMENTED),
        required=True,
        validate=validate.Length(1, MAX_RECORDS),
        metadata={"description": "The records as they would be; they win field by field whatever their times."},
    )


class LeversQuerySchema(ScoreQuerySchema):
    lang = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))


class PushSchema(ScoreQuerySchema):
    positions = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)),
        values=fields.Integer(strict=True, validate=validate.Range(-_FARTHEST, _FARTHEST)),
        required=True,
        validate=validate.Length(0, _MOST_PUSHED),
        metadata={"description": "By indicator, as its lever counts them: above 0 better, below 0 worse."},
    )
