"""`/metrics`. On this computer everybody may read it; from elsewhere a token of an owner is needed."""

from flask import Blueprint, Response, request
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from server.http.auth import authenticate
from server.http.limits import is_loopback
from server.metrics.meters import meters

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    if not is_loopback(request.remote_addr or ""):
        authenticate("audit:read", None)
    return Response(generate_latest(meters().registry), content_type=CONTENT_TYPE_LATEST)
