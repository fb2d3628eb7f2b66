import datetime as dt

from marshmallow import Schema, ValidationError, fields, validate, validates

from server.http.structs import schema_of
from shared_scoring.comparison import Comparison
from shared_scoring.pack import known
from shared_scoring.score import Score

ScoreSchema = schema_of(Score)
ComparisonSchema = schema_of(Comparison)


_LIKE_AN_ID = validate.Regexp(r"^[a-z0-9./-]+$")


def refuse_unknown_pack(rules: str) -> None:
    if rules != "auto" and rules not in known():
        raise ValidationError(f"is no rule pack; one of auto, {', '.join(known())}")


def _as_of() -> fields.Date:
    return fields.Date(
        load_default=None,
        validate=validate.Range(dt.date(1990, 1, 1), dt.date(2199, 12, 31)),
        metadata={"description": "The day the score appears; today in the subject's time zone."},
    )


class ScoreQuerySchema(Schema):
    as_of = _as_of()
    rules = fields.String(
        load_default="auto", validate=_LIKE_AN_ID, metadata={"description": "A rule pack's id, or auto."}
    )

    @validates("rules")
    def _known(self, value: str, data_key: str) -> None:
        del data_key
        refuse_unknown_pack(value)


class WordedScoreQuerySchema(ScoreQuerySchema):
    lang = fields.String(
        load_default=None,
        validate=validate.OneOf(["zh", "en"]),
        metadata={"description": "Adds the texts in this language; without it codes only."},
    )


class ComparisonQuerySchema(Schema):
    as_of = _as_of()
    rules = fields.List(
        fields.String(validate=_LIKE_AN_ID),
        required=True,
        validate=validate.Length(2, 2),
        metadata={"description": "Two packs' ids, before and after, one parameter each; auto for the one in force."},
    )

    @validates("rules")
    def _known(self, value: list[str], data_key: str) -> None:
        del data_key
        for rules in value:
            refuse_unknown_pack(rules)
