from marshmallow import fields, validate

from server.batches.schemas import MAX_RECORDS, RECORDS_DOCUMENTED
from server.http.structs import schema_of
from server.scores.schemas import ScoreQuerySchema
from shared_scoring.what_if import WhatIf

WhatIfSchema = schema_of(WhatIf)


class WhatIfQuestionSchema(ScoreQuerySchema):
    change = fields.List(
        fields.Raw(metadata=RECORDS_DOCUMENTED),
        required=True,
        validate=validate.Length(1, MAX_RECORDS),
        metadata={"description": "The records as they would be; they win field by field whatever their times."},
    )
