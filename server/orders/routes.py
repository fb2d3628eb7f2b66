import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.state import database
from server.orders.schemas import OrderCaseSchema
from server.orders.service import read_order
from server.scores.schemas import WordedScoreQuerySchema

blueprint = Blueprint(
    "orders", __name__, url_prefix="/v1/subjects/<subject_id>/orders", description="One order and what hangs on it."
)


class OrderQuery(TypedDict):
    as_of: dt.date | None
    rules: str
    lang: str | None


@blueprint.route("/<order_id>")
class OrderResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422, 503)
    @blueprint.arguments(WordedScoreQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, OrderCaseSchema)
    def get(self, query: OrderQuery, subject_id: str, order_id: str) -> Response:
        """Say of the order and each record that hangs on it whether it counts, where, why not, and until when."""
        case, version = read_order(database().app, subject_id, order_id, query["as_of"], query["rules"], query["lang"])
        tag = etag_of(version, case.as_of, case.rules, query["lang"] or "codes")
        return answer(tag, case)
