"""A plain client for the broker that Celery's transport is told of."""

from urllib.parse import parse_qs, urlsplit

import redis

_TIMEOUT = 1.0  # seconds; a broker on this computer answers in a millisecond


def connect(url: str | None) -> redis.Redis:
    """Return a client, not yet connected. Raises ValueError for a URL that names no Redis or Valkey."""
    if url is None:
        raise ValueError("no broker is set; start the server with `koubei up`, or set KOUBEI_BROKER_URL")
    parts = urlsplit(url)
    if parts.scheme == "redis+socket":  # kombu's spelling of a unix socket
        database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
        url = f"unix://{parts.path}?db={database}"
    return redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
