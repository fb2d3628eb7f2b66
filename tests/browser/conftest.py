"""The demo shop's site, the real API on the real database, and a Chromium with the extension between them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from server.demo.builds import built_extension, built_site
from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.creator import CREATOR_ID, CREATOR_NAME, generate_creator
from server.demo.generator import generate
from server.demo.host import DemoHost
from server.demo.life import Record
from server.demo.shop import shop_of
from tests.browser.api import Api
from tests.browser.browser import CHROMIUM, Browser, chromium
from tests.browser.drivers import Driver, open_chromium, open_firefox, set_up
from tests.browser.playing import Stage
from tests.browser.proposing import propose
from tests.days import today

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

# A busy machine, or answers that are late, may take several seconds for what takes one; five are too few.
expect.set_options(timeout=20_000)

NO_CHROMIUM = "no Chromium here: apt-get install chromium chromium-l10n fonts-noto-cjk"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is not None:
        return
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


@pytest.fixture(scope="session")
def extension() -> Path:
    return built_extension("test")


@pytest.fixture(scope="session")
def _host() -> Iterator[DemoHost]:
    with DemoHost(_shop(), built_site(), creator=_creator()) as host:
        yield host


def _shop() -> list[Record]:
    return list(generate(7, today(), 40, 30))


def _creator() -> list[Record]:
    return list(generate_creator(7, today(), 95, 30))


@pytest.fixture
def host(_host: DemoHost) -> DemoHost:
    if _host.shop.official[-1]["id"] != today().isoformat():
        _host.shop, _host.creator = shop_of(_shop()), shop_of(_creator())
    _host.switches.reset()
    _host.requests.clear()
    return _host


@pytest.fixture(scope="session")
def _api(_app: "Flask") -> Iterator[Api]:
    api = Api(_app)
    api.start()
    yield api
    api.stop()


@pytest.fixture
def api(app: "Flask", _api: Api) -> Api:
    """The real app on an empty database; overlay answers are fixed ones, for what a badge shows must be foreseeable."""
    assert app is _api.app
    _api.reset()
    _api.overlay = plain_overlay
    return _api


@pytest.fixture
def new_code(app: "Flask") -> Callable[[], str]:
    from server.devices.codes import create_code
    from server.http.state import KEY

    return lambda: create_code(app.extensions[KEY].database.gate)


@pytest.fixture(scope="module")  # Playwright takes one at a time, and other modules have their own
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


Installed = Callable[[DemoHost], AbstractContextManager[Browser]]


@pytest.fixture(scope="module")
def installed(playwright: Playwright, extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Opens a browser of its own profile, in which the extension was installed and nothing else done."""
    return lambda host: chromium(playwright, tmp_path_factory.mktemp("profile"), host.browser_arguments, extension)


@pytest.fixture
def fresh(installed: Installed, host: DemoHost) -> Iterator[Browser]:
    with installed(host) as browser:
        yield browser


@pytest.fixture(scope="module")
def _shared(installed: Installed, _host: DemoHost) -> Iterator[Browser]:
    with installed(_host) as browser:
        yield browser


@pytest.fixture
def browser(_shared: Browser, host: DemoHost, api: Api, new_code: Callable[[], str]) -> Browser:
    """Agreed, paired, bound to the demo shop; nothing read yet. One Chromium a module, wiped before each test."""
    _shared.begin_anew(api.url, new_code(), {"id": SHOP_ID, "name": SHOP_NAME})
    host.requests.clear()
    api.forget()
    return _shared


@pytest.fixture
def proposed(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> str:
    """The id of an action about the first order of the list; the answers are the server's own."""
    id_ = propose(admin, host.shop.orders[0]["id"])
    api.overlay = None
    assert browser.faults == []
    return id_


def plain_overlay(page: str, ids: list[str]) -> dict[str, Any]:
    """The shape of cli-output.md's last section; the number on a badge names its row's last three digits."""
    rows = [
        {
            "id": order,
            "counts": True,
            "why_not": None,
            "delta": {"points": int(order[-3:]) / 1000 + 0.01, "indicator": None, "drops_out": "2026-12-20"},
            "expected": {"points": None, "low": None, "high": None},
            "risk": None,
            "action": None,
        }
        for order in ids
    ]
    panel = {
        "total": 85.31,
        "official": True,
        "estimate": 85.02,
        "noon": {"low": 84.3, "mid": 85.2, "high": 86.0},
        "coverage": 0.42,
        "open_page": "reviews",
    }
    return {
        "page": page,
        "rules": "douyin-shop/2026-09-08",
        "as_of": "2026-11-21",
        "scored_version": 1,
        "stale": False,
        "next_poll_seconds": 30,
        "panel": panel,
        "rows": rows,
    }


@pytest.fixture(scope="module")
def _pairs(
    _host: DemoHost, extension: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], tuple[Driver, Driver]]]:
    """A browser without and one with the extension, of either kind; each is opened when it is first wanted."""
    with ExitStack() as stack:
        open_: dict[str, tuple[Driver, Driver]] = {}
        playwright = stack.enter_context(sync_playwright())

        def pair(kind: str) -> tuple[Driver, Driver]:
            if kind not in open_:
                drivers: list[Driver] = []
                for name, loaded in (("plain", None), ("ours", extension)):
                    profile = tmp_path_factory.mktemp("profiles") / name
                    opening = (
                        open_firefox(profile, _host, loaded)
                        if kind == "firefox"
                        else open_chromium(playwright, profile, _host, loaded)
                    )
                    drivers.append(stack.enter_context(opening))
                open_[kind] = (drivers[0], drivers[1])
            return open_[kind]

        yield pair


@pytest.fixture
def stage(
    kind: str,
    _pairs: Callable[[str], tuple[Driver, Driver]],
    host: DemoHost,
    api: Api,
    admin: "Engine",
    new_code: Callable[[], str],
) -> Stage:
    """Both browsers of a `kind`, the one with the extension agreed, paired and bound; the server answers for itself."""
    plain, ours = _pairs(kind)
    api.overlay = None
    creator = {"id": CREATOR_ID, "name": CREATOR_NAME, "type": "creator"}
    set_up(ours, api.url, new_code(), [{"id": SHOP_ID, "name": SHOP_NAME}, creator])
    return Stage(plain, ours, host, api, admin)
