import hashlib
from typing import TypedDict

import msgspec
from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.etag import answer, etag_of
from server.http.snapshot import snapshot
from server.http.state import database
from server.product_checks.schemas import ProductCheckQuerySchema, ProductCheckSchema
from shared_scoring.actions.product_check import check_product
from shared_scoring.actions.scene import scene_of

blueprint = Blueprint(
    "product_checks",
    __name__,
    url_prefix="/v1/subjects/<subject_id>/product-check",
    description="A product before it is taken on.",
)


class Query(TypedDict):
    product_id: str | None
    merchant_id: str | None
    orders: int
    lang: str


@blueprint.route("")
class ProductCheckResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404, 422, 503)
    @blueprint.arguments(ProductCheckQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, ProductCheckSchema)
    def get(self, query: Query, subject_id: str) -> Response:
        """Say what further orders of a product would do to the score, and what is known of it and its shop."""
        with snapshot(database().app, subject_id) as seen:
            day = seen.day(None)
            pack = seen.pack("auto", day)
            scene = scene_of(seen.folder.history(), pack, day.toordinal(), subject_id=subject_id)
            found = check_product(scene, query["product_id"], query["merchant_id"], query["orders"], query["lang"])
            question = hashlib.sha256(msgspec.json.encode(query)).hexdigest()[:16]
            return answer(etag_of(seen.input_version, day.isoformat(), question), found)
