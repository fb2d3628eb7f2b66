"""The forecast and its proof over the API: made by the worker from the ledger, equal to what the file says."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import msgspec
import pytest

from shared_scoring.decode import decode_record
from shared_scoring.forecast.backtest import backtest
from shared_scoring.forecast.forecast import forecast
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.history import History
from tests.integration.shop import rows, send
from tests.integration.working import small_shop
from worker import outlook, recalculate

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1"


def get(shop: "Paired", path: str, **headers: str) -> Any:
    return shop.client.get(f"{ADDRESS}/{path}", headers=headers)


def records() -> list[dict[str, Any]]:
    """The small shop; today's page has not been opened yet."""
    found = [one for one in small_shop() if one["kind"] != "subject"]
    newest = max(one["id"] for one in found if one["kind"] == "official")
    return [one for one in found if one["kind"] != "official" or one["id"] != newest]


@pytest.fixture
def foretold(shop: "Paired", database: "Database") -> list[dict[str, Any]]:
    """What was sent; the worker has made the outlook."""
    sent = records()
    for start in range(0, len(sent), 500):
        assert send(shop, sent[start : start + 500], key=f"k{start}").json["quarantined"] == []
    recalculate.run(database.app, "shop-1")
    assert outlook.run(database.app, "shop-1", dt.datetime.now(dt.UTC))
    return sent


def past(sent: list[dict[str, Any]]) -> HistoryPast:
    own = {"kind": "subject", "id": "shop-1", "platform": "douyin", "type": "shop"}
    return HistoryPast(History(decode_record(json.dumps(one).encode()) for one in [*sent, own]))


def test_nothing_is_said_before_it_was_made(shop: "Paired") -> None:
    for path in ("forecast", "backtest"):
        answer = get(shop, path)
        assert answer.status_code == 200
        assert answer.json["reason"] == "not_made_yet"
        assert answer.json["stale"] is True
    assert get(shop, "forecast").json["days"] == []


def test_it_is_the_answer_of_the_file(shop: "Paired", foretold: list[dict[str, Any]]) -> None:
    answer = get(shop, "forecast?days=5").json
    as_of = dt.date.fromisoformat(answer["as_of"]).toordinal()
    expected = msgspec.to_builtins(forecast(past(foretold), as_of, 30))
    assert answer["stale"] is False
    assert answer["today"] == expected["today"]
    assert answer["today"] is not None
    assert answer["days"] == expected["days"][:5]
    proof = get(shop, "backtest").json
    assert {key: proof[key] for key in ("total", "dimensions", "answers", "methods", "first", "last")} == {
        key: value
        for key, value in msgspec.to_builtins(backtest(past(foretold), as_of)).items()
        if key in {"total", "dimensions", "answers", "methods", "first", "last"}
    }


def test_a_tag_saves_the_second_reading(shop: "Paired", foretold: list[dict[str, Any]]) -> None:
    del foretold
    for path in ("forecast?days=3", "backtest"):
        first = get(shop, path)
        assert get(shop, path, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    tag = get(shop, "forecast?days=3").headers["ETag"]
    assert get(shop, "forecast?days=4", **{"If-None-Match": tag}).status_code == 200
    send(shop, [{"kind": "review", "id": "new", "created_at": "2026-11-20T10:00:00+08:00", "stars": 5}], key="new")
    again = get(shop, "forecast?days=3", **{"If-None-Match": tag})
    assert again.status_code == 200
    assert again.json["stale"] is True


def test_the_panel_shows_the_same_noon(shop: "Paired", foretold: list[dict[str, Any]]) -> None:
    del foretold
    panel = get(shop, "overlay?page=home").json["panel"]
    assert panel["official"] is False
    assert panel["noon"] == get(shop, "forecast").json["today"]


def test_a_picture_is_drawn_where_it_is_asked_for(shop: "Paired", foretold: list[dict[str, Any]]) -> None:
    del foretold
    assert get(shop, "backtest").json["picture"] is None
    drawn = {lang: get(shop, f"backtest?picture={lang}").json["picture"] for lang in ("zh", "en")}
    assert drawn["zh"] != drawn["en"]
    for svg in drawn.values():
        assert svg.startswith("<svg ")
        expat.ParserCreate().Parse(svg, True)


@pytest.mark.parametrize("days", ["0", "31", "x", "1.5"])
def test_days_out_of_reach_are_refused(shop: "Paired", days: str) -> None:
    answer = get(shop, f"forecast?days={days}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["path"] == "days"


def test_a_backtest_is_made_once_a_day(
    shop: "Paired", foretold: list[dict[str, Any]], admin: "Engine", database: "Database"
) -> None:
    del foretold

    def versions() -> dict[str, int]:
        return dict(rows(admin, "SELECT part, input_version FROM outlooks"))

    before = versions()
    send(shop, [{"kind": "review", "id": "new", "created_at": "2026-11-20T10:00:00+08:00", "stars": 5}], key="new")
    recalculate.run(database.app, "shop-1")
    assert outlook.run(database.app, "shop-1", dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5))
    after = versions()
    assert after["forecast"] > before["forecast"]
    assert after["backtest"] == before["backtest"]
