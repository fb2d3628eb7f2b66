from typing import Any

from flask import request
from flask.views import MethodView

from server.batches import service
from server.batches.schemas import BatchSchema, ReceiptSchema
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.body import json_bytes
from server.http.problems import ProblemError
from server.http.state import database, hint
from server.metrics.meters import meters

blueprint = Blueprint("batches", __name__, url_prefix="/v1/subjects/<subject_id>/batches", description="Records in.")

_MAX_KEY = 200
_KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "The same key sent again returns the same answer and changes nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": _MAX_KEY, "pattern": "^[!-~]+$"},
}


@blueprint.route("")
class Batches(MethodView):
    @blueprint.requires("records:write")
    @blueprint.problem(400, 404, 409, 413, 415, 422)
    @blueprint.doc(
        parameters=[_KEY_PARAMETER],
        requestBody={"required": True, "content": {"application/json": {"schema": BatchSchema}}},
    )
    @blueprint.response(200, ReceiptSchema)
    def post(self, subject_id: str) -> dict[str, Any]:
        """Store records. Bad ones go to quarantine, the rest is used; the answer accounts for each."""
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise ProblemError("idempotency-key-missing", f"{request.method} {request.path} has no usable one")
        outcome = service.ingest(database().app, subject_id, principal().device_id, key, json_bytes())
        if outcome.news:
            hint(subject_id)
        meters().ingested(outcome.receipt, outcome.adapter)
        return outcome.receipt
