"""The koubei that runs on this computer, and a token for the command line to call it with."""

from pathlib import Path

import click
import msgspec

from server.members.roles import FIRST_OWNER, Role
from server.runtime.address import Address, running
from server.runtime.home import Home
from server.settings import SettingsError, load_settings

DEVICE_NAME = "koubei command line"


class _Saved(msgspec.Struct):
    token: str


def local_address(home: Path | None) -> Address:
    """Where it runs. Raises click.ClickException where none does."""
    try:
        root = load_settings(home).home
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    address = running(Home.at(root))
    if address is None:
        raise click.ClickException(f"no koubei runs in {root}; start it with `koubei up`, or name another with --home")
    return address


def token_file(address: Address) -> Path:
    return Path(address.home) / "command-line.json"


def saved_token(address: Address) -> str | None:
    try:
        return msgspec.json.decode(token_file(address).read_bytes(), type=_Saved).token
    except (OSError, msgspec.DecodeError):
        return None


def save_token(address: Address, token: str) -> None:
    file = token_file(address)
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(_Saved(token)))


def pairing_code(address: Address, member: str = FIRST_OWNER, role: Role = "owner") -> str:
    """A code made directly in the database: whoever may read `server.json` owns this koubei. Raises MemberError."""
    # A third of a second of SQLAlchemy, which whoever has a token need not wait for.
    from server.db.engine import gate_engine  # noqa: PLC0415
    from server.devices.codes import create_code  # noqa: PLC0415

    gate = gate_engine(address.database_url, pool_size=1)
    try:
        return create_code(gate, member=member, role=role)
    finally:
        gate.dispose()
