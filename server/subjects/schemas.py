import datetime as dt

from marshmallow import Schema, fields, validate
from msgspec import Struct

from server.http.paging import PageQuerySchema
from server.http.structs import schema_of
from server.subjects.sorts import SORTS
from shared_scoring.overview import RiskOverview, ScoreOverview
from shared_scoring.records import Subject

# The fields of a `subject` record that its merchant declares; what a record has besides is the server's to add.
SubjectBindingSchema = schema_of(
    Subject, without=frozenset({"kind", "id", "subject_id", "seen_at", "updated_at", "clear"}), name="SubjectBinding"
)


class BoundSubjectSchema(Schema):
    id = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When its records last changed."}
    )
    input_version = fields.Integer(required=True, metadata={"description": "Counts what changed in its records."})
    scored_version = fields.Integer(
        required=True, metadata={"description": "The input_version its score was made from; less while work is due."}
    )


class SubjectsQuerySchema(PageQuerySchema):
    sort = fields.String(
        load_default="id",
        validate=validate.OneOf(SORTS),
        metadata={
            "description": "By id or name; or those that need attention first: the lowest total, the steepest fall,"
            " the most orders at risk, the largest expected loss. What is not known comes last."
        },
    )
    q = fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={"description": "Only those whose id or name holds this, whatever its case."},
    )


class Overview(ScoreOverview, frozen=True, kw_only=True):
    """As the worker last found it; `risk` is null until it has looked ahead."""

    risk: RiskOverview | None


class ListedSubject(Struct, frozen=True, kw_only=True):
    """The fields of a bound subject, its name and type, and how it stands: null until it is scored."""

    id: str
    name: str | None
    type: str | None
    created_at: dt.datetime
    changed_at: dt.datetime | None
    input_version: int
    scored_version: int
    overview: Overview | None


class SubjectPage(Struct, frozen=True):
    """`next_cursor` is null on the last page."""

    items: list[ListedSubject]
    next_cursor: str | None


SubjectPageSchema = schema_of(SubjectPage)
