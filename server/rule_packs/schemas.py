from marshmallow import Schema, fields

from server.http.structs import schema_of
from shared_scoring.pack import Pack
from shared_scoring.pack_summary import PackSummary

PackSchema = schema_of(Pack)


class RulePacksSchema(Schema):
    items = fields.List(
        fields.Nested(schema_of(PackSummary)),
        required=True,
        metadata={"description": "Oldest first. Few and whole: there is no paging."},
    )
