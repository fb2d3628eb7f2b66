from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.state import database
from server.overlay.schemas import OverlayQuerySchema, OverlaySchema
from server.overlay.service import read_overlay
from server.texts import Lang

blueprint = Blueprint(
    "overlay", __name__, url_prefix="/v1/subjects/<subject_id>/overlay", description="All a page needs in one call."
)


class OverlayQuery(TypedDict):
    page: str
    ids: list[str]
    lang: Lang


@blueprint.route("")
class OverlayResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422, 503)
    @blueprint.arguments(OverlayQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, OverlaySchema)
    def get(self, query: OverlayQuery, subject_id: str) -> Response:
        """Read the panel and one row for each id, in the asked order."""
        version, overlay = read_overlay(database().app, subject_id, query["page"], query["ids"], query["lang"])
        tag = etag_of(*version, query["lang"])
        return answer(tag, overlay)
