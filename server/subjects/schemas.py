from marshmallow import Schema, fields

from server.http.paging import PageSchema
from server.http.structs import schema_of
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


class SubjectPageSchema(PageSchema):
    items = fields.List(fields.Nested(BoundSubjectSchema), required=True)
