"""A shop and a creator, scored and looked ahead by the worker, and a browser that is bound to both."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.demo.host import DemoHost
from tests.browser.api import Api
from tests.browser.browser import Browser
from tests.browser.selling import CREATOR, SHOP, code_of, sell
from tests.emptying import empty

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from server.db.engine import Database


@pytest.fixture(scope="module")
def _sold(_app: "Flask", _database: "Database", admin: "Engine") -> None:
    """Made once: what tests change they put back, by `_as_made`."""
    empty(admin)
    sell(_app, _database, [SHOP, CREATOR])


@pytest.fixture
def _as_made(_sold: None, admin: "Engine") -> None:
    with admin.connect() as connection:
        connection.execute(text("UPDATE actions SET state = 'open', snoozed_until = NULL, changed_at = NULL"))
        # Pages that a test opened were read, and no worker runs here to score them.
        connection.execute(text("UPDATE subjects SET scored_version = input_version"))


@pytest.fixture
def api(_as_made: None, _api: Api) -> Iterator[Api]:
    _api.reset()
    yield _api
    _api.reset()


@pytest.fixture
def ours(_shared: Browser, host: DemoHost, api: Api, _app: "Flask") -> Browser:
    """Agreed, paired, bound to both; the panel has not been opened."""
    _shared.begin_anew(api.url, code_of(_app), SHOP, CREATOR, lang="zh")
    host.requests.clear()
    api.forget()
    return _shared
