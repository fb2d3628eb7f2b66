from marshmallow import Schema, fields, validate

from server.db.audit import EVENTS
from server.http.paging import PageSchema


class AuditEventSchema(Schema):
    id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    member = fields.String(required=True, metadata={"description": "Who, by the name of that moment."})
    device = fields.String(required=True, metadata={"description": "With what, by the name of that moment."})
    device_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: the command line on the server itself."}
    )
    subject_id = fields.String(required=True, allow_none=True)
    detail = fields.Dict(required=True)


class AuditPageSchema(PageSchema):
    items = fields.List(fields.Nested(AuditEventSchema), required=True)
