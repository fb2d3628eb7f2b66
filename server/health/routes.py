from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.db.broker import why_away
from server.db.migrate import head
from server.http.blueprint import Blueprint
from server.http.problems import FieldError, ProblemError
from server.http.state import database, state
from shared_scoring.records import FORMAT

blueprint = Blueprint("health", __name__, url_prefix="/health", description="For supervisors and the extension.")


class LiveSchema(Schema):
    status = fields.Constant("ok", required=True)


class ReadySchema(LiveSchema):
    formats = fields.List(fields.String(), required=True, metadata={"description": "Record formats accepted here."})


@blueprint.route("/live")
@blueprint.response(200, LiveSchema)
def live() -> dict[str, Any]:
    """Answer while the process answers at all."""
    return {}


@blueprint.route("/ready")
@blueprint.problem(503)
@blueprint.response(200, ReadySchema)
def ready() -> dict[str, Any]:
    """Answer once the database is reachable and migrated and the broker is reachable."""
    errors = [*_database(), *_broker()]
    if errors:
        detail = "; ".join(f"{error['path']} {error['reason']}" for error in errors)
        raise ProblemError("not-ready", detail, errors=errors, headers={"Retry-After": "2"})
    return {"formats": [FORMAT]}


def _database() -> list[FieldError]:
    try:
        with database().gate.begin() as gate:
            found = gate.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except DBAPIError as error:
        return [{"path": "database", "reason": f"cannot be read: {str(error.orig).strip()}"}]
    if found != head():
        return [{"path": "database", "reason": f"has schema {found}, and this koubei needs {head()}"}]
    return []


def _broker() -> list[FieldError]:
    url = state().settings.broker_url
    if url is None:
        return [{"path": "broker", "reason": "is not set; start with `koubei up`, or set KOUBEI_BROKER_URL"}]
    reason = why_away(url)
    return [] if reason is None else [{"path": "broker", "reason": f"does not answer: {reason}"}]
