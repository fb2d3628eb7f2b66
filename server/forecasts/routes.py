from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.forecasts.schemas import ForecastQuerySchema, StoredForecastSchema
from server.forecasts.service import read_forecast
from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.state import database

blueprint = Blueprint(
    "forecasts", __name__, url_prefix="/v1/subjects/<subject_id>/forecast", description="The score of the coming days."
)


class ForecastQuery(TypedDict):
    days: int


@blueprint.route("")
class ForecastResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422)
    @blueprint.arguments(ForecastQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, StoredForecastSchema)
    def get(self, query: ForecastQuery, subject_id: str) -> Response:
        """Read total and dimensions of the coming days, each with its 80 % band, as `koubei forecast` prints them."""
        found = read_forecast(database().app, subject_id, query["days"])
        return answer(etag_of(*found.tag), found.forecast)
