"""Cursor paging in the body: `{"items": [...], "next_cursor": "…" | null}`, ordered by a key that never changes."""

import base64
from collections.abc import Callable, Sequence
from typing import NoReturn, TypedDict, TypeVar

from marshmallow import Schema, fields, validate

from server.http.problems import refuse_fields

Row = TypeVar("Row")

MAX_PAGE = 200
_LONGEST_NUMBER = 19  # digits; every number of fewer fits a bigint


class PageQuerySchema(Schema):
    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, MAX_PAGE), metadata={"description": "Items a page."}
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(1, 1000),
        metadata={"description": "`next_cursor` of the page before."},
    )


class PageQuery(TypedDict):
    limit: int
    cursor: str | None


class PageSchema(Schema):
    """Subclass it and add `items`."""

    next_cursor = fields.String(allow_none=True, required=True, metadata={"description": "null on the last page."})


class Page(TypedDict):
    items: Sequence[object]
    next_cursor: str | None


def after(query: PageQuery) -> str:
    """Return the key the page starts behind, "" for the first page."""
    if query["cursor"] is None:
        return ""
    try:
        key = base64.b64decode(query["cursor"], altchars=b"-_", validate=True).decode()
    except ValueError:
        key = ""
    if not key or "\0" in key:
        refuse_cursor()
    return key


def refuse_cursor() -> NoReturn:
    """Answer 422 to a cursor that this list did not give out."""
    refuse_fields([{"path": "cursor", "reason": "is not a next_cursor of this server; start without one"}])


def number_after(query: PageQuery) -> int | None:
    """The same where the key is a number, None for the first page."""
    key = after(query)
    if not key:
        return None
    if not (key.isascii() and key.isdigit() and len(key) < _LONGEST_NUMBER):
        refuse_cursor()
    return int(key)


def page(rows: Sequence[Row], query: PageQuery, key: Callable[[Row], str]) -> Page:
    """Make a page of rows that were selected with `LIMIT query["limit"] + 1`, ordered by `key`."""
    shown = rows[: query["limit"]]
    more = len(rows) > len(shown)
    cursor = base64.urlsafe_b64encode(key(shown[-1]).encode()).decode() if more else None
    return {"items": shown, "next_cursor": cursor}
