from typing import Any

from flask.views import MethodView

from server.db.jobs import TASKS
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.state import database, hint
from server.jobs import service
from server.jobs.schemas import JobListSchema, JobSchema

blueprint = Blueprint(
    "jobs", __name__, url_prefix="/v1/subjects/<subject_id>/jobs", description="What the worker could not do."
)


@blueprint.route("")
class Jobs(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, JobListSchema)
    def get(self, subject_id: str) -> dict[str, Any]:
        """List the tasks whose last attempt failed; an empty list where all is well."""
        return {"items": service.list_jobs(database().app, subject_id)}


@blueprint.route("/<task>/retries")
class Retries(MethodView):
    @blueprint.requires("records:write")
    @blueprint.problem(404)
    @blueprint.response(202, JobSchema)
    def post(self, subject_id: str, task: str) -> dict[str, Any]:
        """Try a task that failed again, now; what it has waited and counted before is forgotten."""
        job = service.retry(database().app, subject_id, task, principal().actor)
        hint(subject_id, TASKS[task])
        return dict(job)
