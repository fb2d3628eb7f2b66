import datetime as dt
from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.actions.schemas import (
    ActionListSchema,
    ActionPatchSchema,
    ActionsQuerySchema,
    LangQuerySchema,
    ListedSchema,
)
from server.actions.service import ActionsQuery, change_action, read_action, read_actions
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.etag import IF_MATCH_IF_ANY, as_json
from server.http.state import database

blueprint = Blueprint(
    "actions", __name__, url_prefix="/v1/subjects/<subject_id>/actions", description="What to do first."
)


class LangQuery(TypedDict):
    lang: str


class Patch(TypedDict):
    state: str
    snoozed_until: dt.datetime | None


@blueprint.route("")
class ActionsResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422, 503)
    @blueprint.arguments(ActionsQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, ActionListSchema)
    def get(self, query: ActionsQuery, subject_id: str) -> Response:
        """List what is worth doing, most gained for its effort first; with a target, the cheapest plan to it."""
        return as_json(read_actions(database().app, subject_id, query))


@blueprint.route("/<action_id>")
class ActionResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422)
    @blueprint.arguments(LangQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, ListedSchema)
    def get(self, query: LangQuery, subject_id: str, action_id: str) -> Response:
        """Read an action. Its `etag`, which is in lists too, is what a change may carry as If-Match."""
        return as_json(read_action(database().app, subject_id, action_id, query["lang"]))

    @blueprint.requires("actions:write")
    @blueprint.problem(400, 404, 412, 415, 422)
    @blueprint.doc(parameters=[IF_MATCH_IF_ANY])
    @blueprint.arguments(ActionPatchSchema)
    @blueprint.response(200, ListedSchema)
    def patch(self, change: Patch, subject_id: str, action_id: str) -> Response:
        """Say that an action was done, is put off, or is not wanted. Undone with the state open.

        With If-Match (the action's `etag`) only if nobody changed it meanwhile; without, the last word stands.
        """
        listed = change_action(
            database().app, subject_id, action_id, change["state"], change["snoozed_until"], principal().actor, "zh"
        )
        return as_json(listed)
