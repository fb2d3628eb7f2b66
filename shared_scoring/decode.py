"""From bytes to records: one fast path for the good, one careful path that says what is wrong with the bad."""

import datetime as dt
import json
import re
from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import inspect

from shared_scoring.block import Block
from shared_scoring.personal import FREE_TEXT_KINDS, mask, mask_record
from shared_scoring.records import FORMAT, KINDS, AnyRecord, DayId, Id, IndicatorKey, Official, Record, Subject


def _plain(kind: inspect.Type) -> inspect.Type:
    """The type behind `| None` and metadata."""
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            choices = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
            kind = choices[-1]  # of int | float the float: it is what the number may be
        else:
            return kind


_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(AnyRecord)
_CHECKED = frozenset({Official, Subject})
_CLEAR = attrgetter("clear")
_AT = re.compile(r" - at `\$(?P<path>.*)`$", re.DOTALL)
_AT_KEY = re.compile(r" - at `key` in `\$(?P<path>.*)`$", re.DOTALL)
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")
_ID = inspect.type_info(Id)
_DAY = _plain(inspect.type_info(DayId))
_META = ("kind", "id", "subject_id", "seen_at", "updated_at", "clear")

JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


class BadRecordError(ValueError):
    """A record that fails validation. `path` is "" when the whole is no JSON object, else dotted: `waybills[0].id`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class UnknownField(NamedTuple):
    """A field nobody asked for: where it stood and its JSON type, never its value."""

    path: str
    type: str


def decode_record(data: bytes) -> Record:
    """One record from its JSON bytes, personal data masked. Raises BadRecordError with the first thing wrong."""
    return decode_masked(data)[0]


def decode_masked(data: bytes) -> tuple[Record, int]:
    """Likewise, and in how many places its free texts were masked."""
    try:
        record = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explain(data, error) from None
    if b"\\u0000" in data:  # PostgreSQL stores no NUL, and no honest page sends one
        _refuse_nul(json.loads(data), "")
    _check(record)
    return mask_record(record)


def decode_block(block: Block, masked: Collection[type[Record]] = FREE_TEXT_KINDS) -> list[Record] | None:
    """The records of lines, one a line and none blank; None where one of them needs the careful path.

    Free texts of the kinds `masked` are masked; leave out those whose texts are neither kept nor shown.
    """
    data = block.text
    if b"\\" in data and b"\\u0000" in data:
        return None
    try:
        records: list[Record] = _decoder.decode_lines(data)
        looked_at = _CHECKED | frozenset(masked)  # most blocks hold none of these kinds, and nothing that is cleared
        if any(map(_CLEAR, records)) or not looked_at.isdisjoint(map(type, records)):
            for place, record in enumerate(records):
                if record.clear is not None or type(record) in _CHECKED:
                    _check(record)
                if type(record) in masked:
                    records[place] = mask_record(record)[0]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadRecordError):
        return None
    # A value may span lines here, a blank line is skipped: then the counts differ.
    return records if len(records) == block.lines else None


def _check(record: Record) -> None:
    """What a type cannot say. Kept to the kinds that need it: this runs for every record."""
    if record.clear is not None:
        for index, name in enumerate(record.clear):
            if name in _META or name not in record.__struct_fields__:
                raise BadRecordError(f"clear[{index}]", f"{name!r} is not a field of this kind that can be cleared")
    if type(record) is Official:
        try:
            dt.date.fromisoformat(record.id)
        except ValueError:
            raise BadRecordError("id", "must be a day that exists, YYYY-MM-DD") from None
    elif type(record) is Subject and record.time_zone is not None:
        try:
            ZoneInfo(record.time_zone)
        except (KeyError, ValueError, OSError):
            raise BadRecordError("time_zone", "must be an IANA time zone, like Asia/Shanghai") from None


def _refuse_nul(value: Any, path: str) -> None:
    if isinstance(value, str) and "\0" in value:
        raise BadRecordError(path, "holds a NUL character; remove it")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_nul(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_nul(inner, f"{path}[{index}]")


def _explain(data: bytes, error: Exception) -> BadRecordError:
    if not isinstance(error, msgspec.ValidationError):
        return BadRecordError("", f"is not JSON: {error}")
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as inner:
        return BadRecordError("", f"is not JSON: {inner}")
    if not isinstance(value, dict):
        return BadRecordError("", f"must be a JSON object, is {_article(JSON_TYPES.get(type(value), 'null'))}")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        missing = "is required" if kind is None else f"{str(kind)[:40]!r} is unknown"
        return BadRecordError("kind", f"{missing}; one of {', '.join(KINDS)}")
    return locate(inspect.type_info(KINDS[kind]), value, str(error))


def locate(kind: inspect.Type, value: Any, message: str) -> BadRecordError:
    """Turn msgspec's message into the path and the words a person can act on."""
    at = _AT.search(message) or _AT_KEY.search(message)
    steps = [step.group("name") or step.group("index") for step in _STEP.finditer(at.group("path"))] if at else []
    what = message[: at.start()] if at else message
    path = ""
    for step in steps:
        if step == "...":  # msgspec does not name the key of a mapping
            return _locate_in_mapping(kind, value, path)
        kind = _inner(kind, step)
        value = value[int(step)] if isinstance(value, list) else value.get(step)
        path = f"{path}[{step}]" if step.isdigit() else (f"{path}.{step}" if path else step)
    if isinstance(_plain(kind), inspect.DictType) and isinstance(value, dict):
        return _locate_in_mapping(kind, value, path)
    if unknown := _UNKNOWN.match(what):
        name = unknown.group("name")
        reason = f"is no field of {FORMAT}; it is refused and not kept"
        return BadRecordError(f"{path}.{name}" if path else name, reason)
    if missing := _MISSING.match(what):
        name = missing.group("name")
        return BadRecordError(f"{path}.{name}" if path else name, "is required")
    return BadRecordError(path, expectation(kind, value))


