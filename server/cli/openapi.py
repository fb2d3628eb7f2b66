"""`koubei openapi`: the API document, without a server. `docs/openapi.json` is its output."""

import json
import tempfile
from pathlib import Path

import click

from server.app import create_app
from server.settings import Settings


def document() -> str:
    """The document as text with sorted keys, the same on every machine."""
    # The address is never called: describing the API asks nothing of a database.
    app = create_app(Settings(home=Path(tempfile.gettempdir()), database_url="postgresql:///koubei"))
    answer = app.test_client().get("/openapi.json")
    return json.dumps(answer.json, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@click.command
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(document(), nl=False)
