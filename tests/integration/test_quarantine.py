"""Nothing a merchant sends is lost silently: what fails waits with its reason and can be taken in again."""

from typing import TYPE_CHECKING

from tests.integration.shop import ORDER, REVIEW, rating, send

if TYPE_CHECKING:
    from tests.conftest import Paired

ADDRESS = "/v1/subjects/shop-1/quarantine"


def test_waiting_records_are_listed_mended_and_taken_in(shop: "Paired") -> None:
    send(shop, [ORDER, {**REVIEW, "stars": 9, "buyer": {"phone": "13800000000"}}, {"kind": "order", "id": 7}])
    waiting = shop.client.get(ADDRESS).json["items"]
    assert len(waiting) == 2
    review = next(one for one in waiting if one["kind"] == "review")
    assert review["record"]["stars"] == 9
    assert review["unknown"] == [{"path": "buyer", "type": "object"}]

    mended = {"id": review["id"], "record": {**review["record"], "stars": 3}}
    answer = shop.client.post(f"{ADDRESS}/replays", json={"records": [mended]})
    assert answer.status_code == 200, answer.text
    assert answer.json == {"accepted": 1, "unchanged": 0, "refused": []}
    assert rating(shop)["numerator"] == 3
    [left] = shop.client.get(ADDRESS).json["items"]
    assert (left["record_id"], left["path"]) == ("7", "id")


def test_a_replay_as_it_is_says_what_still_fails(shop: "Paired") -> None:
    send(shop, [{**REVIEW, "stars": 9}])
    answer = shop.client.post(f"{ADDRESS}/replays", json={})
    [refused] = answer.json["refused"]
    assert (answer.json["accepted"], refused["path"], refused["reason"]) == (0, "stars", "must be 1..5")
    assert len(shop.client.get(ADDRESS).json["items"]) == 1


def test_a_mended_record_of_another_subject_is_refused(shop: "Paired") -> None:
    send(shop, [{**REVIEW, "stars": 9}])
    [waiting] = shop.client.get(ADDRESS).json["items"]
    foreign = {"id": waiting["id"], "record": {**REVIEW, "subject_id": "shop-2"}}
    assert shop.client.post(f"{ADDRESS}/replays", json={"records": [foreign]}).status_code == 403
    strange = {"id": "00000000-0000-0000-0000-000000000000", "record": REVIEW}
    assert shop.client.post(f"{ADDRESS}/replays", json={"records": [strange]}).status_code == 404


def test_quarantine_is_paged(shop: "Paired") -> None:
    send(shop, [{"kind": "order", "id": number} for number in range(5)])
    first = shop.client.get(f"{ADDRESS}?limit=3").json
    second = shop.client.get(f"{ADDRESS}?limit=3&cursor={first['next_cursor']}").json
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (3, 2, None)
