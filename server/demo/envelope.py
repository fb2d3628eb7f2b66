"""What all answers of the backend share: the envelope, unix seconds, pages of rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from server.demo.life import Record

PAGE_SIZE: Final = 20
Query = Mapping[str, str]


def envelope(data: Any, **more: Any) -> dict[str, Any]:
    return {"code": 0, "st": 0, "msg": "", "data": data, **more}


def epoch(moment: str | None) -> int:
    """Unix seconds; 0 where the platform has no time yet."""
    return int(datetime.fromisoformat(moment).timestamp()) if moment else 0


def paged(rows: list[Record], page: int, size: int) -> list[Record]:
    return rows[page * size : (page + 1) * size]


def number(query: Query, name: str, default: int) -> int:
    value = str(query.get(name, ""))
    return int(value) if value.isdigit() else default
