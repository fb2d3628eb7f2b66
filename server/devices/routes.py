from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy import RowMapping

from server.devices import service
from server.devices.codes import LIFETIME, TRIES, Refusal, redeem
from server.devices.schemas import (
    DeviceNameSchema,
    DeviceSchema,
    DevicesSchema,
    PairedDeviceSchema,
    PairingSchema,
    TokenSchema,
)
from server.http.auth import principal, require_scope
from server.http.blueprint import Blueprint
from server.http.etag import IF_MATCH, answer, require_match
from server.http.problems import ProblemError
from server.http.state import database, state

blueprint = Blueprint("devices", __name__, url_prefix="/v1/devices", description="Who may call this server.")


@blueprint.route("")
class Devices(MethodView):
    @blueprint.requires("devices:write")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, DevicesSchema)
    def get(self) -> dict[str, Any]:
        """List the devices of this account, newest first."""
        return {"items": service.list_devices(database().gate, principal().actor)}

    @blueprint.problem(403, 410, 429)
    @blueprint.arguments(PairingSchema)
    @blueprint.response(201, PairedDeviceSchema)
    def post(self, pairing: dict[str, str]) -> dict[str, Any]:
        """Pair a device: a code of `koubei pair` or of an owner becomes a token."""
        state().limits.may_pair()
        answer = redeem(database().gate, pairing["code"], pairing["name"])
        if isinstance(answer, Refusal):
            state().limits.count_wrong_code()
            raise _problem(answer)
        return {
            "device_id": answer.device_id,
            "token": answer.token,
            "scopes": answer.scopes,
            "account": {"id": answer.account_id, "name": answer.account_name},
            "member": answer.member,
            "role": answer.role,
        }


@blueprint.route("/<uuid:device_id>")
class DeviceResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, DeviceSchema)
    def get(self, device_id: UUID) -> Response:
        """Read a device: any token its own, an owner's every one. Its ETag is what a new name wants as If-Match."""
        _own_or_owner(device_id)
        return _answer(service.read_device(database().gate, principal().actor, device_id))

    @blueprint.requires("devices:write")
    @blueprint.problem(404, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(DeviceNameSchema)
    @blueprint.response(200, DeviceSchema)
    def patch(self, change: dict[str, str], device_id: UUID) -> Response:
        """Give a device another name."""
        device = service.read_device(database().gate, principal().actor, device_id)
        require_match(service.tag_of(device))
        return _answer(service.rename(database().gate, principal().actor, device, change["name"]))

    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.response(204)
    def delete(self, device_id: UUID) -> None:
        """Revoke a device's token, at once and for good: any token its own, an owner's every one."""
        _own_or_owner(device_id)
        service.revoke(database().gate, principal().actor, device_id)


@blueprint.route("/<uuid:device_id>/token")
class TokenResource(MethodView):
    @blueprint.requires("scores:read")
    @blueprint.problem(404)
    @blueprint.response(201, TokenSchema)
    def post(self, device_id: UUID) -> dict[str, str]:
        """Exchange this device's token. The old one holds until the new one is first used."""
        return {"token": service.exchange(database().gate, principal().actor, device_id)}


def _own_or_owner(device_id: UUID) -> None:
    if device_id != principal().device_id:
        require_scope("devices:write")


def _answer(device: RowMapping) -> Response:
    return answer(service.tag_of(device), DeviceSchema().dump(device))


def _problem(refusal: Refusal) -> ProblemError:
    minutes = int(LIFETIME.total_seconds()) // 60
    match refusal.reason:
        case "used":
            return ProblemError("pairing-code-used", "The code has already paired a device; each pairs one")
        case "expired":
            return ProblemError("pairing-code-expired", f"The code is older than {minutes} minutes")
        case "withdrawn":
            return ProblemError("pairing-code-expired", f"The code was withdrawn after {TRIES} wrong tries")
        case "wrong":
            left = f"{refusal.tries_left} tries are left" if refusal.tries_left else "No code is open now"
            return ProblemError("pairing-code-wrong", f"No such code was given out. {left}")
