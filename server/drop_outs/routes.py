import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.drop_outs.schemas import DropOutsQuerySchema, DropOutsSchema, Events, EventsQuerySchema, EventsSchema
from server.drop_outs.service import Question, read_drop_outs, read_events
from server.http.blueprint import Blueprint
from server.http.etag import answer, as_json, etag_of
from server.http.paging import after, page
from server.http.state import database

blueprint = Blueprint(
    "drop_outs", __name__, url_prefix="/v1/subjects/<subject_id>/drop-outs", description="What leaves the window, when."
)


class DropOutsQuery(TypedDict):
    as_of: dt.date | None
    rules: str
    days: int


class EventsQuery(DropOutsQuery):
    limit: int
    cursor: str | None
    which: str


@blueprint.route("")
class DropOutsResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 410, 422, 503)
    @blueprint.arguments(DropOutsQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, DropOutsSchema)
    def get(self, query: DropOutsQuery, subject_id: str) -> Response:
        """Read each indicator of the coming days as it will be if nothing else happens."""
        asked = Question(query["as_of"], query["rules"], query["days"])
        found, version = read_drop_outs(database().app, subject_id, asked)
        tag = etag_of(version, found.as_of, found.rules, query["days"])
        return answer(tag, found)


@blueprint.route("/events")
class DropOutEvents(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 410, 422, 503)
    @blueprint.arguments(EventsQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, EventsSchema)
    def get(self, query: EventsQuery, subject_id: str) -> Response:
        """List the cases of which something leaves, by the first day without it; those that hurt, unless all."""
        asked = Question(query["as_of"], query["rules"], query["days"])
        start, only_bad = after({"limit": query["limit"], "cursor": query["cursor"]}), query["which"] == "bad"
        found = read_events(database().app, subject_id, asked, start, query["limit"] + 1, only_bad=only_bad)
        shown = page(found.rows, {"limit": query["limit"], "cursor": query["cursor"]}, lambda one: one.key)
        events = Events(found.rules, found.as_of, list(found.rows[: query["limit"]]), shown["next_cursor"])
        return as_json(events)
