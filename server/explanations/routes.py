import datetime as dt
from typing import TypedDict

import msgspec
from flask import Response
from flask.views import MethodView

from server.explanations.schemas import ExplanationQuerySchema, ExplanationSchema
from server.explanations.service import read_explanation
from server.http.blueprint import Blueprint
from server.http.state import database

blueprint = Blueprint(
    "explanations",
    __name__,
    url_prefix="/v1/subjects/<subject_id>/explanation",
    description="Why the score moved between two days.",
)


class ExplanationQuery(TypedDict):
    first: dt.date
    last: dt.date
    rules: str
    lang: str


@blueprint.route("")
class ExplanationResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422, 503)
    @blueprint.arguments(ExplanationQuerySchema, location="query")
    @blueprint.response(200, ExplanationSchema)
    def get(self, query: ExplanationQuery, subject_id: str) -> Response:
        """Read the change between two days as parts that add up to it, as `koubei explain` prints it."""
        days = query["first"], query["last"]
        answer = read_explanation(database().app, subject_id, days, query["rules"], query["lang"])
        return Response(msgspec.json.encode(answer), content_type="application/json")
