"""The days gone by: the official figures, and what was said before they were known."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from tests.integration.shop import ORDER, REVIEW, send
from worker import daily

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/history"
NOW = dt.datetime.fromisoformat("2026-11-12T12:00:00+08:00")


def official(day: int, total: float) -> dict[str, Any]:
    dimensions = {"goods": {"score": total - 1}, "service": {"weight": 0.3}}
    return {"kind": "official", "id": f"2026-11-{day:02}", "total": total, "dimensions": dimensions, "stage": "formal"}


def get(shop: "Paired", query: str = "") -> Any:
    answer = shop.client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def days(answer: Any) -> list[str]:
    return [one["date"][-2:] for one in answer["items"]]


def scored(shop: "Paired", admin: "Engine", database: "Database") -> None:
    """Official pages of the 3rd and the 8th to 10th; daily runs from the 9th to the 12th."""
    from sqlalchemy import text

    pages = [official(day, 80 + day) for day in (3, 8, 9, 10)]
    assert send(shop, [ORDER, REVIEW, *pages]).json["quarantined"] == []
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET created_at = '2026-11-09T09:00:00+08:00'"))
    assert len(daily.run(database.app, "shop-1", NOW)) == 4


def test_official_and_estimate_stand_side_by_side(shop: "Paired", admin: "Engine", database: "Database") -> None:
    scored(shop, admin, database)
    answer = get(shop)
    assert days(answer) == ["03", "08", "09", "10", "11", "12"]
    assert answer["next_cursor"] is None
    by_day = {one["date"][-2:]: one for one in answer["items"]}
    assert by_day["03"]["estimate"] is None
    assert by_day["03"]["official"] == {
        "total": 83,
        "consumer_score": None,
        "stage": "formal",
        "dimensions": {"goods": 82},
    }
    tenth = by_day["10"]["estimate"]
    # Made without the page of the 10th: carried forward from the 9th.
    assert (tenth["rules"], tenth["total"], tenth["dimensions"]["goods"]) == ("douyin-shop/2026-09-08", 89, 88)
    assert by_day["10"]["official"]["total"] == 90
    assert by_day["12"]["official"] is None
    assert tenth["low"] < tenth["total"] < tenth["high"]


def test_a_part_of_it_page_by_page(shop: "Paired", admin: "Engine", database: "Database") -> None:
    scored(shop, admin, database)
    assert days(get(shop, "from=2026-11-08&to=2026-11-10")) == ["08", "09", "10"]
    seen, cursor = [], ""
    while True:
        answer = get(shop, "from=2026-11-04&limit=2" + (f"&cursor={cursor}" if cursor else ""))
        seen += days(answer)
        if (cursor := answer["next_cursor"]) is None:
            break
    assert seen == ["08", "09", "10", "11", "12"]


def test_bad_questions_and_an_empty_history(shop: "Paired") -> None:
    assert get(shop) == {"items": [], "next_cursor": None}
    backwards = shop.client.get(f"{ADDRESS}?from=2026-11-10&to=2026-11-09")
    assert (backwards.status_code, backwards.json["errors"][0]["path"]) == (422, "to")
    for query in ("from=yesterday", "cursor=bm9uc2Vuc2U=", "cursor=!", "limit=0", "since=2026-11-09"):
        assert shop.client.get(f"{ADDRESS}?{query}").status_code == 422, query
