from typing import Any

import msgspec
from flask import Response
from flask.views import MethodView

from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.body import json_value
from server.http.etag import as_json
from server.http.problems import refuse_fields
from server.http.state import database, forget, hint
from server.subjects import listing, service
from server.subjects.schemas import BoundSubjectSchema, SubjectBindingSchema, SubjectPageSchema, SubjectsQuerySchema
from shared_scoring.decode import BadRecordError, decode_record
from shared_scoring.records import Subject

blueprint = Blueprint("subjects", __name__, url_prefix="/v1/subjects", description="Shops and creators.")

_SERVER_FIELDS = ("kind", "id", "subject_id", "seen_at", "updated_at", "clear")


@blueprint.route("")
class Subjects(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.arguments(SubjectsQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, SubjectPageSchema)
    def get(self, query: listing.SubjectsQuery) -> Response:
        """List the subjects this token may see and how each stands: by id, or those that need attention first."""
        return as_json(listing.list_subjects(database().app, principal().account_id, query))


@blueprint.route("/<subject_id>")
class SubjectResource(MethodView):
    @blueprint.requires("records:write", bound=False)
    @blueprint.problem(400, 413, 415, 422)
    @blueprint.doc(requestBody={"required": True, "content": {"application/json": {"schema": SubjectBindingSchema}}})
    @blueprint.alt_response(201, schema=BoundSubjectSchema, description="Bound now", success=True)
    @blueprint.response(200, BoundSubjectSchema, description="Was bound to this account before")
    def put(self, subject_id: str) -> tuple[Any, int]:
        """Bind a subject to this account, or declare it again with what changed."""
        record = _read_record(subject_id)
        created = service.bind(database().app, subject_id, principal().actor)
        if service.declare(database().app, record):
            hint(subject_id)
        return service.read_subject(database().app, subject_id), 201 if created else 200

    @blueprint.requires("settings:write")
    @blueprint.problem(404)
    @blueprint.response(204)
    def delete(self, subject_id: str) -> None:
        """Erase a subject and all that is kept of it, at once and for good. The audit log keeps that it was done."""
        service.erase(database().app, subject_id, principal().actor)
        forget(subject_id)


def _read_record(subject_id: str) -> Subject:
    body = json_value()
    if not isinstance(body, dict):
        refuse_fields([{"path": "", "reason": "must be an object with the fields of a subject record"}])
    if mine := [name for name in _SERVER_FIELDS if name in body]:
        refuse_fields([{"path": name, "reason": "comes from the address or the server, not the body"} for name in mine])
    try:
        record = decode_record(msgspec.json.encode({**body, "kind": "subject", "id": subject_id}))
    except BadRecordError as error:
        refuse_fields([{"path": error.path, "reason": error.reason}])
    assert isinstance(record, Subject)  # noqa: S101 -- its kind was set above
    return record
