from marshmallow import Schema, fields, validate

from server.members.roles import LONGEST_NAME, ROLES

_NAME = validate.Length(1, LONGEST_NAME)
ROLE = validate.OneOf(ROLES)


class InvitationSchema(Schema):
    name = fields.String(
        required=True, validate=_NAME, metadata={"description": "Who; a member's own name for one more device."}
    )
    role = fields.String(required=True, validate=ROLE)


class InvitedSchema(InvitationSchema):
    code = fields.String(required=True, metadata={"description": "Told this once. Pairs one device."})
    expires_at = fields.AwareDateTime(required=True)


class MemberSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=ROLE)
    created_at = fields.AwareDateTime(required=True)
    devices = fields.Integer(required=True, metadata={"description": "How many of theirs may call."})
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)


class MemberListSchema(Schema):
    items = fields.List(fields.Nested(MemberSchema), required=True)


class RoleSchema(Schema):
    role = fields.String(required=True, validate=ROLE)
