import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.explanations.schemas import ExplanationQuerySchema, ExplanationSchema
from server.explanations.service import read_explanation
from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
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
    @blueprint.problem(404, 410, 422, 503)
    @blueprint.arguments(ExplanationQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, ExplanationSchema)
    def get(self, query: ExplanationQuery, subject_id: str) -> Response:
        """Read the change between two days as parts that add up to it, as `koubei explain` prints it."""
        days = query["first"], query["last"]
        found, version = read_explanation(database().app, subject_id, days, query["rules"], query["lang"])
        ends = [(end.date, end.rules) for end in (found.first, found.last)]
        return answer(etag_of(version, *ends[0], *ends[1], query["lang"]), found)
