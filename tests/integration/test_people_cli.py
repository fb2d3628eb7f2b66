"""`koubei subjects`, `members` and `devices` on a koubei that really runs, as an owner uses them beside the server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.running import Koubei, command, paired


@pytest.fixture(scope="module")
def koubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Koubei]:
    with paired(tmp_path_factory.mktemp("people") / "home") as server:
        yield server


def told(koubei: Koubei, *words: str) -> Any:
    return json.loads(command(*words, "--json", "--home", str(koubei.home)).stdout)


def invited(koubei: Koubei, name: str, role: str) -> requests.Response:
    """A device of theirs, and what the server says to it now."""
    code = command("pair", "--home", str(koubei.home), "--name", name, "--role", role).stdout.strip()
    paired = requests.post(f"{koubei.address.url}/v1/devices", json={"code": code, "name": f"of {name}"}, timeout=30)
    assert paired.status_code == 201, paired.text
    return paired


def status(koubei: Koubei, paired: requests.Response) -> int:
    headers = {"Authorization": f"Bearer {paired.json()['token']}"}
    return requests.get(f"{koubei.address.url}/v1/subjects", headers=headers, timeout=30).status_code


def test_people_are_listed_given_another_role_and_let_go(koubei: Koubei) -> None:
    li = invited(koubei, "Li", "member")
    found = {one["name"]: one for one in told(koubei, "members", "list")["members"]}
    assert (found["Li"]["role"], found["Li"]["devices"]) == ("member", 1)
    home = ("--home", str(koubei.home), "--lang", "en")
    assert "read only" in command("members", "role", "Li", "read_only", *home).stdout
    assert {one["name"]: one["role"] for one in told(koubei, "members", "list")["members"]}["Li"] == "read_only"
    assert "Li\tread only\t1" in command("members", "list", *home).stdout
    assert status(koubei, li) == 200
    assert "1 devices are void" in command("members", "remove", "Li", *home).stdout
    assert status(koubei, li) == 401
    assert "one of owner" in command("members", "remove", "Li", *home, status=2).stderr
    refused = command("members", "remove", "owner", *home, status=2)
    assert "only owner" in refused.stderr


def test_a_lost_device_is_revoked_by_the_beginning_of_its_id(koubei: Koubei) -> None:
    lost = invited(koubei, "Wang", "member")
    device = lost.json()["device_id"]
    home = ("--home", str(koubei.home), "--lang", "en")
    assert any(line.startswith(device) for line in command("devices", "list", *home).stdout.splitlines())
    assert "of Wang" in command("devices", "revoke", device[:8], *home).stdout
    assert status(koubei, lost) == 401
    assert device not in {one["id"] for one in told(koubei, "devices", "list")["devices"]}
    assert device in {one["id"] for one in told(koubei, "devices", "list", "--revoked")["devices"]}
    assert "koubei devices list" in command("devices", "revoke", "zzzz", *home, status=2).stderr
    assert "devices have" in command("devices", "revoke", "", *home, status=2).stderr, "never a guess"


def test_subjects_are_searched_and_cut_off_where_asked(koubei: Koubei) -> None:
    home = ("--home", str(koubei.home), "--lang", "en")
    assert command("subjects", "list", *home).stdout.strip() == "None"
    for number in range(3):
        body = {"type": "shop", "name": f"店铺 {number}"}
        answer = koubei._session.put(f"{koubei.address.url}/v1/subjects/70{number}", json=body, timeout=30)
        assert answer.status_code == 201
    whole = told(koubei, "subjects", "list", "--sort", "id")
    assert ([one["id"] for one in whole["subjects"]], whole["more"]) == (["700", "701", "702"], False)
    some = told(koubei, "subjects", "list", "--sort", "id", "--limit", "2")
    assert ([one["id"] for one in some["subjects"]], some["more"]) == (["700", "701"], True)
    cut = command("subjects", "list", "--sort", "id", "--limit", "2", *home)
    assert (len(cut.stdout.splitlines()), "--search" in cut.stderr) == (2, True)
    assert [one["id"] for one in told(koubei, "subjects", "list", "--search", "702")["subjects"]] == ["702"]
