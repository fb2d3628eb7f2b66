"""People of an account: what each role may do, how one is let in and out, and what the audit log tells of it."""

import threading

import pytest
from sqlalchemy import text

from server.devices.codes import MemberError, create_code
from server.http.state import KEY
from tests.integration.shop import ORDER, rows, send

pytestmark = pytest.mark.usefixtures("database")

WRITES = {"records:write", "actions:write"}
OWNERS = {"settings:write", "devices:write", "audit:read"}


def invite(owner, name, role):
    return owner.client.post("/v1/members/invitations", json={"name": name, "role": role})


def members(owner):
    return {item["name"]: item for item in owner.client.get("/v1/members").json["items"]}


def set_role(owner, member_id, role, tag=None):
    tag = tag or owner.client.get(f"/v1/members/{member_id}").headers["ETag"]
    return owner.client.patch(f"/v1/members/{member_id}", json={"role": role}, headers={"If-Match": tag})


def refused(answer):
    return (answer.status_code, answer.json["code"]) == (403, "scope-missing")


def test_an_owner_invites_and_the_code_carries_the_role(paired, client):
    invited = invite(paired, "李梅", "read_only")
    assert invited.status_code == 201, invited.text
    answer = client.post("/v1/devices", json={"code": invited.json["code"], "name": "phone"})
    assert answer.status_code == 201, answer.text
    assert (answer.json["member"], answer.json["role"], answer.json["scopes"]) == ("李梅", "read_only", ["scores:read"])
    found = members(paired)
    assert {name: item["role"] for name, item in found.items()} == {"owner": "owner", "李梅": "read_only"}
    assert found["李梅"]["devices"] == 1


def test_what_each_role_may_do(pair):
    owner = pair()
    assert owner.client.put("/v1/subjects/shop-1", json={}).status_code == 201
    member, reader = pair(member="m", role="member"), pair(member="r", role="read_only")
    for one in (owner, member, reader):
        assert one.client.get("/v1/subjects").json["items"][0]["id"] == "shop-1"
    assert send(member, [ORDER]).status_code == 200
    assert refused(send(reader, [ORDER], key="k2"))
    assert refused(reader.client.put("/v1/subjects/shop-2", json={}))
    for one in (member, reader):
        assert refused(one.client.get("/v1/devices"))
        assert refused(one.client.get("/v1/members"))
        assert refused(one.client.get("/v1/audit"))
        assert refused(invite(one, "x", "owner"))
        assert refused(one.client.delete(f"/v1/devices/{owner.device_id}"))


def test_another_role_changes_the_tokens_that_are_out(pair):
    owner, member = pair(), pair(member="m", role="member")
    found = members(owner)["m"]
    assert set_role(owner, found["id"], "read_only").json["role"] == "read_only"
    assert refused(member.client.put("/v1/subjects/shop-1", json={}))
    assert set_role(owner, found["id"], "owner").status_code == 200
    assert member.client.get("/v1/members").status_code == 200


def test_a_role_changed_meanwhile_is_not_changed_again(pair):
    owner, _ = pair(), pair(member="m", role="member")
    member_id = members(owner)["m"]["id"]
    tag = owner.client.get(f"/v1/members/{member_id}").headers["ETag"]
    assert owner.client.get(f"/v1/members/{member_id}", headers={"If-None-Match": tag}).status_code == 304
    assert set_role(owner, member_id, "read_only", tag).status_code == 200
    assert set_role(owner, member_id, "owner", tag).status_code == 412
    unguarded = owner.client.patch(f"/v1/members/{member_id}", json={"role": "owner"})
    assert (unguarded.status_code, unguarded.json["code"]) == (428, "precondition-missing")
    assert members(owner)["m"]["role"] == "read_only"


def test_who_is_removed_is_out_at_once_and_no_open_code_leads_back(pair, client):
    owner, member = pair(), pair(member="m", role="member")
    code = invite(owner, "m", "member").json["code"]
    assert owner.client.delete(f"/v1/members/{members(owner)['m']['id']}").status_code == 204
    assert member.client.get("/v1/subjects").status_code == 401
    assert client.post("/v1/devices", json={"code": code, "name": "again"}).status_code == 403
    assert "m" not in members(owner)


def test_the_last_owner_stays(paired):
    own = members(paired)["owner"]["id"]
    for answer in (paired.client.delete(f"/v1/members/{own}"), set_role(paired, own, "member")):
        assert (answer.status_code, answer.json["code"]) == (409, "last-owner")
    assert paired.client.get("/v1/members").status_code == 200


