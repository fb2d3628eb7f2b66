from flask import Response, request
from flask.views import MethodView
from werkzeug.wsgi import wrap_file

from server.exports import service
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.state import database

blueprint = Blueprint(
    "exports", __name__, url_prefix="/v1/subjects/<subject_id>/exports", description="Records out, all of them."
)

_NDJSON = "application/x-ndjson"


@blueprint.route("")
class Exports(MethodView):
    @blueprint.requires("settings:write")
    @blueprint.problem(404)
    @blueprint.response(
        200,
        {"type": "string", "description": "NDJSON of koubei.records/1, one stored copy a line; import it anywhere."},
        content_type=_NDJSON,
    )
    def post(self, subject_id: str) -> Response:
        """Export every stored copy of every record. Imported again, they give the same score."""
        made = service.export(database().app, subject_id, principal().actor)
        response = Response(wrap_file(request.environ, made.file), content_type=_NDJSON, direct_passthrough=True)
        response.content_length = made.size
        return response
