import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.history.schemas import History, HistoryDay, HistoryQuerySchema, HistorySchema
from server.history.service import read_history
from server.http.blueprint import Blueprint
from server.http.etag import as_json
from server.http.paging import PageQuery, after, page
from server.http.problems import refuse_fields
from server.http.state import database

blueprint = Blueprint(
    "history", __name__, url_prefix="/v1/subjects/<subject_id>/history", description="The days gone by."
)


class HistoryQuery(TypedDict):
    first: dt.date | None
    last: dt.date | None
    limit: int
    cursor: str | None


@blueprint.route("")
class HistoryResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422)
    @blueprint.arguments(HistoryQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, HistorySchema)
    def get(self, query: HistoryQuery, subject_id: str) -> Response:
        """List the official figures of each day beside what was said of it here, oldest first."""
        paging: PageQuery = {"limit": query["limit"], "cursor": query["cursor"]}
        start = after(paging)
        if start and not _is_day(start):
            refuse_fields([{"path": "cursor", "reason": "is not a next_cursor of this list; start without one"}])
        rows = read_history(database().app, subject_id, query["first"], query["last"], start, query["limit"] + 1)
        cursor = page(rows, paging, _date)["next_cursor"]
        return as_json(History(list(rows[: query["limit"]]), cursor))


def _date(one: HistoryDay) -> str:
    return one.date


def _is_day(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False
