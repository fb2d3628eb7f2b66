import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView
from msgspec import structs

from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.paging import PageQuery, page
from server.http.state import database
from server.orders.at_risk import AtRiskPageSchema, AtRiskQuerySchema, place_after, read_at_risk
from server.orders.schemas import OrderCaseSchema
from server.orders.service import read_order
from server.scores.schemas import WordedScoreQuerySchema

blueprint = Blueprint(
    "orders", __name__, url_prefix="/v1/subjects/<subject_id>/orders", description="One order and what hangs on it."
)


class AtRiskQuery(TypedDict):
    limit: int
    cursor: str | None
    lang: str


class OrderQuery(TypedDict):
    as_of: dt.date | None
    rules: str
    lang: str | None


@blueprint.route("/at-risk")
class AtRiskResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422)
    @blueprint.arguments(AtRiskQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, AtRiskPageSchema)
    def get(self, query: AtRiskQuery, subject_id: str) -> Response:
        """List the open orders with what may become of them, the largest expected loss first."""
        asked: PageQuery = {"limit": query["limit"], "cursor": query["cursor"]}
        start = place_after(asked)
        found = read_at_risk(database().app, subject_id, start, query["limit"], query["lang"])
        places = range(start, start + len(found.page.orders))
        cursor = page(list(places), asked, str)["next_cursor"]
        shown = structs.replace(found.page, orders=found.page.orders[: query["limit"]], next_cursor=cursor)
        return answer(etag_of(*found.tag, start, query["limit"]), shown)


@blueprint.route("/<order_id>")
class OrderResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 410, 422, 503)
    @blueprint.arguments(WordedScoreQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, OrderCaseSchema)
    def get(self, query: OrderQuery, subject_id: str, order_id: str) -> Response:
        """Say of the order and each record that hangs on it whether it counts, where, why not, and until when."""
        case, version = read_order(database().app, subject_id, order_id, query["as_of"], query["rules"], query["lang"])
        tag = etag_of(version, case.as_of, case.rules, query["lang"] or "codes")
        return answer(tag, case)
