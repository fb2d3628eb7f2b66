"""`koubei members`: the people of the account; one more is let in by `koubei pair --name … --role …`."""

from pathlib import Path
from typing import Any

import click
import msgspec

from server.cli.client import Client
from server.cli.options import HOME, JSON, LANG, SERVER, TOKEN
from server.cli.people_table import print_rows
from server.cli.people_texts import role_text, text
from server.members.roles import ROLES

_MEMBERS = "/v1/members"


@click.group
def members() -> None:
    """People of the running server: list them, give one another role, end a membership."""


@members.command("list")
@HOME
@SERVER
@TOKEN
@LANG
@JSON
def list_members(home: Path | None, server_url: str | None, token: str | None, lang: str, as_json: bool) -> None:
    """Say of each person the role, how many devices may call, and when one of them last did."""
    with Client.chosen(home, server_url, token) as client:
        found = client.items(_MEMBERS)
    if as_json:
        click.echo(msgspec.json.encode({"command": "members list", "members": found}))
        return
    rows = ({**one, "role": role_text(lang, one["role"])} for one in found)
    print_rows(lang, ("name", "role", "devices", "last_seen_at"), rows)


@members.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@HOME
@SERVER
@TOKEN
@LANG
def change_role(name: str, role: str, home: Path | None, server_url: str | None, token: str | None, lang: str) -> None:
    """Give the member NAME another ROLE, at once on every device."""
    with Client.chosen(home, server_url, token) as client:
        path = f"{_MEMBERS}/{_named(client, name)['id']}"
        client.ask("PATCH", path, json={"role": role}, headers={"If-Match": client.tag(path)})
    click.echo(text(lang, "role_changed", name=name, role=role_text(lang, role)))


@members.command("remove")
@click.argument("name")
@HOME
@SERVER
@TOKEN
@LANG
def remove(name: str, home: Path | None, server_url: str | None, token: str | None, lang: str) -> None:
    """End the membership of NAME: the tokens of all their devices are void at once."""
    with Client.chosen(home, server_url, token) as client:
        one = _named(client, name)
        client.ask("DELETE", f"{_MEMBERS}/{one['id']}")
    click.echo(text(lang, "removed", name=name, devices=one["devices"]))


def _named(client: Client, name: str) -> dict[str, Any]:
    found = client.items(_MEMBERS)
    for one in found:
        if one["name"] == name:
            return one
    raise click.UsageError(f"there is no member {name!r}; one of {', '.join(one['name'] for one in found)}")
