import datetime as dt

from marshmallow import Schema, ValidationError, fields, validate, validates

from server.http.structs import schema_of
from shared_scoring.pack import known
from shared_scoring.score import Score

ScoreSchema = schema_of(Score)


class ScoreQuerySchema(Schema):
    as_of = fields.Date(
        load_default=None,
        validate=validate.Range(dt.date(1990, 1, 1), dt.date(2199, 12, 31)),
        metadata={"description": "The day the score appears; today in the subject's time zone."},
    )
    rules = fields.String(load_default="auto", metadata={"description": "A rule pack's id, or auto."})

    @validates("rules")
    def _known(self, value: str, data_key: str) -> None:
        del data_key
        if value != "auto" and value not in known():
            raise ValidationError(f"is no rule pack; one of auto, {', '.join(known())}")
