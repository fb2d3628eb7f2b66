"""For a WSGI server: `granian --interface wsgi --factory server.wsgi:application`. The one that sets up logging too."""

from flask import Flask

from server.app import create_app
from server.settings import load_settings
from server.settings.logs import configure


def application() -> Flask:
    settings = load_settings()
    configure(settings.log_level)
    return create_app(settings)
