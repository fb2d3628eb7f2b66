"""An agency at work on a server of its own: its shops, its people with their devices, and what they do all day."""

import datetime as dt
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlencode

import requests

from server.demo.generator import generate
from tests.running import Koubei, eventually

BATCH = 500
ROLES = ("member",) * 6 + ("read_only",) * 3
PATIENCE = 900.0


@dataclass
class Took:
    """Seconds by what was done, of all people together; `refused` by what and status."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    @contextmanager
    def measured(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[what].append(time.perf_counter() - began)

    def told(self) -> str:
        def line(what: str, found: list[float]) -> str:
            ordered = sorted(found)
            worst, p95 = ordered[-1], ordered[int(0.95 * (len(ordered) - 1))]
            return (
                f"  {what}: {len(found)} times, p50 {1000 * median(found):.0f} ms,"
                f" p95 {1000 * p95:.0f} ms, worst {1000 * worst:.0f} ms"
            )

        return "\n".join(line(what, found) for what, found in sorted(self.seconds.items()))


class Device:
    """One paired browser or program of a person."""

    def __init__(self, server: str, certificate: str, code: str, name: str) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = certificate
        self._server = server
        paired = self.good("POST", "/devices", {"code": code, "name": name}).json()
        self.id, self.role, self.member = paired["device_id"], paired["role"], paired["member"]
        self.token = paired["token"]

    @property
    def token(self) -> str:
        return str(self._session.headers["Authorization"]).removeprefix("Bearer ")

    @token.setter
    def token(self, token: str) -> None:
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self._session.request(method, f"{self._server}/v1{path}", json=body, headers=headers, timeout=120)

    def good(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        answer = self.ask(method, path, body, **headers)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def all_subjects(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            words = urlencode({"limit": 200, **query} | ({"cursor": cursor} if cursor else {}))
            page = self.good("GET", f"/subjects?{words}").json()
            found += page["items"]
            if (cursor := page["next_cursor"]) is None:
                return found


class Agency:
    """`shops` of them, every tenth five times as busy; the owner's and the people's devices, two each."""

    def __init__(self, koubei: Koubei, server: str, certificate: str, *, shops: int, code: str) -> None:
        self.koubei, self.server, self.certificate = koubei, server, certificate
        self.took = Took()
        self.owner = Device(server, certificate, code, "owner's laptop")
        self.shops = [f"70{number:05}" for number in range(shops)]
        self.people: list[Device] = []

    def invite(self, roles: tuple[str, ...] = ROLES) -> None:
        for number, role in enumerate(roles):
            for device in ("laptop", "desk"):
                invitation = {"name": f"person {number}", "role": role}
                code = self.owner.good("POST", "/members/invitations", invitation).json()["code"]
                self.people.append(Device(self.server, self.certificate, code, f"{device} {number}"))

    def records(self, number: int) -> list[dict[str, Any]]:
        today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
        busy = 10 if number % 10 == 0 else 2
        made = generate(seed=number, last_day=today, days=40, orders_per_day=busy, official=20)
        return [one for one in made if one["kind"] != "subject"]

    def fill(self) -> int:
        """Members bind and send all shops at once; how many records that were."""
        writers = itertools.cycle([one for one in self.people if one.role == "member"])
        jobs = [(number, shop, next(writers)) for number, shop in enumerate(self.shops)]

        def send(job: tuple[int, str, Device]) -> int:
            number, shop, device = job
            device.good("PUT", f"/subjects/{shop}", {"name": f"店铺 {number}", "type": "shop", "platform": "douyin"})
            records = self.records(number)
            for start in range(0, len(records), BATCH):
                with self.took.measured("first batches"):
                    self.batch(device, shop, records[start : start + BATCH], f"first-{start}")
            return len(records)

        with ThreadPoolExecutor(6) as pool:
            return sum(pool.map(send, jobs))

    def batch(self, device: Device, shop: str, records: list[dict[str, Any]], key: str) -> None:
        body = {"format": "koubei.records/1", "source": {"name": "agency"}, "records": records}
        device.good("POST", f"/subjects/{shop}/batches", body, **{"Idempotency-Key": key})

    def scored(self) -> float:
        """Seconds until no subject waits for its score."""
        behind = "SELECT 1 FROM subjects WHERE input_version > scored_version"
        began = time.monotonic()
        eventually(
            lambda: not self.koubei.rows(behind), "every shop to be scored", self.koubei.messages, seconds=PATIENCE
        )
        return time.monotonic() - began

    def work(self, rounds: int) -> None:
        """Everybody at once, each on shops of their own choice."""
        everybody = [self.owner, *self.people[::2]]
        with ThreadPoolExecutor(len(everybody)) as pool:
            days = [pool.submit(self._day, one, number, rounds) for number, one in enumerate(everybody)]
        for day in days:
            day.result()

    def _day(self, device: Device, number: int, rounds: int) -> None:
        """Looks at the list, opens a shop, its orders and actions, tries something, sends what was read."""
        measured, get = self.took.measured, device.good
        for turn in range(rounds):
            shop = self.shops[(37 * number + 11 * turn) % len(self.shops)]
            at = f"/subjects/{shop}"
            with measured("list, worst first"):
                get("GET", "/subjects?sort=change&limit=200")
            with measured("list, searched"):
                get("GET", f"/subjects?q={shop[-3:]}")
            with measured("overlay of the score page"):
                get("GET", f"{at}/overlay?page=score")
            with measured("orders at risk"):
                ids = [one["order_id"] for one in get("GET", f"{at}/orders/at-risk?limit=20").json()["orders"]]
            with measured("overlay of 20 orders"):
                get("GET", f"{at}/overlay?page=orders" + "".join(f"&id={one}" for one in ids))
            with measured("actions"):
                actions = get("GET", f"{at}/actions").json()["actions"]
            with measured("what-if"):
                get("POST", f"{at}/what-if/levers", {"as_of": None, "rules": "auto", "positions": {}})
            if device.role == "read_only":
                continue
            with measured("batch of 20"):
                self.batch(device, shop, self.records(self.shops.index(shop))[-20:], f"{number}-{turn}")
            if actions:
                with measured("action answered"):
                    get("PATCH", f"{at}/actions/{actions[0]['id']}", {"state": "dismissed", "snoozed_until": None})
                get("PATCH", f"{at}/actions/{actions[0]['id']}", {"state": "open", "snoozed_until": None})
            if device.role == "owner":
                with measured("settings"):
                    answer = get("GET", f"{at}/settings")
                    wanted = {**answer.json()["settings"], "warn_yellow_hours": 24 + turn}
                    get("PUT", f"{at}/settings", wanted, **{"If-Match": answer.headers["ETag"]})
                with measured("export"):
                    get("POST", f"{at}/exports")

    def status(self, device: Device) -> int:
        return device.ask("GET", "/subjects?limit=1").status_code