def _locate_in_mapping(kind: inspect.Type, value: dict[str, Any], path: str) -> BadRecordError:
    mapping = _plain(kind)
    assert isinstance(mapping, inspect.DictType)  # noqa: S101  # the only kind of mapping the records have
    inner = _plain(mapping.value_type)
    assert isinstance(inner, inspect.StructType)  # noqa: S101
    for key, item in value.items():
        if not _names_indicator(key):
            return BadRecordError(f"{path}.{key}", "is no indicator; its name must be like goods.rating")
        try:
            msgspec.convert(item, inner.cls)
        except msgspec.ValidationError as error:
            found = locate(inner, item, str(error))
            dot = "." if found.path else ""
            return BadRecordError(f"{path}.{key}{dot}{found.path}", found.reason)
    return BadRecordError(path, expectation(mapping, value))


def _inner(kind: inspect.Type, step: str) -> inspect.Type:
    kind = _plain(kind)
    if isinstance(kind, inspect.StructType):
        return next((field.type for field in kind.fields if field.encode_name == step), inspect.AnyType())
    if isinstance(kind, inspect.ListType):
        return kind.item_type
    if isinstance(kind, inspect.TupleType):
        return kind.item_types[int(step)] if int(step) < len(kind.item_types) else inspect.AnyType()
    return inspect.AnyType()


