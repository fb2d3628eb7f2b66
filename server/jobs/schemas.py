from marshmallow import Schema, fields, validate

from server.db.jobs import TASKS


class JobSchema(Schema):
    task = fields.String(required=True, validate=validate.OneOf(list(TASKS)))
    state = fields.String(
        required=True,
        validate=validate.OneOf(["retrying", "parked"]),
        metadata={"description": "retrying: again at `next_at`; parked: it failed too often, and is tried once a day."},
    )
    attempts = fields.Integer(
        required=True, metadata={"description": "Failures in a row, since somebody last asked for a retry."}
    )
    reason = fields.String(required=True, metadata={"description": "Type and first line of the error."})
    place = fields.String(required=True, metadata={"description": "The line of koubei it came from; may be empty."})
    first_failed_at = fields.AwareDateTime(required=True)
    failed_at = fields.AwareDateTime(required=True)
    next_at = fields.AwareDateTime(required=True, metadata={"description": "Not tried again before this."})


class JobListSchema(Schema):
    items = fields.List(fields.Nested(JobSchema), required=True)
