import datetime as dt
from typing import Any, TypedDict

from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.etag import as_json
from server.http.state import database
from server.what_if.levers import push_levers, read_levers
from server.what_if.schemas import LeversQuerySchema, LeversSchema, PushSchema, WhatIfQuestionSchema, WhatIfSchema
from server.what_if.service import read_what_if

blueprint = Blueprint(
    "what_if",
    __name__,
    url_prefix="/v1/subjects/<subject_id>/what-if",
    description="The score as it would be if some records were otherwise.",
)


class LeversQuery(TypedDict):
    as_of: dt.date | None
    rules: str
    lang: str


class Push(TypedDict):
    as_of: dt.date | None
    rules: str
    positions: dict[str, int]


class Question(TypedDict):
    as_of: dt.date | None
    rules: str
    change: list[Any]


@blueprint.route("")
class WhatIfResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(400, 404, 410, 413, 415, 422, 503)
    @blueprint.arguments(WhatIfQuestionSchema)
    @blueprint.response(200, WhatIfSchema)
    def post(self, question: Question, subject_id: str) -> Response:
        """Compare the score of a day with what it would be, as `koubei what-if` does. Stores nothing."""
        answer = read_what_if(database().app, subject_id, question["as_of"], question["rules"], question["change"])
        return as_json(answer)


@blueprint.route("/levers")
class LeversResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422, 503)
    @blueprint.arguments(LeversQuerySchema, location="query")
    @blueprint.response(200, LeversSchema)
    def get(self, query: LeversQuery, subject_id: str) -> Response:
        """List how far each indicator can be pushed by hand, and what a step of it is."""
        answer = read_levers(database().app, subject_id, query["as_of"], query["rules"], query["lang"])
        return as_json(answer)

    @blueprint.requires("scores:read")
    @blueprint.problem(400, 404, 413, 415, 422, 503)
    @blueprint.arguments(PushSchema)
    @blueprint.response(200, WhatIfSchema)
    def post(self, push: Push, subject_id: str) -> Response:
        """Compare the score with what it would be with these indicators pushed so far. Stores nothing."""
        answer = push_levers(database().app, subject_id, push["as_of"], push["rules"], push["positions"])
        return as_json(answer)
