import msgspec
from flask import Response
from flask.views import MethodView

from server.db import audit as log
from server.db.preferences import read_preferences, write_preferences
from server.db.tenancy import tenant
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.body import json_value
from server.http.etag import IF_MATCH, answer, etag_of, require_match
from server.http.problems import ProblemError, refuse_fields
from server.http.state import database
from server.subject_settings.schemas import PreferencesSchema, SubjectSettings, SubjectSettingsSchema
from shared_scoring.preferences import Preferences

blueprint = Blueprint(
    "subject_settings",
    __name__,
    url_prefix="/v1/subjects/<subject_id>/settings",
    description="What a merchant decides.",
)


@blueprint.route("")
class SubjectSettingsResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, SubjectSettingsSchema)
    def get(self, subject_id: str) -> Response:
        """Read the settings the worker and the overlay keep to."""
        with database().app.connect() as connection, tenant(connection, subject_id):
            stored = read_preferences(connection)
        return answer(etag_of("settings", stored.version), SubjectSettings(stored.version, stored.preferences))

    @blueprint.requires("settings:write")
    @blueprint.problem(400, 404, 412, 413, 415, 422, 428)
    @blueprint.doc(
        requestBody={"required": True, "content": {"application/json": {"schema": PreferencesSchema}}},
        parameters=[IF_MATCH],
    )
    @blueprint.response(200, SubjectSettingsSchema)
    def put(self, subject_id: str) -> Response:
        """Set all of them at once; what is left out gets its default. Wants the ETag that was read as If-Match."""
        given, by = _read(), principal().actor
        with database().app.connect() as connection, tenant(connection, subject_id, account_id=by.account_id):
            stored = read_preferences(connection)
            require_match(etag_of("settings", stored.version))
            version = write_preferences(connection, subject_id, given, stored.version)
            if version is not None:
                before, after = msgspec.to_builtins(stored.preferences), msgspec.to_builtins(given)
                changed = [name for name in after if after[name] != before[name]]
                log.write(connection, by, "settings.changed", subject_id=subject_id, changed=changed)
        if version is None:
            raise ProblemError("changed-meanwhile", f"the settings of {subject_id!r} were changed at the same time")
        return answer(etag_of("settings", version), SubjectSettings(version, given))


def _read() -> Preferences:
    try:
        given = msgspec.convert(json_value(), Preferences)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        refuse_fields([{"path": place.strip("`.") if place else "", "reason": reason}])
    if faults := given.faults():
        refuse_fields([{"path": field, "reason": reason} for field, reason in faults])
    return given
