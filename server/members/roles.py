"""Roles, and the scopes that the tokens of their devices carry. Declared once, for the gate and for the document."""

from typing import Literal, get_args

Role = Literal["owner", "member", "read_only"]

ROLES: tuple[Role, ...] = get_args(Role)
FIRST_OWNER = "owner"
"""The name of an account's first member, whom `koubei pair` means where it is told no other."""
LONGEST_NAME = 100

_READ = ("scores:read",)
_WORK = (*_READ, "records:write", "actions:write")
SCOPES_OF: dict[Role, tuple[str, ...]] = {
    "read_only": _READ,
    "member": _WORK,
    "owner": (*_WORK, "settings:write", "devices:write", "audit:read"),
}
