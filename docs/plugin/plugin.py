"""A plugin of koubei in Python: pairs, sends an order, reads the score and what to do first.

python plugin.py http://127.0.0.1:8787 CODE        where CODE is what `koubei pair` prints
"""

import json
import sys
import time
import uuid

import requests

SHOP = "my-shop"
ORDER = {
    "kind": "order",
    "id": "4781234567890123456",
    "created_at": "2026-11-01T10:00:00+08:00",
    "paid_at": "2026-11-01T10:01:00+08:00",
}


class Koubei:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()

    def call(self, method: str, path: str, **options: object) -> requests.Response:
        """One request; again where the server is busy, an exception with its own words where it refuses."""
        for _ in range(5):
            answer = self.session.request(method, f"{self.url}{path}", timeout=30, **options)
            if answer.status_code not in {408, 429, 503}:
                break
            time.sleep(int(answer.headers.get("Retry-After", "1")))
        if answer.status_code >= 400:
            problem = answer.json()
            raise RuntimeError(f"{problem['code']}: {problem['detail']}")
        return answer

    def pair(self, code: str) -> None:
        """The token is told this once; a real plugin keeps it, readable for its user alone."""
        paired = self.call("POST", "/v1/devices", json={"code": code, "name": "my plugin"}).json()
        self.session.headers["Authorization"] = f"Bearer {paired['token']}"

    def send(self, records: list[dict[str, object]]) -> dict[str, object]:
        """A batch under a key of its own: sent twice it is stored once."""
        batch = {"format": "koubei.records/1", "source": {"name": "my plugin"}, "records": records}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self.call("POST", f"/v1/subjects/{SHOP}/batches", json=batch, headers=headers).json()

    def score(self, etag: str | None = None) -> tuple[dict[str, object] | None, str]:
        """The score and its ETag; None where it is still the one the ETag stands for."""
        headers = {} if etag is None else {"If-None-Match": etag}
        answer = self.call("GET", f"/v1/subjects/{SHOP}/score", headers=headers)
        return (None if answer.status_code == 304 else answer.json()), answer.headers["ETag"]


def main(url: str, code: str) -> None:
    koubei = Koubei(url)
    if "koubei.records/1" not in koubei.call("GET", "/health/ready").json()["formats"]:
        raise RuntimeError("this server does not read koubei.records/1")
    koubei.pair(code)
    koubei.call("PUT", f"/v1/subjects/{SHOP}", json={"platform": "douyin", "type": "shop"})
    receipt = koubei.send([ORDER])
    score, etag = koubei.score()
    again, _ = koubei.score(etag)
    actions = koubei.call("GET", f"/v1/subjects/{SHOP}/actions").json()["actions"]
    said = {"receipt": receipt, "rules": score and score["rules"], "unchanged": again is None, "actions": len(actions)}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
