from typing import Any

from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.paging import Page, PageQuery, PageQuerySchema, after, page
from server.http.state import database, hint
from server.quarantine import service
from server.quarantine.schemas import QuarantinePageSchema, ReplayedSchema, ReplaySchema

blueprint = Blueprint(
    "quarantine", __name__, url_prefix="/v1/subjects/<subject_id>/quarantine", description="Records that failed."
)


@blueprint.route("")
class Quarantine(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.arguments(PageQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, QuarantinePageSchema)
    def get(self, query: PageQuery, subject_id: str) -> Page:
        """List what waits in quarantine, with the reason of each."""
        rows = service.list_waiting(database().app, subject_id, after=after(query), limit=query["limit"] + 1)
        return page(rows, query, lambda row: str(row["id"]))


@blueprint.route("/replays")
class Replays(MethodView):
    @blueprint.requires("records:write")
    @blueprint.problem(400, 403, 404, 413, 415)
    @blueprint.arguments(ReplaySchema)
    @blueprint.response(200, ReplayedSchema)
    def post(self, replay: dict[str, Any], subject_id: str) -> dict[str, Any]:
        """Take records in again: mended ones, or all that wait, after the server was upgraded."""
        records = replay["records"]
        mended = None if records is None else {one["id"]: one["record"] for one in records}
        replayed = service.replay(database().app, subject_id, mended)
        if replayed.news:
            hint(subject_id)
        return {"accepted": replayed.accepted, "unchanged": replayed.unchanged, "refused": replayed.refused}
