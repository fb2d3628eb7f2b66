"""The ways in which a backend's answer can be wrong: each turns a good answer into the bytes of a bad one."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

OTHER_SHOP_ID: Final = "990000999"
SLOW_SECONDS: Final = 3.0
# The field whose absence must be noticed, by the shape in which it stands.
RENAMED: Final = {
    "shop_order_id": "shop_order_no",
    "after_sale_id": "aftersale_no",
    "comment_time": "commented_at",
    "experience_score": "exp_score_v2",
    "shop_analysis": "shop_analysis_v2",
}


class Reply(NamedTuple):
    """What goes over the wire, and how long it is held back first."""

    status: int
    body: bytes
    delay_seconds: float = 0.0


Answer = dict[str, Any]


def _bytes(answer: Answer) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _map_keys(item: Any, names: dict[str, str]) -> Any:
    if isinstance(item, dict):
        return {names.get(key, key): _map_keys(value, names) for key, value in item.items()}
    return [_map_keys(entry, names) for entry in item] if isinstance(item, list) else item


def _emptied(answer: Answer) -> Answer:
    data = answer["data"]
    if isinstance(data, list):
        return answer | {"data": [], "total": 0}
    if "has_data" in data:
        return answer | {"data": {"shop_id": data["shop_id"], "shop_name": data["shop_name"], "has_data": False}}
    kept = {key: [] if isinstance(value, list) else value for key, value in data.items()}
    return answer | {"data": kept | ({"total": 0} if "total" in data else {})}


def _other_shop(item: Any) -> Any:
    if isinstance(item, dict):
        named = {"shop_id": OTHER_SHOP_ID, "shop_name": "另一家演示店"}
        return {key: named[key] if key in named else _other_shop(value) for key, value in item.items()}
    return [_other_shop(entry) for entry in item] if isinstance(item, list) else item


def _numeric_ids(answer: Answer) -> bytes:
    """Ids as bare numbers beyond 2^53, as some of the platform's answers have them."""
    return re.sub(rb'("[a-z_]*id":)"(\d+)"', rb"\1\2", _bytes(answer))


def _truncated(answer: Answer) -> bytes:
    body = _bytes(answer)
    return body[: len(body) * 2 // 3]


VARIANTS: Final[dict[str, Callable[[Answer], Reply]]] = {
    "ok": lambda answer: Reply(200, _bytes(answer)),
    "renamed": lambda answer: Reply(200, _bytes(_map_keys(answer, RENAMED))),
    "code": lambda _: Reply(200, _bytes({"code": 50001, "st": 50001, "msg": "系统繁忙，请稍后再试", "data": None})),
    "logged_out": lambda _: Reply(200, _bytes({"code": 10008, "st": 10008, "msg": "登录已失效", "data": None})),
    "truncated": lambda answer: Reply(200, _truncated(answer)),
    "empty": lambda answer: Reply(200, _bytes(_emptied(answer))),
    "other_shop": lambda answer: Reply(200, _bytes(_other_shop(answer))),
    "numeric_ids": lambda answer: Reply(200, _numeric_ids(answer)),
    "slow": lambda answer: Reply(200, _bytes(answer), SLOW_SECONDS),
    "error": lambda _: Reply(500, b"<html>Internal Server Error</html>"),
}


def reply(answer: Answer, variant: str) -> Reply:
    """Raises KeyError for a variant that is not in VARIANTS."""
    return VARIANTS[variant](copy.deepcopy(answer))
