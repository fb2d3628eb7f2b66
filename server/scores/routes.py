import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.state import database
from server.scores.schemas import ComparisonQuerySchema, ComparisonSchema, ScoreSchema, WordedScoreQuerySchema
from server.scores.service import read_comparison, read_score

blueprint = Blueprint("scores", __name__, url_prefix="/v1/subjects/<subject_id>/score", description="Scores out.")


class ScoreQuery(TypedDict):
    as_of: dt.date | None
    rules: str
    lang: str | None


class ComparisonQuery(TypedDict):
    as_of: dt.date | None
    rules: list[str]


@blueprint.route("")
class ScoreResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 410, 422, 503)
    @blueprint.arguments(WordedScoreQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, ScoreSchema)
    def get(self, query: ScoreQuery, subject_id: str) -> Response:
        """Read the score of a day under a pack, as `koubei score` prints it."""
        found = read_score(database().app, subject_id, query["as_of"], query["rules"], query["lang"])
        tag = etag_of(found.input_version, found.as_of.isoformat(), found.rules, query["lang"] or "codes")
        return answer(tag, found.body)


@blueprint.route("/comparison")
class ScoreComparison(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 410, 422, 503)
    @blueprint.arguments(ComparisonQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, ComparisonSchema)
    def get(self, query: ComparisonQuery, subject_id: str) -> Response:
        """Compare a day under two packs: what a change of the rules does to this subject."""
        found = read_comparison(database().app, subject_id, query["as_of"], query["rules"])
        tag = etag_of(found.input_version, found.comparison.as_of, *found.comparison.rules)
        return answer(tag, found.comparison)
