from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import func, select, update

from server.db.models import Device
from server.devices.codes import LIFETIME, TRIES, Refusal, redeem
from server.devices.schemas import DevicesSchema, PairedDeviceSchema, PairingSchema
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.problems import ProblemError
from server.http.state import database

blueprint = Blueprint("devices", __name__, url_prefix="/v1/devices", description="Who may call this server.")


@blueprint.route("")
class Devices(MethodView):
    @blueprint.requires("devices:write")
    @blueprint.response(200, DevicesSchema)
    def get(self) -> dict[str, Any]:
        """List the devices of this account, newest first."""
        me = principal()
        query = (
            select(Device.__table__, (Device.id == me.device_id).label("current"))
            .where(Device.account_id == me.account_id)
            .order_by(Device.created_at.desc(), Device.id)
        )
        with database().gate.begin() as gate:
            return {"items": gate.execute(query).mappings().all()}

    @blueprint.problem(403, 410)
    @blueprint.arguments(PairingSchema)
    @blueprint.response(201, PairedDeviceSchema)
    def post(self, pairing: dict[str, str]) -> dict[str, Any]:
        """Pair a device: a code of `koubei pair` becomes a token."""
        answer = redeem(database().gate, pairing["code"], pairing["name"])
        if isinstance(answer, Refusal):
            raise _problem(answer)
        return {
            "device_id": answer.device_id,
            "token": answer.token,
            "scopes": answer.scopes,
            "account": {"id": answer.account_id, "name": answer.account_name},
        }


@blueprint.route("/<uuid:device_id>")
class DeviceResource(MethodView):
    @blueprint.requires("devices:write")
    @blueprint.problem(404)
    @blueprint.response(204)
    def delete(self, device_id: UUID) -> None:
        """Revoke a device's token, at once and for good."""
        mine = (Device.id == device_id) & (Device.account_id == principal().account_id)
        revoke = update(Device).where(mine).values(revoked_at=func.coalesce(Device.revoked_at, func.now()))
        with database().gate.begin() as gate:
            found = gate.execute(revoke.returning(Device.id)).one_or_none()
        if found is None:
            raise ProblemError("not-found", f"This account has no device {device_id}")


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
