"""The capture specs that browsers may use instead of their bundled ones."""

import structlog
from flask import Response
from flask.views import MethodView

from server.capture_specs.folder import SpecFolder
from server.capture_specs.schemas import CaptureSpecsSchema
from server.http.blueprint import Blueprint
from server.http.etag import as_json
from server.http.state import state

log = structlog.get_logger()
blueprint = Blueprint(
    "capture_specs", __name__, url_prefix="/v1/capture-specs", description="How pages become records, as data."
)


@blueprint.route("")
class CaptureSpecs(MethodView):
    @blueprint.requires("records:write")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, CaptureSpecsSchema)
    def get(self) -> Response:
        """List the newest spec of each page, and the ids that are switched off."""
        offer = SpecFolder(state().settings.home).read()
        for one in offer.unusable:
            log.warning("capture_spec_unusable", file=one.path.name, fault=one.faults[0])
        return as_json({"items": list(offer.specs.values()), "disabled": offer.disabled})
