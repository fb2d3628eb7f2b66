from marshmallow import Schema, fields


class CaptureSpecsSchema(Schema):
    """What browsers are to read, and what not any more."""

    items = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        metadata={"description": "The newest spec of each id; its shape is extension/specs/schema.json."},
    )
    disabled = fields.List(
        fields.String(), required=True, metadata={"description": "Ids that no browser may use: the kill switch."}
    )
