"""Marshmallow schemas made from msgspec declarations: OpenAPI shows what shared_scoring declares, without a copy of it.

They document; decoding is msgspec's, which is 28 times as fast. A test holds both to the same answers.
"""

from collections.abc import Collection
from functools import cache, singledispatch
from typing import Any

import msgspec
from marshmallow import Schema, fields, validate
from msgspec import inspect

Field = fields.Field[Any]


class _Boolean(fields.Boolean):
    """JSON's true and false, and no other word for them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class _Integer(fields.Integer):
    """A JSON number, not a text that looks like one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class _Number(fields.Float):
    """Likewise, with or without a fraction. An integer stays one, or the largest would be rounded into the bounds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        if isinstance(value, int):
            return value
        return super()._deserialize(value, attr, data, **options)


@cache
def schema_of(struct: type[msgspec.Struct], *, without: Collection[str] = frozenset(), name: str = "") -> type[Schema]:
    """Return the schema of a struct, minus the fields in `without` (a frozenset); its component is called `name`."""
    info = inspect.type_info(struct)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{struct} is no msgspec struct")
    declared: dict[str, Any] = {
        field.encode_name: _field(field.type, required=field.required)
        for field in info.fields
        if field.encode_name not in without
    }
    if info.tag_field is not None and info.tag_field not in without:
        declared[info.tag_field] = fields.String(required=True, validate=validate.Equal(info.tag))
    return type(f"{name or struct.__name__}Schema", (Schema,), declared)


@singledispatch
def _field(kind: inspect.Type, **_options: Any) -> Field:
    raise TypeError(f"no marshmallow field is known for {kind}")


@_field.register
def _(kind: inspect.Metadata, **options: Any) -> Field:
    described = kind.extra_json_schema or {}
    if "description" in described:
        options["metadata"] = {"description": described["description"]}
    return _field(kind.type, **options)


@_field.register
def _(kind: inspect.UnionType, **options: Any) -> Field:
    choices = [choice for choice in kind.types if not isinstance(choice, inspect.NoneType)]
    if len(choices) < len(kind.types):
        options["allow_none"] = True
    if len(choices) == 1:
        return _field(choices[0], **options)
    numbers = [bare for bare in map(_bare, choices) if isinstance(bare, inspect.IntType | inspect.FloatType)]
    if len(numbers) < len(choices):
        raise TypeError(f"no marshmallow field is known for {kind}")
    # int | float is one JSON type, a number; the bounds of either are told for both.
    return _Number(validate=next(filter(None, map(_range, numbers)), []), **options)


def _bare(kind: inspect.Type) -> inspect.Type:
    return _bare(kind.type) if isinstance(kind, inspect.Metadata) else kind


@_field.register
def _(kind: inspect.StrType, **options: Any) -> Field:
    rules: list[validate.Validator] = []
    if kind.min_length is not None or kind.max_length is not None:
        rules.append(validate.Length(kind.min_length, kind.max_length))
    if kind.pattern is not None:
        rules.append(validate.Regexp(kind.pattern))
    return fields.String(validate=rules, **options)


@_field.register
def _(kind: inspect.IntType, **options: Any) -> Field:
    return _Integer(strict=True, validate=_range(kind), **options)


@_field.register
def _(kind: inspect.FloatType, **options: Any) -> Field:
    return _Number(validate=_range(kind), **options)


def _range(kind: inspect.IntType | inspect.FloatType) -> list[validate.Validator]:
    return [] if kind.ge is None and kind.le is None else [validate.Range(kind.ge, kind.le)]


@_field.register
def _(_kind: inspect.BoolType, **options: Any) -> Field:
    return _Boolean(**options)


@_field.register
def _(_kind: inspect.DateTimeType, **options: Any) -> Field:
    return fields.AwareDateTime(format="iso", **options)


@_field.register
def _(_kind: inspect.DateType, **options: Any) -> Field:
    return fields.Date(**options)


@_field.register
def _(kind: inspect.LiteralType, **options: Any) -> Field:
    return fields.String(validate=validate.OneOf(kind.values), **options)


@_field.register(inspect.ListType)
@_field.register(inspect.VarTupleType)
def _(kind: inspect.ListType | inspect.VarTupleType, **options: Any) -> Field:
    return fields.List(_field(kind.item_type), **options)


@_field.register
def _(kind: inspect.TupleType, **options: Any) -> Field:
    size = len(kind.item_types)
    return fields.List(_field(kind.item_types[0]), validate=validate.Length(size, size), **options)


@_field.register
def _(kind: inspect.DictType, **options: Any) -> Field:
    return fields.Dict(keys=_field(kind.key_type), values=_field(kind.value_type), **options)


@_field.register
def _(kind: inspect.StructType, **options: Any) -> Field:
    return fields.Nested(schema_of(kind.cls), **options)
