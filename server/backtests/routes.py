from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.backtests.schemas import BacktestQuerySchema, StoredBacktestSchema
from server.backtests.service import read_backtest
from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.state import database

blueprint = Blueprint(
    "backtests",
    __name__,
    url_prefix="/v1/subjects/<subject_id>/backtest",
    description="Past predictions against what came.",
)


class BacktestQuery(TypedDict):
    picture: str | None


@blueprint.route("")
class BacktestResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422)
    @blueprint.arguments(BacktestQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, StoredBacktestSchema)
    def get(self, query: BacktestQuery, subject_id: str) -> Response:
        """Read how past predictions held: error by horizon beside the baselines, coverage of the bands, each answer."""
        found = read_backtest(database().app, subject_id, query["picture"])
        return answer(etag_of(*found.tag), found.backtest)
