"""The same page as the popup of Firefox: read, drawn, answered by a hand, without a finding of axe."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from server.demo.host import DemoHost
from tests.browser import axe
from tests.browser.api import Api, wait_for
from tests.browser.drivers import FirefoxTab, open_firefox, set_up, until
from tests.browser.firefox import FIREFOX, UUID
from tests.browser.panel.stage import RUN, TABS, answer
from tests.browser.proposing import state_of
from tests.browser.selling import CREATOR, SHOP, code_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Engine

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: apt-get install firefox-esr")
PANEL = f"moz-extension://{UUID}/panel.html"
SETTLED = (
    "!!document.querySelector('section') && !document.querySelector('[aria-busy]')"
    " && document.getAnimations().length === 0"  # a section fades in
)


@pytest.fixture(scope="module")
def _tab(_host: DemoHost, extension: "Path", tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirefoxTab]:
    with open_firefox(tmp_path_factory.mktemp("firefox") / "profile", _host, extension) as tab:
        yield tab


@pytest.fixture
def tab(_tab: FirefoxTab, api: Api, _app: "Flask") -> FirefoxTab:
    set_up(_tab, api.url, code_of(_app), [SHOP, CREATOR])
    _tab.go(PANEL)
    until(_tab, SETTLED, "the panel")
    return _tab


def chosen(tab: FirefoxTab, name: str) -> None:
    tab.evaluate(f"document.getElementById('tab-{name}').click()")
    until(tab, SETTLED, f"the tab {name}")


def test_every_tab_is_drawn_without_a_finding(tab: FirefoxTab, api: Api) -> None:
    shown: dict[str, Any] = answer(api, "overlay?page=score")["panel"]["shown"]
    assert tab.evaluate("document.querySelector('[data-figure=now] > b').textContent") == f"{shown['total']:.2f}"
    tab.evaluate(axe.source() + ";0")
    for name in TABS:
        chosen(tab, name)
        found = tab.evaluate(f"({RUN})().then((told) => JSON.stringify(told.found))")
        assert found == "[]", name
    chosen(tab, "course")
    assert tab.evaluate("!!document.querySelector('#course canvas')")
    assert tab.faults == []


def test_one_click_answers_an_action(tab: FirefoxTab, api: Api, admin: "Engine") -> None:
    first = answer(api, "actions")["actions"][0]["id"]
    button = f"document.querySelector(\"[data-act='done:{first}']\")"
    tab.evaluate(f"{button}.scrollIntoView({{block: 'center'}})")
    x, y = tab.evaluate(
        f"(() => {{ const {{x, y, width, height}} = {button}.getBoundingClientRect();"
        " return `${x + width / 2} ${y + height / 2}`; })()"
    ).split()
    tab.click(float(x), float(y))
    wait_for(lambda: state_of(admin, first) == "done", "the action to be done", pause=tab.pause)
    until(tab, f"{button} === null", "the action to be gone")


def test_a_refresh_does_not_feed_itself(tab: FirefoxTab, api: Api) -> None:
    """Firefox tells of what is stored anew even where it is the same: asking must not bring about the next asking."""
    api.forget()
    tab.pause(3)
    assert len([call for call in api.calls if call.path.endswith("/overlay")]) <= 2


def test_the_button_has_the_panel_as_its_popup(tab: FirefoxTab, admin: "Engine") -> None:
    assert tab.own("async () => chrome.action.getPopup({})") == PANEL
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM actions WHERE state <> 'open'")).scalar_one() == 0
