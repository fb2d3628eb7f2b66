"""Browsers that send a shop's records in batches, each until it is acknowledged, whatever happens to the server."""

import json
import threading
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Any

import psycopg
import requests

from server.demo.generator import generate
from tests.crash.test_import_crashes import DAY, DIFFERENCE
from tests.running import RULES, Koubei, eventually, score_from_file

PATIENCE = 180.0
_AGAIN = {429, 500, 502, 503, 504}


class Browser(threading.Thread):
    """Sends one shop. `acknowledged` counts batches with a receipt; `answers` what it was told, errors included."""

    def __init__(self, koubei: Koubei, subject: str, seed: int, batches: int, *, pause: float = 0) -> None:
        super().__init__(name=subject, daemon=True)
        self.subject, self.acknowledged, self.answers = subject, 0, Counter[str]()
        self.failure: BaseException | None = None
        records = list(generate(seed=seed, last_day=DAY, days=40, orders_per_day=batches // 20 + 2, official=20))
        self.records = [{**one, "id": subject} if one["kind"] == "subject" else one for one in records]
        size = -(-len(self.records) // batches)
        self.batches = [self.records[start : start + size] for start in range(0, len(self.records), size)]
        self._koubei, self._pause = koubei, pause
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {koubei.token}"
        self._address = f"{koubei.address.url}/v1/subjects/{subject}"

    def run(self) -> None:
        try:
            self._until("PUT", "", {}, "bind")
            for number, batch in enumerate(self.batches):
                body = {"format": "koubei.records/1", "source": {"name": "load"}, "records": batch}
                receipt = self._until("POST", "/batches", body, f"k{number}")
                assert receipt["accepted"] + receipt["unchanged"] == len(batch), receipt
                self.acknowledged += 1
                time.sleep(self._pause)
        except BaseException as failure:  # noqa: BLE001 -- carried to the test, which raises it
            self.failure = failure

    def erase(self) -> None:
        answer = self._session.delete(self._address, timeout=20)
        assert answer.status_code == requests.codes.no_content, answer.text

    def _until(self, method: str, path: str, body: Any, key: str) -> Any:
        deadline = time.monotonic() + PATIENCE
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        text = json.dumps(body).encode()
        while True:
            try:
                answer = self._session.request(method, self._address + path, data=text, headers=headers, timeout=20)
            except requests.RequestException as error:
                told = type(error).__name__
            else:
                told = str(answer.status_code)
                if answer.ok:
                    self.answers[told] += 1
                    return answer.json()
                assert answer.status_code in _AGAIN, answer.text
            self.answers[told] += 1
            assert time.monotonic() < deadline, f"{self.subject}: no receipt for {key}, last {told}"
            time.sleep(0.1)


class Load:
    """Several browsers at once."""

    def __init__(self, koubei: Koubei, name: str, *, shops: int, batches: int, pause: float = 0) -> None:
        """`batches` of each shop, about."""
        self._koubei = koubei
        self.browsers = [
            Browser(koubei, f"{name}-{number}", 31 * number + 7, batches, pause=pause) for number in range(shops)
        ]
        for browser in self.browsers:
            browser.start()

    @property
    def acknowledged(self) -> int:
        return sum(browser.acknowledged for browser in self.browsers)

    @property
    def total(self) -> int:
        return sum(len(browser.batches) for browser in self.browsers)

    @property
    def answers(self) -> Counter[str]:
        return sum((browser.answers for browser in self.browsers), Counter())

    def reaches(self, share: float) -> None:
        """Wait until this share of all batches is acknowledged."""
        wanted = int(share * self.total)
        eventually(
            lambda: self.acknowledged >= wanted or any(browser.failure for browser in self.browsers),
            f"{wanted} batches, of which {self.acknowledged} are acknowledged",
            self._koubei.messages,
            seconds=PATIENCE,
        )

    def ends(self) -> None:
        for browser in self.browsers:
            browser.join(2 * PATIENCE)
            if browser.failure is not None:
                raise browser.failure
            assert not browser.is_alive()

    def is_whole(self) -> float:
        """Every acknowledged record once, every score that of the file; the seconds until the last was scored."""
        began = time.monotonic()
        eventually(self._is_scored, "every subject to be scored", self._koubei.messages)
        took = time.monotonic() - began
        for browser in self.browsers:
            subject, records = browser.subject, browser.records
            held = self._koubei.rows("SELECT kind, id FROM records WHERE subject_id = %s", subject)
            assert sorted(held) == sorted({(one["kind"], one["id"]) for one in records})
            assert self._koubei.rows(DIFFERENCE, subject, subject) == []
            [(receipts,)] = self._koubei.rows("SELECT count(*) FROM receipts WHERE subject_id = %s", subject)
            assert receipts == len(browser.batches)
            score = eventually(partial(self._score, subject), "a score", self._koubei.messages)
            assert score == score_from_file(records, str(DAY), subject)
        return took

    # What was killed after the last batch may still be starting.
    def _is_scored(self) -> bool:
        with suppress(psycopg.OperationalError):
            return not self._koubei.rows("SELECT id FROM subjects WHERE input_version <> scored_version")
        return False

    def _score(self, subject: str) -> Any:
        with suppress(requests.ConnectionError):
            answer = self._koubei.get(f"/subjects/{subject}/score?as_of={DAY}&rules={RULES}")
            return answer.json() if answer.ok else None
        return None

    def erase(self) -> None:
        """Nothing of these shops is left to be worked on."""
        for browser in self.browsers:
            browser.erase()
