"""Three hundred shops whose day is due at once: how long they take, and whether whoever works meanwhile must wait.

`python -m tests.bench.bench_daily [valkey|postgres]`: a real `koubei up`, its one worker process.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import requests

from server.db.broker import DAILY, OUTLOOK
from server.db.hints import Hints
from tests.integration.working import small_shop
from tests.running import Koubei, eventually

SHOPS, OUTLOOKS, PROBES = 300, 20, 25


class Probe:
    """A shop that somebody looks at: the seconds from a batch to its score."""

    def __init__(self, koubei: Koubei) -> None:
        self._koubei = koubei
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {koubei.token}"
        self._sent = 0

    def put(self, subject: str, records: list[dict[str, object]]) -> None:
        address = f"{self._koubei.address.url}/v1/subjects/{subject}"
        self._session.put(address, json={}, timeout=60).raise_for_status()
        body = {"format": "koubei.records/1", "source": {"name": "bench"}, "records": records}
        self._sent += 1
        headers = {"Idempotency-Key": f"k{self._sent}"}
        self._session.post(f"{address}/batches", json=body, headers=headers, timeout=60).raise_for_status()

    def seconds(self) -> float:
        self.put("probe", [{"kind": "review", "id": f"r{self._sent}", "order_id": "o1", "stars": 4}])
        began = time.monotonic()
        behind = "SELECT 1 FROM subjects WHERE id = 'probe' AND input_version > scored_version"
        eventually(lambda: not self._koubei.rows(behind), "the probe to be scored", self._koubei.messages, seconds=600)
        return time.monotonic() - began

    def told(self, name: str) -> None:
        found = sorted(self.seconds() for _ in range(PROBES))
        p50, p95 = statistics.median(found), found[int(0.95 * PROBES)]
        sys.stdout.write(f"{name}: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms, worst {1000 * found[-1]:.0f} ms\n")
        sys.stdout.flush()


def main(broker: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        koubei = Koubei(Path(folder) / "home", broker=broker, tick_seconds=3600)
        koubei.start()
        try:
            koubei.pair()
            _measure(koubei)
        finally:
            koubei.stop()


def _measure(koubei: Koubei) -> None:
    probe = Probe(koubei)
    records = [one for one in small_shop() if one["kind"] != "subject"][:200]
    for number in range(SHOPS):
        probe.put(f"shop-{number}", records)
    probe.put("probe", records)
    behind = "SELECT 1 FROM subjects WHERE input_version > scored_version"
    eventually(lambda: not koubei.rows(behind), "all to be scored", koubei.messages, seconds=600)
    probe.told("nothing else to do")
    older = "UPDATE subjects SET created_at = now() - interval '2 days' RETURNING 1"
    koubei.rows(older)
    hints = Hints(koubei.address.broker_url)
    began = time.monotonic()
    for number in range(SHOPS):
        hints.give(f"shop-{number}", DAILY)
        if number < OUTLOOKS:
            hints.give(f"shop-{number}", OUTLOOK)
    hints.close()
    probe.told(f"{SHOPS} daily runs and {OUTLOOKS} outlooks waiting")
    done = "SELECT count(DISTINCT subject_id) FROM daily_runs"
    eventually(lambda: koubei.rows(done)[0][0] >= SHOPS, "all days to be done", koubei.messages, seconds=900)
    sys.stdout.write(f"all days done {time.monotonic() - began:.0f} s after they were asked for\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "valkey")