def test_two_owners_who_remove_each_other_leave_one(pair, app, admin):
    one, other = pair(), pair(member="second", role="owner")
    ids = {name: item["id"] for name, item in members(one).items()}
    barrier = threading.Barrier(2)

    def remove(token, member_id):
        barrier.wait()
        app.test_client().delete(f"/v1/members/{member_id}", headers={"Authorization": f"Bearer {token}"})

    threads = [
        threading.Thread(target=remove, args=(one.token, ids["second"])),
        threading.Thread(target=remove, args=(other.token, ids["owner"])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [row.role for row in rows(admin, "SELECT role FROM members")] == ["owner"]


def test_a_member_is_invited_under_the_role_they_have(paired, pair, app):
    pair(member="m", role="member")
    answer = invite(paired, "m", "owner")
    assert (answer.status_code, answer.json["code"]) == (409, "member-has-role")
    with pytest.raises(MemberError, match="m is a member already, with the role member"):
        create_code(app.extensions[KEY].database.gate, member="m", role="read_only")


def test_accounts_do_not_see_each_others_people(pair):
    mine, theirs = pair(), pair(account="other")
    [their] = theirs.client.get("/v1/members").json["items"]
    assert [item["id"] for item in mine.client.get("/v1/members").json["items"]] != [their["id"]]
    for answer in (
        mine.client.get(f"/v1/members/{their['id']}"),
        mine.client.delete(f"/v1/members/{their['id']}"),
        set_role(mine, their["id"], "member", '"x"'),
        mine.client.get(f"/v1/devices/{theirs.device_id}"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    assert {event["event"] for event in theirs.client.get("/v1/audit").json["items"]} == {
        "member.invited",
        "device.paired",
    }


def test_a_device_is_renamed_on_the_copy_it_was_read_as(paired):
    address = f"/v1/devices/{paired.device_id}"
    tag = paired.client.get(address).headers["ETag"]
    renamed = paired.client.patch(address, json={"name": "前台电脑"}, headers={"If-Match": tag})
    assert renamed.json["name"] == "前台电脑"
    assert paired.client.patch(address, json={"name": "x"}, headers={"If-Match": tag}).status_code == 412
    assert paired.client.patch(address, json={"name": "x"}).status_code == 428
    assert paired.client.get(address).json["name"] == "前台电脑"


def test_an_exchanged_token_ends_the_old_one_with_its_first_use(paired, pair, client):
    new = paired.client.post(f"/v1/devices/{paired.device_id}/token").json["token"]
    assert paired.client.get("/v1/devices").status_code == 200, "the answer might have been lost"
    assert client.get("/v1/devices", headers={"Authorization": f"Bearer {new}"}).status_code == 200
    old = paired.client.get("/v1/devices")
    assert (old.status_code, old.json["code"]) == (401, "token-wrong")
    other = pair(name="other")
    foreign = other.client.post(f"/v1/devices/{paired.device_id}/token")
    assert (foreign.status_code, foreign.json["code"]) == (403, "not-own-device")


def test_the_audit_log_tells_who_did_what_newest_first(paired, client):
    code = invite(paired, "m", "member").json["code"]
    phone = client.post("/v1/devices", json={"code": code, "name": "phone"}).json["device_id"]
    paired.client.put("/v1/subjects/shop-1", json={})
    paired.client.put("/v1/subjects/shop-1", json={"name": "again"})
    set_role(paired, members(paired)["m"]["id"], "read_only")
    paired.client.delete(f"/v1/devices/{phone}")
    paired.client.delete(f"/v1/devices/{phone}")
    paired.client.delete(f"/v1/members/{members(paired)['m']['id']}")
    events, cursor = [], None
    while cursor is not None or not events:
        query = "limit=3" if cursor is None else f"limit=3&cursor={cursor}"
        page = paired.client.get(f"/v1/audit?{query}").json
        events += page["items"]
        cursor = page["next_cursor"]
    told = [(event["event"], event["member"], event["device"]) for event in reversed(events)]
    assert told == [
        ("member.invited", "owner", "koubei pair"),
        ("device.paired", "owner", "test"),
        ("member.invited", "owner", "test"),
        ("device.paired", "m", "phone"),
        ("subject.bound", "owner", "test"),
        ("member.role_changed", "owner", "test"),
        ("device.revoked", "owner", "test"),
        ("member.removed", "owner", "test"),
    ]
    assert [event["subject_id"] for event in events if event["event"] == "subject.bound"] == ["shop-1"]
    bad = paired.client.get("/v1/audit?cursor=eHg=")
    assert [error["path"] for error in bad.json["errors"]] == ["cursor"]


def test_nobody_rewrites_the_audit_log(paired, database):
    from sqlalchemy.exc import ProgrammingError

    from server.db.tenancy import account

    for role, statement in (
        ("app", "DELETE FROM audit_events"),
        ("app", "UPDATE audit_events SET member = 'x'"),
        ("gate", "SELECT * FROM audit_events"),
        ("gate", "DELETE FROM audit_events"),
    ):
        engine = getattr(database, role)
        with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(statement))
    stranger = "00000000-0000-4000-8000-000000000000"
    insert = "INSERT INTO audit_events (account_id, member, device, event, detail) VALUES (:id, 'x', 'x', 'x', '{}')"
    with (
        database.app.connect() as connection,
        pytest.raises(ProgrammingError, match="row-level security"),
        account(connection, stranger),
    ):
        connection.execute(text(insert), {"id": paired.account_id})
