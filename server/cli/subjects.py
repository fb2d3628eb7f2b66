"""`koubei subjects`: every shop and creator of the server, and how each stands."""

from pathlib import Path
from typing import Any

import click
import msgspec

from server.cli.client import Client
from server.cli.options import HOME, JSON, LANG, SERVER, TOKEN
from server.cli.people_table import print_rows
from server.cli.people_texts import text
from server.subjects.sorts import SORTS

_A_PAGE = 200


@click.group
def subjects() -> None:
    """Shops and creators of the running server."""


@subjects.command("list")
@click.option("--sort", type=click.Choice(SORTS), default="change", show_default=True, help="Worst first; or id, name.")
@click.option("--search", default=None, help="Only those whose id or name holds this.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="No more than so many.")
@HOME
@SERVER
@TOKEN
@LANG
@JSON
def list_subjects(
    sort: str,
    search: str | None,
    limit: int,
    home: Path | None,
    server_url: str | None,
    token: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Say of each shop and creator its score, how it moved and what is at risk: those that need attention first."""
    asked = {"sort": sort} | ({} if search is None else {"q": search})
    found: list[dict[str, Any]] = []
    more: str | None = ""
    with Client.chosen(home, server_url, token) as client:
        while more is not None and len(found) < limit:
            query = asked | {"limit": str(min(_A_PAGE, limit - len(found)))} | ({"cursor": more} if more else {})
            page = client.ask("GET", "/v1/subjects", params=query)
            found += page["items"]
            more = page["next_cursor"]
    if as_json:
        click.echo(msgspec.json.encode({"command": "subjects list", "subjects": found, "more": more is not None}))
        return
    print_rows(lang, ("name", "id", "total", "change", "at_risk", "expected_loss", "as_of"), map(_row, found))
    if more is not None:
        click.echo(text(lang, "more"), err=True)


def _row(one: dict[str, Any]) -> dict[str, object]:
    overview = one["overview"] or {}
    shown, risk = overview.get("shown") or {}, overview.get("risk") or {}
    return {
        "name": one["name"],
        "id": one["id"],
        "total": shown.get("total", overview.get("total")),
        "change": shown.get("change"),
        "at_risk": risk.get("at_risk"),
        "expected_loss": risk.get("expected_loss"),
        "as_of": shown.get("date", overview.get("as_of")),
    }
