"""Who gets in: pairing codes, tokens, scopes, revocation."""

import datetime as dt
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update

from server.cli.pair import pair as pair_command
from server.db.models import Device, PairingCode, PairingFailure
from server.devices.codes import ALPHABET, Pairing, Refusal, create_code, redeem


def send(client, code, name="Chromium"):
    return client.post("/v1/devices", json={"code": code, "name": name})


def other_code(code):
    """A code of the same form that was surely not given out."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


@pytest.fixture
def code(database):
    return create_code(database.gate)


def test_a_code_is_hard_to_guess_and_easy_to_read(database):
    codes = {create_code(database.gate) for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 8 and set(code) <= set("23456789ABCDEFGHJKMNPQRSTVWXYZ") for code in codes)


def test_pairing_gives_a_token_whose_secret_is_stored_nowhere(client, code, admin):
    answer = send(client, f" {code[:4].lower()}-{code[4:]} ")
    assert answer.status_code == 201, answer.text
    prefix, device_id, secret = answer.json["token"].split("_", 2)
    assert (prefix, device_id) == ("kb", answer.json["device_id"].replace("-", ""))
    assert len(secret) >= 43, "256 bits"
    assert answer.json["account"]["name"] == "default"
    everything = {"records:write", "scores:read", "actions:write", "settings:write", "devices:write", "audit:read"}
    assert (answer.json["role"], set(answer.json["scopes"])) == ("owner", everything)
    with admin.connect() as connection:
        dump = str(connection.execute(select(Device.__table__)).all())
        dump += str(connection.execute(select(PairingCode.__table__)).all())
        hashes = connection.execute(select(Device.token_hash)).scalars().all()
    assert secret not in dump
    assert code not in dump
    assert hashes == [hashlib.sha256(secret.encode()).digest()]


def test_a_used_code_is_gone(client, code):
    assert send(client, code).status_code == 201
    answer = send(client, code)
    assert (answer.status_code, answer.json["code"]) == (410, "pairing-code-used")


def test_a_code_is_used_once_even_by_parallel_requests(database, code):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: redeem(database.gate, code, f"d{n}"), range(4)))
    assert sum(isinstance(answer, Pairing) for answer in answers) == 1
    assert sum(answer == Refusal("used") for answer in answers) == 3


def test_an_expired_code_says_so(client, database):
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5, seconds=1)
    answer = send(client, create_code(database.gate, now=past))
    assert (answer.status_code, answer.json["code"]) == (410, "pairing-code-expired")
    assert "older than 5 minutes" in answer.json["detail"]
    assert "koubei pair" in answer.json["detail"]


def test_typos_are_survivable(client, code):
    for left in (4, 3, 2, 1):
        answer = send(client, other_code(code))
        assert (answer.status_code, answer.json["code"]) == (403, "pairing-code-wrong")
        assert f"{left} tries are left" in answer.json["detail"]
    assert send(client, code).status_code == 201


def test_five_wrong_tries_withdraw_the_code_however_parallel(client, database, code):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: redeem(database.gate, f"{n:08}", "guess"), range(40)))
    answer = send(client, code)
    assert (answer.status_code, answer.json["code"]) == (410, "pairing-code-expired")
    assert "withdrawn after 5 wrong tries" in answer.json["detail"]
    assert send(client, create_code(database.gate)).status_code == 201, "a new code is not punished for the old one"


def test_guessing_while_no_code_is_open_leaves_no_trace(client, database, admin):
    for number in range(20):
        assert send(client, f"{number:08}").status_code == 403
    with admin.connect() as connection:
        assert connection.execute(select(PairingFailure)).all() == []
    assert send(client, create_code(database.gate)).status_code == 201


def test_old_codes_and_failures_are_swept(database, client, admin, code):
    send(client, other_code(code))
    with admin.connect() as connection:
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
        connection.execute(update(PairingCode).values(expires_at=long_ago))
        connection.execute(update(PairingFailure).values(at=long_ago))
        create_code(database.gate)
        assert connection.execute(text("SELECT count(*) FROM pairing_codes")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM pairing_failures")).scalar_one() == 0


@pytest.mark.parametrize(
    ("header", "code", "challenge"),
    [
        (None, "token-missing", 'Bearer realm="koubei"'),
        ("Bearer", "token-wrong", 'Bearer realm="koubei", error="invalid_token"'),
        ("Basic a29udGVudA==", "token-wrong", 'Bearer realm="koubei", error="invalid_token"'),
        ("Bearer kb_nonsense_x", "token-wrong", 'Bearer realm="koubei", error="invalid_token"'),
        (f"Bearer kb_{'0' * 32}_x", "token-wrong", 'Bearer realm="koubei", error="invalid_token"'),
        ("Bearer kb_\u00e9_x", "token-wrong", 'Bearer realm="koubei", error="invalid_token"'),
    ],
)
def test_without_a_good_token_nobody_gets_in(client, header, code, challenge):
    answer = client.get("/v1/devices", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == challenge


def test_a_changed_secret_is_refused(client, paired):
    token = paired.token[:-1] + ("A" if paired.token[-1] != "A" else "B")
    answer = client.get("/v1/devices", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (401, "token-wrong")


def test_a_revoked_token_says_so_to_its_holder_only(client, paired, pair):
    other = pair(name="phone")
    assert other.client.delete(f"/v1/devices/{paired.device_id}").status_code == 204
    assert other.client.delete(f"/v1/devices/{paired.device_id}").status_code == 204, "twice is as good as once"
    answer = paired.client.get("/v1/devices")
    assert (answer.status_code, answer.json["code"]) == (401, "token-revoked")
    guess = client.get("/v1/devices", headers={"Authorization": f"Bearer {paired.token[:-3]}xyz"})
    assert guess.json["code"] == "token-wrong"
    listed = {item["id"]: item["revoked_at"] is not None for item in other.client.get("/v1/devices").json["items"]}
    assert listed == {paired.device_id: True, other.device_id: False}


def test_devices_of_another_account_are_neither_listed_nor_revoked(paired, pair):
    stranger = pair(account="other shop")
    assert [item["id"] for item in paired.client.get("/v1/devices").json["items"]] == [paired.device_id]
    answer = paired.client.delete(f"/v1/devices/{stranger.device_id}")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    assert stranger.client.get("/v1/devices").status_code == 200


def test_the_list_names_this_device_and_when_it_was_here(paired):
    [device] = paired.client.get("/v1/devices").json["items"]
    assert device["current"] is True
    assert device["name"] == "test"
    assert dt.datetime.fromisoformat(device["last_seen_at"]).tzinfo is not None


def test_a_token_without_the_scope_is_refused(paired, admin):
    with admin.connect() as connection:
        connection.execute(update(Device).values(scopes=["scores:read"]))
    assert paired.client.get("/v1/subjects").status_code == 200
    answer = paired.client.get("/v1/devices")
    assert (answer.status_code, answer.json["code"]) == (403, "scope-missing")
    assert "devices:write" in answer.json["detail"]


def test_the_command_prints_a_code_that_pairs(client, home_root, postgres, valkey, settings):
    from server.runtime import lock
    from server.runtime.address import Address
    from server.runtime.home import Home

    home = Home.at(home_root)
    runner = CliRunner()
    silent = runner.invoke(pair_command, ["--home", str(home_root)])
    assert silent.exit_code != 0
    assert "koubei up" in silent.output
    with lock.held(home.lock):
        url = f"http://{settings.host}:{settings.port}"
        address = Address.new(url=url, home=home, database_url=postgres.url, broker_url=valkey.url)
        assert address.pid == os.getpid()
        address.write(home.server_json)
        shown = runner.invoke(pair_command, ["--home", str(home_root)])
        reader = runner.invoke(pair_command, ["--home", str(home_root), "--role", "read_only", "--name", "李梅"])
        nameless = runner.invoke(pair_command, ["--home", str(home_root), "--role", "member"])
        assert send(client, reader.output.strip()).json["role"] == "read_only"
        other = runner.invoke(pair_command, ["--home", str(home_root), "--role", "member", "--name", "李梅"])
    home.server_json.unlink()
    assert shown.exit_code == 0, shown.output
    assert send(client, shown.output.strip()).status_code == 201
    assert (nameless.exit_code, other.exit_code) == (2, 2)
    assert "--role member needs --name" in nameless.output
    assert "李梅 is a member already, with the role read_only; use --role read_only" in other.output


@pytest.mark.parametrize("role", ["member", "read_only"])
def test_any_device_reads_and_revokes_itself_and_no_other(pair, role):
    owner, other = pair(), pair(member="x", role=role)
    own = f"/v1/devices/{other.device_id}"
    assert (other.client.get(own).json["role"], other.client.get(own).json["current"]) == (role, True)
    for call in (other.client.get, other.client.delete):
        answer = call(f"/v1/devices/{owner.device_id}")
        assert (answer.status_code, answer.json["code"]) == (403, "scope-missing")
    assert other.client.delete(own).status_code == 204
    assert other.client.get("/v1/subjects").json["code"] == "token-revoked"
    assert owner.client.get(own).json["revoked_at"] is not None
    assert owner.client.get("/v1/audit").json["items"][0]["event"] == "device.revoked"
