"""`koubei devices`: the browsers and programs that were paired, and revoking one that was lost."""

from pathlib import Path
from typing import Any

import click
import msgspec

from server.cli.client import Client
from server.cli.options import HOME, JSON, LANG, SERVER, TOKEN
from server.cli.people_table import print_rows
from server.cli.people_texts import text

_DEVICES = "/v1/devices"


@click.group
def devices() -> None:
    """Browsers and programs that were paired with the running server: list them, revoke one."""


@devices.command("list")
@click.option("--revoked", is_flag=True, help="Those that were revoked, too.")
@HOME
@SERVER
@TOKEN
@LANG
@JSON
def list_devices(
    revoked: bool, home: Path | None, server_url: str | None, token: str | None, lang: str, as_json: bool
) -> None:
    """Say of each device whose it is and when it was last here, the newest first."""
    with Client.chosen(home, server_url, token) as client:
        found = [one for one in client.items(_DEVICES) if revoked or one["revoked_at"] is None]
    if as_json:
        click.echo(msgspec.json.encode({"command": "devices list", "devices": found}))
        return
    print_rows(
        lang, ("id", "name", "member", "last_seen_at", "state"), ({**one, "state": _state(one, lang)} for one in found)
    )


@devices.command("revoke")
@click.argument("device")
@HOME
@SERVER
@TOKEN
@LANG
def revoke(device: str, home: Path | None, server_url: str | None, token: str | None, lang: str) -> None:
    """Make the token of DEVICE void, at once and for good. DEVICE is its id, or the beginning of it."""
    with Client.chosen(home, server_url, token) as client:
        fitting = [one for one in client.items(_DEVICES) if one["id"].startswith(device.lower())]
        if len(fitting) != 1:
            raise click.UsageError(
                f"{len(fitting) or 'no'} devices have an id that begins with {device!r}; see `koubei devices list`"
            )
        [one] = fitting
        client.ask("DELETE", f"{_DEVICES}/{one['id']}")
    click.echo(text(lang, "device_revoked", **{name: one[name] for name in ("member", "name", "id")}))


def _state(one: dict[str, Any], lang: str) -> str:
    if one["current"]:
        return text(lang, "this")
    return text(lang, "valid" if one["revoked_at"] is None else "revoked")
