"""How often one token may call: a window a minute, counted in Valkey, so that every process counts the same.

Without Valkey each process counts by itself: a limit that is a little too generous, and no request fails for it.
"""

import ipaddress
import math
import time
from typing import Any

import structlog
from flask import request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import RedisError

from server.http.problems import ProblemError

PAIRINGS_A_MINUTE = 10  # from an address beyond this computer: five wrong tries withdraw an open code

_AWAY_SECONDS = 5.0  # a broker that is away is not asked again at once: asking costs a connection attempt
_LOST = (StorageError, RedisError, OSError)

log = structlog.get_logger()


class RateLimits:
    """`broker_url` as Celery reads it; any other broker than Valkey or Redis, or none, is counted without."""

    def __init__(self, broker_url: str | None, requests_per_minute: int) -> None:
        self._a_token = RateLimitItemPerMinute(requests_per_minute, namespace="koubei:limit")
        self._an_address = RateLimitItemPerMinute(PAIRINGS_A_MINUTE, namespace="koubei:limit")
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        uri = None if broker_url is None else _storage_uri(broker_url)
        timeouts: dict[str, Any] = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
        self._shared = (
            None
            if uri is None
            else SlidingWindowCounterRateLimiter(RedisStorage(uri, wrap_exceptions=True, **timeouts))
        )
        self._away_until = 0.0

    def take(self, device_id: object) -> None:
        """Count one request of a token. Answers 429 beyond the limit."""
        self._hit(self._a_token, "token", str(device_id))

    def may_pair(self) -> None:
        """Answer 429 to an address beyond this computer from which too many wrong codes came."""
        self._pairing(used=0)

    def count_wrong_code(self) -> None:
        """A good one is not counted: a whole office may set up its browsers at once."""
        self._pairing(used=1)

    def _pairing(self, used: int) -> None:
        address = request.remote_addr or ""
        if not is_loopback(address):
            self._hit(self._an_address, "pairing", address, used=used)

    def _hit(self, limit: RateLimitItem, *who: str, used: int = 1) -> None:
        counter = self._alone if self._shared is None or time.monotonic() < self._away_until else self._shared
        try:
            self._count(counter, limit, who, used)
        except _LOST as error:
            log.warning("limits_counted_alone", error=type(error).__name__)
            self._away_until = time.monotonic() + _AWAY_SECONDS
            self._count(self._alone, limit, who, used)

    def _count(
        self, counter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, who: tuple[str, ...], used: int
    ) -> None:
        """`used` 0 looks whether there is room and takes none."""
        if counter.hit(limit, *who) if used else counter.test(limit, *who):
            return
        free_at = counter.get_window_stats(limit, *who).reset_time
        seconds = min(max(math.ceil(free_at - time.time()), 1), limit.get_expiry())
        raise ProblemError(
            "too-many-requests",
            f"{who[0]} {who[1][:100]} made more than {limit.amount} requests a minute",
            headers={"Retry-After": str(seconds)},
        )


def _storage_uri(broker_url: str) -> str | None:
    """The library's spelling of the broker's address."""
    if broker_url.startswith("redis+socket://"):
        path, _, query = broker_url.removeprefix("redis+socket://").partition("?")
        return f"redis+unix://{path}?db={query.removeprefix('virtual_host=') or 0}"
    return broker_url if broker_url.startswith(("redis://", "rediss://")) else None


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
