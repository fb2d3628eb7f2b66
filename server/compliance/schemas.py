from marshmallow import Schema, fields, validate
from msgspec import Struct

from server.http.structs import schema_of
from shared_scoring.compliance.check import Finding

MOST_CHARACTERS = 20_000


class Checked(Struct, frozen=True):
    """`allowed` while nothing was found. A text is never stored."""

    allowed: bool
    findings: list[Finding]


CheckedSchema = schema_of(Checked)


class ComplianceCheckSchema(Schema):
    text = fields.String(required=True, validate=[validate.Length(max=MOST_CHARACTERS), validate.Regexp(r"^[^\x00]*$")])
    lang = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
