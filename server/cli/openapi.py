"""`koubei openapi`: the API document, without a server. `docs/openapi.json` is its output."""

import json
import logging
import tempfile
from pathlib import Path

import click
import structlog

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
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # no line but the document
    click.echo(document(), nl=False)
