"""The platform has moved the score's answers to addresses nobody knows: the page's own labels still tell the day."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from server.demo.host import DemoHost
from server.demo.score_pages import overview
from server.demo.site import PAGES
from server.demo.variants import Reply
from tests.browser.api import wait_for
from tests.browser.drivers import kept, until
from tests.browser.playing import Stage
from tests.browser.test_matrix import BROWSERS

pytestmark = pytest.mark.parametrize("kind", BROWSERS)
Move = Callable[..., None]

_OVERVIEW: Final = "getOverviewByVersion"
_ANALYSIS: Final = "getAnalysisScore"
_STATE: Final = "document.querySelector('koubei-dock')?.dataset.state"
_TO_SCORE: Final = (
    "[...document.querySelectorAll('nav a')].find((a) => a.textContent === '商家体验分')?.click() ?? true"
)


@pytest.fixture
def move(host: DemoHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Move:
    """`move(name, …)`: the site asks for these under new names, and gets the same answers there."""

    def moved(*names: str) -> None:
        site = tmp_path / "site"
        shutil.copytree(host.site, site)
        for script in site.rglob("*.js"):
            words = script.read_text()
            for name in names:
                words = words.replace(name, f"{name}V9")
            script.write_text(words)
        monkeypatch.setattr(host, "site", site)
        monkeypatch.setattr(DemoHost, "answer", answer)

    def answer(host: DemoHost, name: str, path: str, query: Mapping[str, str]) -> Reply | None:
        return own(host, name, path.removesuffix("V9"), query)

    own: Any = DemoHost.answer
    return moved


def _official(stage: Stage) -> dict[str, Any]:
    """What the server has been told of the day on show."""
    id_ = stage.host.shop.official[-1]["id"]
    told = [one for batch in stage.api.batches() for one in batch["records"] if one["kind"] == "official"]
    day: dict[str, Any] = {}
    for one in told:
        assert one["id"] == id_
        day |= one
    return day


def _stored(stage: Stage) -> bool:
    with stage.admin.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM records WHERE kind = 'official'")).scalar_one()
    return bool(count)


def _as_the_page_shows(stage: Stage) -> dict[str, Any]:
    shown = overview(stage.host.shop, {})["data"]
    parts = {"goods": "goods_score", "logistics": "logistics_score", "service": "service_score"}
    return {
        "total": shown["experience_score"]["value"],
        "industry": shown["category"],
        "dimensions": {
            name: {"score": shown[key]["value"], "weight": shown[key]["weight"] / 100} for name, key in parts.items()
        },
    }


def test_the_labels_fill_the_day_where_the_analysis_still_names_the_shop(stage: Stage, move: Move) -> None:
    move(_OVERVIEW)
    stage.ours.go(PAGES["score"])
    wait_for(lambda: "total" in _official(stage), "the total of the labels", 45, stage.ours.pause)
    day = _official(stage)
    assert {name: day[name] for name in ("total", "industry", "dimensions")} == _as_the_page_shows(stage)
    assert day["updated_at"][:10] == day["id"]
    assert len(day["indicators"]) > 5  # of the analysis, which was read as ever
    wait_for(lambda: _stored(stage), "the day", 45, stage.ours.pause)


def test_the_labels_alone_are_enough_in_a_tab_that_knows_its_shop(stage: Stage, move: Move) -> None:
    move(_OVERVIEW, _ANALYSIS)
    stage.ours.go(PAGES["orders"])
    until(stage.ours, "document.querySelectorAll('koubei-badge').length === 20", "the list")
    stage.ours.evaluate(_TO_SCORE)
    wait_for(lambda: "total" in _official(stage), "the total of the labels", 45, stage.ours.pause)
    day = _official(stage)
    assert {name: day[name] for name in ("total", "industry", "dimensions")} == _as_the_page_shows(stage)
    assert "indicators" not in day
    assert day["valid_orders_30d"] > 0


def test_a_tab_that_does_not_know_its_shop_stores_none_of_it(stage: Stage, move: Move) -> None:
    move(_OVERVIEW, _ANALYSIS)
    stage.ours.go(PAGES["score"])
    until(stage.ours, f"{_STATE} === 'unread'", "the dock to say that the page is silent")
    stage.ours.pause(3)
    assert stage.api.batches() == []
    assert kept(stage.ours)["outbox"] == []
    assert not _stored(stage)
    assert json.loads(stage.ours.evaluate("JSON.stringify(document.querySelectorAll('koubei-badge').length)")) == 0
