from typing import TypedDict

from flask import Response
from flask.views import MethodView

from server.compliance.schemas import Checked, CheckedSchema, ComplianceCheckSchema
from server.http.blueprint import Blueprint
from server.http.etag import as_json
from shared_scoring.compliance.check import check

blueprint = Blueprint("compliance", __name__, url_prefix="/v1/compliance-checks", description="What may be said.")


class Question(TypedDict):
    text: str
    lang: str


@blueprint.route("")
class ComplianceChecks(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(400, 415, 422)
    @blueprint.arguments(ComplianceCheckSchema)
    @blueprint.response(200, CheckedSchema)
    def post(self, question: Question) -> Response:
        """Check a text for what the platform forbids to say to a buyer; each place found names its rule."""
        findings = check(question["text"], question["lang"])
        return as_json(Checked(not findings, findings))
