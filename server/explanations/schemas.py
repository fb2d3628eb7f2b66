import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.http.structs import schema_of
from server.scores.schemas import ScoreQuerySchema
from shared_scoring.explain import Explanation

ExplanationSchema = schema_of(Explanation)


def _day(name: str, description: str) -> fields.Date:
    return fields.Date(
        required=True,
        data_key=name,
        validate=validate.Range(dt.date(1990, 1, 1), dt.date(2199, 12, 31)),
        metadata={"description": description},
    )


class ExplanationQuerySchema(ScoreQuerySchema):
    class Meta(Schema.Meta):
        exclude = ("as_of",)

    first = _day("from", "The earlier day.")
    last = _day("to", "The later day.")
    lang = fields.String(
        load_default="zh", validate=validate.OneOf(["zh", "en"]), metadata={"description": "Of the texts."}
    )

    @validates_schema
    def _in_order(self, query: dict[str, Any], **_options: object) -> None:
        if query["last"] < query["first"]:
            raise ValidationError("lies before `from`; swap them", "to")
