"""What one Flask app was built from, reachable while it handles a request."""

from dataclasses import dataclass

from flask import current_app

from server.db.engine import Database
from server.settings import Settings

KEY = "koubei"


@dataclass(frozen=True)
class State:
    settings: Settings
    database: Database


def state() -> State:
    found: State = current_app.extensions[KEY]
    return found


def database() -> Database:
    return state().database
