"""What a process says of itself: one line of JSON an event, and in it only what may be there.

Keys are allowed by name; a subject stands there by a short hash, so that erasing it leaves nothing to look for here;
free text passes the same net as records do; an error is its type and the places it came through, never its words, which
may quote what somebody sent. Lines of other libraries are their template, without what was to be filled in.
"""

import hashlib
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Literal

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from shared_scoring.personal import mask

KEYS = frozenset(
    {
        "actions",
        "amount",
        "count",
        "day",
        "days",
        "device_id",
        "error",
        "event",
        "exception",
        "fault",
        "file",
        "ledger_version",
        "level",
        "logger",
        "method",
        "number",
        "outcome",
        "quarantined",
        "receipts",
        "records",
        "request_id",
        "route",
        "scores",
        "seconds",
        "status",
        "subject",
        "task",
        "task_id",
        "timestamp",
        "withheld",
    }
)
"""All that a line may hold. What else is said goes no further than its name, in `withheld`."""

_IDS = frozenset({"device_id", "number", "request_id", "subject", "task_id", "timestamp"})
"""Made here or checked as it came in: digits in them are nobody's phone number."""
_TOKEN = re.compile(r"kb_[0-9a-f]{32}_[\w-]+")
_SECRET_URL = re.compile(r"(\w+://[^\s:/@]*:)[^\s@]+@")
_LONGEST = 500
_MOST_PLACES = 200
_QUIET = ("celery.worker.strategy", "celery.app.trace")
"""They tell of each task what our own lines tell with its request."""

Level = Literal["debug", "info", "warning", "error"]


def subject_hash(subject_id: str) -> str:
    """What a subject is called in a log: the first twelve digits of the SHA-256 of its id."""
    return hashlib.sha256(subject_id.encode()).hexdigest()[:12]


def configure(level: Level) -> None:
    """Send everything this process says, its libraries' lines too, to standard output. Call it once, at its start."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *CLEAN,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def formatter() -> logging.Formatter:
    """For the `()` of a logging configuration too, as granian's is."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _template,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *CLEAN,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        use_get_message=False,
    )


def _template(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A library's line as its author wrote it; who filled it in may have done so with anything."""
    record: logging.LogRecord = event["_record"]
    record.args = ()
    event["event"] = str(record.msg)
    event["logger"] = record.name
    if record.exc_info:
        event["exc_info"] = record.exc_info
        record.exc_info = record.exc_text = None
    return event


def _exception(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    found = given[1] if isinstance(given, tuple) else given
    if isinstance(found, BaseException):
        event["exception"] = places(found)
    return event


def places(error: BaseException) -> list[str]:
    """An error and what it was caused by: types and the places passed through, the innermost first."""
    found: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(found) < _MOST_PLACES:
        found.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)
        found += [f"{_module(one.filename)}:{one.lineno} {one.name}" for one in reversed(frames)]
        seen = seen.__cause__ or seen.__context__
    return found


def _module(file: str) -> str:
    """The last parts of a path, for what lies before says where somebody installed it."""
    return "/".join(file.replace("\\", "/").rsplit("/", 3)[-3:])


def _subject(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if "subject_id" in event:
        event["subject"] = subject_hash(str(event.pop("subject_id")))
    return event


def _allow(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    withheld = sorted(key for key in event if key not in KEYS and not key.startswith("_"))
    for key in withheld:
        del event[key]
    if withheld:
        event["withheld"] = withheld
    return event


def _mask_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: value if key in _IDS or key.startswith("_") else clean(value) for key, value in event.items()}


def clean(value: Any) -> Any:
    """The value without what looks like a token, a password or a person's data."""
    match value:
        case str():
            text = _SECRET_URL.sub(r"\1***@", _TOKEN.sub("kb_***", value[:_LONGEST]))
            return mask(text)[0]
        case Mapping():
            return {clean(str(key)): clean(one) for key, one in value.items()}
        case list() | tuple():
            return [clean(one) for one in value]
    return value


CLEAN: tuple[Processor, ...] = (
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _exception,
    _subject,
    _allow,
    _mask_values,
)
"""What every line goes through before it is written."""
