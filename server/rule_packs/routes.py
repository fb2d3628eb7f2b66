from flask import Response
from flask.views import MethodView

from server.http.blueprint import Blueprint
from server.http.etag import as_json
from server.http.problems import ProblemError
from server.rule_packs.schemas import PackSchema, RulePacksSchema
from shared_scoring.pack import known
from shared_scoring.pack_summary import summary

blueprint = Blueprint("rule_packs", __name__, url_prefix="/v1/rule-packs", description="The calendar of rule packs.")


def _cacheable(body: object) -> Response:
    """An answer that changes only when a pack is added: kept, and asked for again by its tag."""
    response = as_json(body)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    return response


@blueprint.route("")
class RulePacks(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, RulePacksSchema)
    def get(self) -> Response:
        """List the packs known here: whose score, in force from when until when, how sure their numbers are."""
        return _cacheable({"items": [summary(pack) for pack in known().values()]})


@blueprint.route("/<path:pack_id>")
class RulePack(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, PackSchema)
    def get(self, pack_id: str) -> Response:
        """Read everything one pack says."""
        pack = known().get(pack_id)
        if pack is None:
            raise ProblemError("rule-pack-unknown", f"{pack_id[:200]!r} is none of {', '.join(known())}")
        return _cacheable(pack)
