from marshmallow import Schema, fields

from server.http.paging import PageSchema


class UnknownFieldSchema(Schema):
    path = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "Its JSON type; the value was not kept."})


class QuarantinedRecordSchema(Schema):
    id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    index = fields.Integer(required=True)
    kind = fields.String(required=True, allow_none=True)
    record_id = fields.String(required=True, allow_none=True)
    path = fields.String(required=True)
    reason = fields.String(required=True)
    record = fields.Dict(required=True, metadata={"description": "The known fields, as they were sent."})
    unknown_fields = fields.List(
        fields.Nested(UnknownFieldSchema), required=True, attribute="unknown", data_key="unknown"
    )
    created_at = fields.AwareDateTime(required=True)


class QuarantinePageSchema(PageSchema):
    items = fields.List(fields.Nested(QuarantinedRecordSchema), required=True)


class MendedSchema(Schema):
    id = fields.UUID(required=True)
    record = fields.Dict(required=True, metadata={"description": "The record as it should have been."})


class ReplaySchema(Schema):
    """Without `records`, everything that waits is tried again as it is: after an upgrade of the server."""

    records = fields.List(fields.Nested(MendedSchema), load_default=None)


class StillRefusedSchema(Schema):
    id = fields.UUID(required=True)
    path = fields.String(required=True)
    reason = fields.String(required=True)


class ReplayedSchema(Schema):
    accepted = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.List(fields.Nested(StillRefusedSchema), required=True)
