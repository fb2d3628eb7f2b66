"""What can be set, once and typed: defaults < `koubei.toml` in the home folder < `KOUBEI_*` < flags of the command."""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs

CONFIG_FILE = "koubei.toml"
ENVIRONMENT_PREFIX = "KOUBEI_"
# Read by the tests, not by the product.
_FOREIGN_VARIABLES = frozenset({"KOUBEI_SHARED"})


class SettingsError(ValueError):
    """A setting that cannot be used; its text says which, where it came from, and what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`database_url` and `broker_url` are None while the embedded servers are meant and not yet running."""

    home: Path
    database_url: str | None = None
    broker_url: str | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8787
    web_threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 8
    worker_processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    tick_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 30
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    # Names a browser may reach this server by; any other name in the Host header is DNS rebinding.
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")


_FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


def load_settings(home: Path | str | None = None, **flags: Any) -> Settings:
    """Read every source and return the settings; a flag that is None was not given.

    Raises SettingsError for an unknown key, a value of the wrong type, an unreadable file, or a host beyond loopback.
    """
    environment = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name not in _FOREIGN_VARIABLES
    }
    chosen = home or environment.pop("home", None) or platformdirs.user_data_path("koubei")
    folder = Path(chosen).expanduser().absolute()
    environment.pop("home", None)
    file = folder / CONFIG_FILE
    values: dict[str, Any] = {"home": folder}
    values |= _convert(_read_file(file), source=str(file), spelling="{}")
    values |= _convert(environment, source="the environment", spelling="KOUBEI_{}", strict=False)
    given = {name: value for name, value in flags.items() if value is not None}
    values |= _convert(given, source="the command line", spelling="--{}")
    settings = Settings(**values)
    _refuse_open_host(settings.host)
    return settings


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read {file}: {error}; mend the file or move it away") from error


def _convert(raw: Mapping[str, Any], *, source: str, spelling: str, strict: bool = True) -> dict[str, Any]:
    converted = {}
    for name, value in raw.items():
        shown = _spell(name, spelling)
        if name == "home" or name not in _FIELDS:
            known = ", ".join(_spell(known, spelling) for known in _FIELDS if known != "home")
            raise SettingsError(f"{source} sets {shown}, which koubei does not know; it knows {known}")
        kind = _FIELDS[name].type
        words = [word.strip() for word in value.split(",")] if kind == tuple[str, ...] and not strict else value
        try:
            converted[name] = msgspec.convert(words, kind, strict=strict)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{source} sets {shown} to {value!r}: {error}; correct or remove it") from error
    return converted


def _spell(name: str, spelling: str) -> str:
    if spelling.startswith(ENVIRONMENT_PREFIX):
        return spelling.format(name.upper())
    return spelling.format(name.replace("_", "-") if spelling.startswith("--") else name)


def _refuse_open_host(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"host is {host!r}, which other computers can reach, and koubei does not speak TLS yet; "
            "use 127.0.0.1, and an SSH tunnel or a TLS proxy on this computer for access from elsewhere"
        )
