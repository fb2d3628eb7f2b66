"""What can be set, once and typed: defaults < `koubei.toml` in the home folder < `KOUBEI_*` < flags of the command."""

import ipaddress
import os
import ssl
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs

CONFIG_FILE = "koubei.toml"
ENVIRONMENT_PREFIX = "KOUBEI_"
_PKCS8 = b"BEGIN PRIVATE KEY"
# Read by the tests, not by the product.
_FOREIGN_VARIABLES = frozenset({"KOUBEI_SHARED"})


class SettingsError(ValueError):
    """A setting that cannot be used; its text says which, where it came from, and what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`database_url` and `broker_url` are None while the embedded servers are meant and not yet running."""

    home: Path
    database_url: str | None = None
    broker_url: str | None = None
    # What to start where no broker_url is given; "auto": Valkey where its wheel is installed, else PostgreSQL alone.
    broker: Literal["auto", "valkey", "postgres"] = "auto"
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8787
    web_threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 8
    worker_processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    tick_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 30
    # Of one token: far above what a browser or an import needs, and below what would starve the others.
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 12_000
    # How long a body may take, besides a second for every 4 KiB of it.
    body_seconds: Annotated[int, msgspec.Meta(ge=1, le=600)] = 30
    # PEM files; the key in PKCS#8. Needed where other computers may call.
    tls_certificate: str | None = None
    tls_key: str | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    # Names a browser may reach this server by; any other name in the Host header is DNS rebinding.
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")

    @property
    def request_threads(self) -> int:
        """Threads that answer requests. A slow client keeps one, and no connection to the database."""
        return 8 * self.web_threads

    @property
    def body_threads(self) -> int:
        """How many of them may wait for a body: some are always left for those who only read."""
        return 6 * self.web_threads


_FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


def load_settings(home: Path | str | None = None, **flags: Any) -> Settings:
    """Read every source and return the settings; a flag that is None was not given.

    Raises SettingsError for an unknown key, a value of the wrong type, an unreadable file, a host beyond loopback
    without TLS, or a certificate that cannot be used.
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
    _check_tls(settings)
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


def _check_tls(settings: Settings) -> None:
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        if not _is_loopback(settings.host):
            raise SettingsError(
                f"host is {settings.host!r}, which other computers can reach, and there is no certificate: tokens and "
                "records would cross the network for all to read; set tls_certificate and tls_key, or use 127.0.0.1"
            )
        return
    if certificate is None or key is None:
        missing = "tls_key" if key is None else "tls_certificate"
        raise SettingsError(f"{missing} is not set; a certificate and its key go together")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        is_pkcs8 = _PKCS8 in Path(key).read_bytes()
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(
            f"tls_certificate {certificate} and tls_key {key} cannot be used: {error.strerror or error}; "
            "they must be a PEM certificate and its own key, without a password"
        ) from error
    if not is_pkcs8:
        raise SettingsError(
            f"tls_key {key} is not in PKCS#8; convert it with: openssl pkcs8 -topk8 -nocrypt -in {key} -out NEW"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