def expectation(kind: inspect.Type, value: Any) -> str:  # noqa: C901, PLR0911  # one line a type reads best
    """What a value of this type must be, in words; `value` is what was sent."""
    plain = _plain(kind)
    match plain:
        case inspect.IntType(ge=low, le=high):
            whole = isinstance(value, int) and not isinstance(value, bool)
            return f"must be {low}..{high}" if whole else "must be an integer"
        case inspect.FloatType(ge=low):
            return "must be a number" if low is None else f"must be a number of {low} or more"
        case inspect.StrType() if plain == _ID and isinstance(value, int | float):
            return "must be a string: as a number an id beyond 2^53 loses digits"
        case inspect.StrType() if plain == _DAY:
            return "must be a day, YYYY-MM-DD"
        case inspect.StrType(pattern=str() as pattern):
            return f"must be a string that fits {pattern}"
        case inspect.StrType(min_length=low, max_length=high):
            return "must be a string" + (f" of {low or 0}..{high} characters" if isinstance(value, str) else "")
        case inspect.BoolType():
            return "must be true or false"
        case inspect.DateTimeType():
            return "must be an RFC 3339 time with an offset, like 2026-11-20T18:03:11+08:00"
        case inspect.DateType():
            return "must be a day, YYYY-MM-DD"
        case inspect.LiteralType(values=values):
            return f"must be one of {', '.join(map(str, values))}"
        case inspect.ListType() | inspect.TupleType():
            return "must be a list" + (f" of {len(plain.item_types)}" if isinstance(plain, inspect.TupleType) else "")
    return f"must be an object, is {_article(JSON_TYPES.get(type(value), 'null'))}"


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "ao" else (word if word == "null" else f"a {word}")


def owner_of_known(known: Mapping[str, Any]) -> Any:
    """What `records.owner_of` would say of a record that failed, as it was sent: any JSON value."""
    return known.get("id") if known.get("kind") == "subject" else known.get("subject_id")


def known_fields(data: bytes) -> tuple[dict[str, Any], list[UnknownField]]:
    """What may be kept of a record that failed: its declared fields, and of the others only path and JSON type.

    A declared field keeps a wrong scalar (so that it can be mended), never a nested value where none was asked for.
    """
    try:
        value = json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return {}, []
    if not isinstance(value, dict):
        return {}, []
    unknown: list[UnknownField] = []
    kind = value.get("kind")
    shape = inspect.type_info(KINDS[kind]) if isinstance(kind, str) and kind in KINDS else inspect.type_info(Record)
    kept = _keep(shape, {key: inner for key, inner in value.items() if key != "kind"}, "", unknown)
    if isinstance(kind, str) and kind in KINDS:
        kept = {"kind": kind, **kept}
    return kept, unknown


def _keep(kind: inspect.Type, value: Any, path: str, unknown: list[UnknownField]) -> Any:
    plain = _plain(kind)
    if isinstance(plain, inspect.StructType) and isinstance(value, dict):
        declared = {field.encode_name: field.type for field in plain.fields}
        kept = {}
        for key, inner in value.items():
            where = f"{path}.{key}" if path else key
            if key not in declared:
                unknown.append(UnknownField(_storable(where)[:500], JSON_TYPES.get(type(inner), "null")))
            else:
                kept[key] = _keep(declared[key], inner, where, unknown)
        return kept
    if isinstance(plain, inspect.DictType) and isinstance(value, dict):
        return {
            key: _keep(plain.value_type, inner, f"{path}.{key}", unknown)
            for key, inner in value.items()
            if _is_indicator(key, inner, path, unknown)
        }
    if isinstance(plain, inspect.ListType | inspect.TupleType) and isinstance(value, list):
        return [_keep(_inner(plain, str(i)), inner, f"{path}[{i}]", unknown) for i, inner in enumerate(value)]
    nested = isinstance(plain, inspect.StructType | inspect.DictType | inspect.ListType | inspect.TupleType)
    if value is not None and (nested or isinstance(value, dict | list)):  # not of the shape that was asked for
        unknown.append(UnknownField(path[:500], JSON_TYPES[type(value)]))
        return None
    if not isinstance(value, str):
        return value
    text = _storable(value)
    return (text if plain == _ID else mask(text)[0])[:500]  # a wrong value may be anything


def _is_indicator(key: str, value: Any, path: str, unknown: list[UnknownField]) -> bool:
    """Whether a key may be kept; if it names no indicator it is told like any unknown field."""
    if not _names_indicator(key):
        unknown.append(UnknownField(_storable(f"{path}.{key}")[:500], JSON_TYPES.get(type(value), "null")))
        return False
    return True


def _names_indicator(key: str) -> bool:
    """Whether a key of the records' only mapping may stand there."""
    try:
        msgspec.convert(key, IndicatorKey)
    except msgspec.ValidationError:
        return False
    return True


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot store: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
