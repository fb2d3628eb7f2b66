"""How often a token may call, with Valkey and without; and that nobody guesses pairing codes from outside."""

import pytest

from server.app import create_app
from server.devices.codes import create_code
from server.http.limits import PAIRINGS_A_MINUTE
from server.http.state import KEY
from server.settings import load_settings


@pytest.fixture
def limited(home_root, postgres, valkey):
    """Make an app that allows a token three requests a minute."""
    made = []

    def make(broker_url=valkey.url):
        chosen = load_settings(
            home_root, database_url=postgres.url, broker_url=broker_url, requests_per_minute=3, web_threads=1
        )
        made.append(create_app(chosen))
        return made[-1]

    yield make
    for app in made:
        app.extensions[KEY].close()


def statuses(app, paired, count):
    client = app.test_client()
    return [client.get("/v1/subjects", headers=paired.headers) for _ in range(count)]


def assert_limited(answer):
    assert (answer.status_code, answer.json["code"]) == (429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_the_limit_is_one_of_the_token_whichever_process_answers(limited, pair):
    one, other = pair(name="one"), pair(name="other")
    first, second = limited(), limited()
    assert [answer.status_code for answer in statuses(first, one, 2)] == [200, 200]
    [fine, refused] = statuses(second, one, 2)
    assert fine.status_code == 200
    assert_limited(refused)
    assert_limited(statuses(first, one, 1)[0])
    assert statuses(first, other, 1)[0].status_code == 200, "another token has its own"


@pytest.mark.parametrize("broker_url", ["redis+socket:///nowhere/valkey.sock?virtual_host=0", "redis://127.0.0.1:1/0"])
def test_without_valkey_each_process_counts_by_itself(limited, pair, broker_url):
    one = pair()
    app = limited(broker_url)
    *fine, refused = statuses(app, one, 4)
    assert [answer.status_code for answer in fine] == [200] * 3
    assert_limited(refused)


def test_a_wrong_token_takes_nothing_from_the_right_one(limited, pair):
    one = pair()
    app = limited()
    for _ in range(5):
        wrong = app.test_client().get("/v1/subjects", headers={"Authorization": f"Bearer {one.token[:-3]}xyz"})
        assert wrong.status_code == 401
    assert [answer.status_code for answer in statuses(app, one, 3)] == [200] * 3


def test_codes_are_not_guessed_from_another_computer(limited, database):
    app = limited()
    code = create_code(database.gate)

    def attempt(address, code):
        body = {"code": code, "name": "x"}
        return app.test_client().post("/v1/devices", json=body, environ_base={"REMOTE_ADDR": address})

    answers = [attempt("192.0.2.7", f"{number:08}") for number in range(PAIRINGS_A_MINUTE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {403}
    assert_limited(answers[-1])
    assert attempt("192.0.2.7", code).status_code == 429
    assert attempt("127.0.0.1", create_code(database.gate)).status_code == 201


def test_an_office_behind_one_address_pairs_all_its_browsers_at_once(limited, database):
    client = limited().test_client()
    for number in range(2 * PAIRINGS_A_MINUTE):
        body = {"code": create_code(database.gate), "name": f"browser {number}"}
        answer = client.post("/v1/devices", json=body, environ_base={"REMOTE_ADDR": "192.0.2.8"})
        assert answer.status_code == 201, answer.text
