"""A day of an agency from its first pairing to its restored backup, told with figures."""

import shutil
import socket
import sys
import time
from pathlib import Path

from server.db.broker import DAILY
from server.db.hints import Hints
from tests.running import Koubei, command, eventually
from tests.soak.agency import ROLES, Agency
from tests.unit.test_settings import certificate


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def own_address() -> str:
    """This computer as others reach it; where it has no such address the loopback one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: only the route is looked up
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def agency_day(folder: Path, *, shops: int, roles: tuple[str, ...] = ROLES, rounds: int, whole: bool) -> Agency:
    """`whole`: all moves to another computer at the end."""
    address = own_address()
    files = certificate(folder, "agency", address=address)
    koubei = Koubei(folder / "home", host="0.0.0.0", allowed_hosts=address, tick_seconds=2, **files)  # noqa: S104 -- over TLS
    koubei.start()
    try:
        server = f"https://{address}:{koubei.port}"
        home = str(koubei.home)
        agency = Agency(
            koubei,
            server,
            str(files["tls_certificate"]),
            shops=shops,
            code=command("pair", "--home", home).stdout.strip(),
        )
        agency.invite(roles)
        _works(agency, rounds)
        _people_change(agency)
        _daily(agency)
        if whole:
            _moves(agency, folder)
    finally:
        koubei.stop()
    return agency


def _works(agency: Agency, rounds: int) -> None:
    began = time.monotonic()
    records = agency.fill()
    sent = time.monotonic() - began
    say(f"{len(agency.shops)} shops, {records} records in {sent:.0f} s; scored {agency.scored():.0f} s later")
    began = time.monotonic()
    agency.work(rounds)
    [(ahead,)] = agency.koubei.rows("SELECT count(*) FROM overviews WHERE risk IS NOT NULL")
    say(f"everybody at work for {time.monotonic() - began:.0f} s; by then {ahead} outlooks are made")
    listed = agency.owner.all_subjects(sort="change")
    assert sorted(one["id"] for one in listed) == agency.shops
    changes = [one["overview"]["shown"]["change"] for one in listed if one["overview"]["shown"]]
    assert changes == sorted(changes), "the steepest fall first"
    assert len({one["name"] for one in listed}) == len(listed)


def _people_change(agency: Agency) -> None:
    owner, people = agency.owner, agency.people
    members = {one["name"]: one for one in owner.good("GET", "/members").json()["items"]}
    assert len(members) == 1 + len(people) // 2
    assert members[people[0].member]["devices"] == 2
    leaves, stolen, changed, rotated = people[0], people[3], people[4], people[-1]
    owner.good("DELETE", f"/members/{members[leaves.member]['id']}")
    assert [agency.status(one) for one in people[:2]] == [401, 401], "both devices of who left"
    owner.good("DELETE", f"/devices/{stolen.id}")
    assert [agency.status(one) for one in people[2:4]] == [200, 401], "the stolen one alone"
    path = f"/members/{members[changed.member]['id']}"
    owner.good("PATCH", path, {"role": "read_only"}, **{"If-Match": owner.good("GET", path).headers["ETag"]})
    refused = changed.ask("PUT", f"/subjects/{agency.shops[0]}", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    before = rotated.token
    rotated.token = rotated.good("POST", f"/devices/{rotated.id}/token").json()["token"]
    assert agency.status(rotated) == 200
    rotated.token, after = before, rotated.token
    assert agency.status(rotated) == 401
    rotated.token = after
    erased = agency.shops.pop()
    owner.good("DELETE", f"/subjects/{erased}")
    audit = owner.good("GET", "/audit?limit=10").json()["items"]
    told = [one["event"] for one in audit]
    wanted = ["subject.erased", "device.token_rotated", "member.role_changed", "device.revoked", "member.removed"]
    assert told[:5] == wanted, told
    assert erased not in str(audit)


def _daily(agency: Agency) -> None:
    koubei = agency.koubei
    koubei.rows("UPDATE subjects SET created_at = now() - interval '2 days' RETURNING 1")
    koubei.rows("DELETE FROM daily_runs RETURNING 1")
    hints = Hints(koubei.address.broker_url)
    began = time.monotonic()
    for shop in agency.shops:
        hints.give(shop, DAILY)
    hints.close()
    done = "SELECT count(DISTINCT subject_id) FROM daily_runs WHERE done_at IS NOT NULL"
    eventually(lambda: koubei.rows(done)[0][0] >= len(agency.shops), "the daily run", koubei.messages, seconds=900)
    say(f"daily run of {len(agency.shops)} shops, asked for at once: {time.monotonic() - began:.0f} s")


def _moves(agency: Agency, folder: Path) -> None:
    """Everything into one file, and out of it on a computer that has nothing."""
    koubei, file = agency.koubei, folder / "agency.koubei"
    before = agency.owner.all_subjects(sort="total")
    began = time.monotonic()
    command("backup", str(file), "--home", str(koubei.home))
    written = time.monotonic() - began
    assert koubei.stop() == 0
    shutil.rmtree(koubei.home)
    began = time.monotonic()
    command("restore", str(file), "--home", str(koubei.home))
    say(f"backup {written:.0f} s, {file.stat().st_size / 2**20:.0f} MB; restore {time.monotonic() - began:.0f} s")
    koubei.start()
    known = ("id", "name", "overview")
    after = agency.owner.all_subjects(sort="total")
    assert [[one[name] for name in known] for one in after] == [[one[name] for name in known] for one in before]
