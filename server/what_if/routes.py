import datetime as dt
from typing import Any, TypedDict

import msgspec
from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.state import database
from server.what_if.schemas import WhatIfQuestionSchema, WhatIfSchema
from server.what_if.service import read_what_if

blueprint = Blueprint(
    "what_if",
    __name__,
    url_prefix="/v1/subjects/<subject_id>/what-if",
    description="The score as it would be if some records were otherwise.",
)


class Question(TypedDict):
    as_of: dt.date | None
    rules: str
    change: list[Any]


@blueprint.route("")
class WhatIfResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(400, 404, 410, 413, 415, 422, 503)
    @blueprint.arguments(WhatIfQuestionSchema)
    @blueprint.response(200, WhatIfSchema)
    def post(self, question: Question, subject_id: str) -> Response:
        """Compare the score of a day with what it would be, as `koubei what-if` does. Stores nothing."""
        answer = read_what_if(database().app, subject_id, question["as_of"], question["rules"], question["change"])
        return Response(msgspec.json.encode(answer), content_type="application/json")
