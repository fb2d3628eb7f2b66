"""The ways in which a backend's answer can be wrong: each turns a good answer into the bytes of a bad one."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from server.demo import sentinels

OTHER_SHOP_ID: Final = "990000999"
OTHER_SHOP_NAME: Final = "另一家演示店"
SLOW_SECONDS: Final = 1.5
# The field whose absence must be noticed, by the shape in which it stands.
RENAMED: Final = {
    "shop_order_id": "shop_order_no",
    "after_sale_id": "aftersale_no",
    "comment_time": "commented_at",
    "experience_score": "exp_score_v2",
    "shop_analysis": "shop_analysis_v2",
    "staffDataModel": "staff_data_model",
    "penalty_pending": "pending_penalty",
    "negative_comment_count_30d": "negative_comment_count_month",
    "shop_total_score": "shop_scores",
    "expr_score": "expr_score_v2",
}
# An enumeration's new member, by the key that holds it.
NEW_MEMBERS: Final[dict[str, Any]] = {
    "after_sale_type": 99,
    "order_status": 977,
    "title": "全新指标",
    "is_new_shop_score": "quarterly",
}
LARGE_BYTES: Final = 1 << 20
CONTACT: Final = f"，电话{sentinels.PHONE}，微信{sentinels.WECHAT}，{sentinels.EMAIL}"


class Reply(NamedTuple):
    """What goes over the wire, and how long it is held back first; `location` sends the browser elsewhere."""

    status: int
    body: bytes
    delay_seconds: float = 0.0
    location: str = ""


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
    if data is None:
        return answer
    if "has_data" in data:
        return answer | {"data": {"shop_id": data["shop_id"], "shop_name": data["shop_name"], "has_data": False}}
    kept = {key: [] if isinstance(value, list) else value for key, value in data.items()}
    return answer | {"data": kept | ({"total": 0} if "total" in data else {})}


def _moved(answer: Answer) -> Answer:
    """The envelope of another gateway: the same rows, one level further down."""
    rest = {key: value for key, value in answer.items() if key != "data"}
    return rest | {"data": {"result": answer["data"], "version": 2}}


def _new_members(item: Any) -> Any:
    """The first of each list gets a value that nobody has heard of."""
    if isinstance(item, dict):
        return {key: NEW_MEMBERS.get(key, _new_members(value)) for key, value in item.items()}
    return [_new_members(item[0]), *item[1:]] if isinstance(item, list) and item else item


def _large(answer: Answer) -> bytes:
    """Filled up to 1 MB with what a page may carry along and nobody reads."""
    filler = "x" * max(0, LARGE_BYTES - len(_bytes(answer)))
    return _bytes({"trace": filler} | answer)


def _chatty(item: Any) -> Any:
    """A phone number, a WeChat name and an address of mail at the end of every Chinese word the answer has."""
    if isinstance(item, dict):
        return {key: _chatty(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_chatty(entry) for entry in item]
    return item + CONTACT if isinstance(item, str) and re.search(r"[\u4e00-\u9fff]", item) else item


def _sub_account(answer: Answer) -> Answer:
    """The home page of somebody without a right to the scores."""
    if not isinstance(answer["data"], dict):
        return answer
    layout = [
        {"cards": [card for card in part["cards"] if "expr_score" not in card]}
        for part in answer["data"].get("lay_out_data", [])
    ]
    return answer | {"data": answer["data"] | {"lay_out_data": layout, "role": "sub_account"}}


def _other_shop(item: Any) -> Any:
    if isinstance(item, dict):
        named = dict.fromkeys(("shop_id", "ShopId", "origin_uid"), OTHER_SHOP_ID)
        named |= dict.fromkeys(("shop_name", "ShopName"), OTHER_SHOP_NAME)
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
    "enum_new": lambda answer: Reply(200, _bytes(_new_members(answer))),
    "moved": lambda answer: Reply(200, _bytes(_moved(answer))),
    "large": lambda answer: Reply(200, _large(answer)),
    "chatty": lambda answer: Reply(200, _bytes(_chatty(answer))),
    "sub_account": lambda answer: Reply(200, _bytes(_sub_account(answer))),
    "forbidden": lambda _: Reply(200, _bytes({"code": 10403, "st": 10403, "msg": "暂无权限", "data": None})),
    "redirect": lambda _: Reply(302, b"", location="/login/common"),
    "error": lambda _: Reply(500, b"<html>Internal Server Error</html>"),
}


def reply(answer: Answer, variant: str) -> Reply:
    """Raises KeyError for a variant that is not in VARIANTS."""
    return VARIANTS[variant](copy.deepcopy(answer))
