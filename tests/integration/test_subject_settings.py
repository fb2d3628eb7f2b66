"""Settings of a subject: defaults, changes under If-Match, and that the API keeps to them."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.test_actions import busy, listed  # noqa: F401 - a fixture of a shop whose actions are found

if TYPE_CHECKING:
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/settings"


def put(shop: "Paired", body: Any, tag: str | None) -> Any:
    return shop.client.put(ADDRESS, json=body, headers={} if tag is None else {"If-Match": tag})


def test_defaults_stand_until_something_is_set(shop: "Paired") -> None:
    first = shop.client.get(ADDRESS)
    assert first.json["version"] == 0
    assert first.json["settings"]["warn_yellow_hours"] == 48
    changed = put(shop, {"warn_yellow_hours": 24}, first.headers["ETag"])
    assert (changed.status_code, changed.json["version"]) == (200, 1)
    again = shop.client.get(ADDRESS)
    assert again.json["settings"]["warn_yellow_hours"] == 24
    assert again.headers["ETag"] == changed.headers["ETag"] != first.headers["ETag"]
    assert shop.client.get(ADDRESS, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_of_two_pages_that_change_it_at_once_the_second_is_told(shop: "Paired") -> None:
    tag = shop.client.get(ADDRESS).headers["ETag"]
    assert put(shop, {"warn_red_hours": 1}, tag).status_code == 200
    late = put(shop, {"warn_red_hours": 3}, tag)
    assert (late.status_code, late.json["code"]) == (412, "changed-meanwhile")
    assert put(shop, {"warn_red_hours": 3}, None).status_code == 428
    assert shop.client.get(ADDRESS).json["settings"]["warn_red_hours"] == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"warn_red_hours": 60}, "warn_red_hours"),
        ({"risk_low": 0.6}, "risk_medium"),
        ({"keep_facts_days": 10}, "keep_facts_days"),
        ({"keep_daily_days": 100}, "keep_daily_days"),
        ({"quiet_from": 24}, "quiet_from"),
        ({"colour": "red"}, ""),
        ([], ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(shop: "Paired", body: Any, path: str) -> None:
    answer = put(shop, body, shop.client.get(ADDRESS).headers["ETag"])
    assert answer.status_code == 422
    assert path in {error["path"] for error in answer.json["errors"]}
    assert shop.client.get(ADDRESS).json["version"] == 0


@pytest.mark.usefixtures("busy")
def test_warnings_keep_to_the_settings(shop: "Paired") -> None:
    def warned() -> set[str]:
        return {one["id"] for one in listed(shop)["actions"] if one["warning"] is not None}

    assert put(shop, {"warn_yellow_hours": 720, "warn_red_hours": 0}, shop.client.get(ADDRESS).headers["ETag"])
    far = warned()
    assert far
    assert put(shop, {"warn_yellow_hours": 0, "warn_red_hours": 0}, shop.client.get(ADDRESS).headers["ETag"])
    assert not warned()
