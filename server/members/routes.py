import datetime as dt
from typing import Any, TypedDict
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy import RowMapping

from server.devices.codes import LIFETIME, MemberError, create_code
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.etag import IF_MATCH, answer, etag_of, require_match
from server.http.problems import ProblemError
from server.http.state import database
from server.members import service
from server.members.roles import Role
from server.members.schemas import InvitationSchema, InvitedSchema, MemberListSchema, MemberSchema, RoleSchema

blueprint = Blueprint("members", __name__, url_prefix="/v1/members", description="The people of an account.")


class Invitation(TypedDict):
    name: str
    role: Role


@blueprint.route("")
class Members(MethodView):
    @blueprint.requires("devices:write")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, MemberListSchema)
    def get(self) -> dict[str, Any]:
        """List the members of this account."""
        return {"items": service.list_members(database().gate, principal().account_id)}


@blueprint.route("/invitations")
class Invitations(MethodView):
    @blueprint.requires("devices:write")
    @blueprint.problem(409)
    @blueprint.arguments(InvitationSchema)
    @blueprint.response(201, InvitedSchema)
    def post(self, invitation: Invitation) -> dict[str, Any]:
        """Invite a person, or a member's next device: a pairing code for a few minutes."""
        expires_at = dt.datetime.now(dt.UTC) + LIFETIME
        try:
            code = create_code(
                database().gate, member=invitation["name"], role=invitation["role"], by=principal().actor
            )
        except MemberError as error:
            raise ProblemError("member-has-role", str(error)) from error
        return {**invitation, "code": code, "expires_at": expires_at}


@blueprint.route("/<uuid:member_id>")
class MemberResource(MethodView):
    @blueprint.requires("devices:write")
    @blueprint.problem(404)
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, MemberSchema)
    def get(self, member_id: UUID) -> Response:
        """Read a member; its ETag is what a change of role wants as If-Match."""
        return _answer(service.read_member(database().gate, principal().account_id, member_id))

    @blueprint.requires("devices:write")
    @blueprint.problem(404, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(RoleSchema)
    @blueprint.response(200, MemberSchema)
    def patch(self, change: dict[str, Role], member_id: UUID) -> Response:
        """Give a member another role. The tokens of their devices change with it, at once."""
        member = service.read_member(database().gate, principal().account_id, member_id)
        require_match(_tag(member))
        return _answer(service.change_role(database().gate, principal().actor, member, change["role"]))

    @blueprint.requires("devices:write")
    @blueprint.problem(404, 409)
    @blueprint.response(204)
    def delete(self, member_id: UUID) -> None:
        """End a membership; all tokens of that member are void at once."""
        service.remove_member(database().gate, principal().actor, member_id)


def _tag(member: RowMapping) -> str:
    return etag_of(member["role"], member["devices"])


def _answer(member: RowMapping) -> Response:
    return answer(_tag(member), MemberSchema().dump(member))
