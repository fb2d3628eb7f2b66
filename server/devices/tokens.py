"""Tokens of devices: `kb_<device id>_<secret>`. The database holds the SHA-256 of the secret and nothing that opens."""

import hashlib
import secrets
from uuid import UUID


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).digest()


def token(device_id: UUID, secret: str) -> str:
    return f"kb_{device_id.hex}_{secret}"
