from marshmallow import Schema, fields, validate

from server.members.roles import ROLES


def _name() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "How the merchant will know the device."},
    )


class PairingSchema(Schema):
    code = fields.String(
        required=True, validate=validate.Length(1, 40), metadata={"description": "From `koubei pair`."}
    )
    name = _name()


class AccountSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class PairedDeviceSchema(Schema):
    device_id = fields.UUID(required=True)
    token = fields.String(required=True, metadata={"description": "Told this once; the server keeps only its hash."})
    scopes = fields.List(fields.String(), required=True)
    account = fields.Nested(AccountSchema, required=True)
    member = fields.String(required=True, metadata={"description": "Whose device it is."})
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class DeviceSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    member = fields.String(required=True, metadata={"description": "Whose device it is."})
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    current = fields.Boolean(required=True, metadata={"description": "The device this request came from."})


class DevicesSchema(Schema):
    items = fields.List(fields.Nested(DeviceSchema), required=True)


class DeviceNameSchema(Schema):
    name = _name()


class TokenSchema(Schema):
    token = fields.String(required=True, metadata={"description": "Told this once; the server keeps only its hash."})
