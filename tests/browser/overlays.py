"""Answers of the overlay with everything in them, for what is looked at and not computed."""

from typing import Any

EFFECTS = [
    {
        "key": "goods.quality_return",
        "unit": "ratio",
        "change": 0.0003,
        "better": False,
        "drops_out": "2026-12-20",
    },
    {"key": "goods.rating", "unit": "stars", "change": 0.002, "better": True, "drops_out": "2026-12-18"},
]
RISK = {
    "level": "high",
    "outcome": "late_pickup",
    "probability": 0.62,
    "deadline": "2099-11-06T23:59:59+08:00",
    "reasons": [{"code": "backlog", "text": "昨天积压 40 单"}],
}
CLOCK = {
    "kind": "audit",
    "starts_at": "2026-11-20T08:00:00+08:00",
    "rested": True,
    "deadline": "2099-11-22T12:00:00+08:00",
    "hour": {"key": "service.audit_seconds", "change": 30.0},
}
CARD = {
    "name": "杯子",
    "product": {"date": "2026-11-20", "quality_return": 0.031, "praise": 0.96, "limit": 0.02},
    "shop": {
        "id": "9",
        "name": "甲店",
        "date": "2026-11-20",
        "total": 91.0,
        "goods": 90.0,
        "logistics": 92.0,
        "service": 89.0,
    },
}


def row(id_: str, **fields: Any) -> dict[str, Any]:
    plain = {
        "id": id_,
        "counts": True,
        "why_not": None,
        "delta": {"points": None, "indicator": None, "drops_out": None},
        "expected": {"points": None, "low": None, "high": None},
        "risk": None,
        "action": None,
        "until": "2026-12-20",
        "effects": [],
        "clock": None,
        "card": None,
    }
    return {**plain, **fields}


def change(points: float) -> dict[str, Any]:
    return {"points": points, "indicator": None, "drops_out": "2026-12-20"}


def panel(**fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "total": 85.31,
        "official": True,
        "estimate": 85.02,
        "noon": {"low": 84.3, "mid": 85.2, "high": 86.0},
        "coverage": 0.42,
        "open_page": "reviews",
        "shown": {"date": "2026-11-21", "total": 85.31, "since": "2026-11-20", "change": -0.4},
        "low": 84.1,
        "high": 85.9,
        "method": "carried_forward",
        "based_on": "2026-11-20",
        "grade": "?",
        "stage": "formal",
        "dimensions": [
            {"key": "goods", "name": "商品体验", "weight": 0.45, "official": 83.84, "estimate": 83.44},
            {"key": "logistics", "name": "物流体验", "weight": 0.25, "official": 88.66, "estimate": 88.75},
        ],
        "actions": [{"id": "a1", "title": "回复差评", "gain": 0.3, "deadline": "2099-11-22T12:00:00+08:00"}],
        "gaps": [
            {"indicator": "goods.rating", "coverage": 0.42, "page": "reviews"},
            {"indicator": "service.reply_seconds", "coverage": 0.0, "page": None},
        ],
        "gates": [_gate("promotion", open=True), _gate("super_lucky_bag", open=False), _gate("ads", open=None)],
        "drop_outs": [
            {
                "date": "2026-11-24",
                "effects": [
                    {"key": "goods.quality_return", "unit": "ratio", "change": -0.0003, "better": True},
                    {"key": "goods.rating", "unit": "stars", "change": -0.002, "better": False},
                ],
                "deduction": -2.0,
                "bonus": 0.0,
            }
        ],
        "why": {
            "from": "2026-11-20",
            "to": "2026-11-21",
            "change": -0.4,
            "official": True,
            "text": "掉了 0.4 分：扣分：拒开发票，-2 分",
            "parts": [_part("deduction", -2.0), _part("industry", 1.6), _part("left", 0.0, known=False)],
        },
    }
    return {**plain, **fields}


def _gate(key: str, *, open: bool | None) -> dict[str, Any]:  # noqa: A002 -- the wire's own word
    missing = {True: 0.0, False: 1.5, None: None}[open]
    return {
        "key": key,
        "name": key,
        "grade": "A",
        "open": open,
        "missing": {"total": missing},
        "days_to_open": 3 if open is False else None,
        "days_to_close": None,
        "known": 5,
        "of": 7,
        "means": "可报名平台大促",
    }


def _part(cause: str, points: float, *, known: bool = True) -> dict[str, Any]:
    named = {"cause": cause, "dimension": None, "indicator": None}
    return {**named, "points": points, "known": known, "text": f"{cause}，{points} 分"}


def overlay(page: str, rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    return {
        "page": page,
        "rules": "douyin-shop/2026-09-08",
        "as_of": "2026-11-21",
        "scored_version": 1,
        "stale": False,
        "next_poll_seconds": 30,
        "panel": panel(**fields),
        "rows": rows,
    }


def everything(page: str, ids: list[str]) -> dict[str, Any]:
    """Each kind of badge in turn."""
    kinds: list[dict[str, Any]] = [
        {"delta": change(0.12)},
        {
            "expected": {"points": -0.0549, "low": -0.09, "high": -0.02},
            "risk": RISK,
            "action": {"id": "a7", "title": "今天发货"},
        },
        {
            "delta": {
                "points": None,
                "indicator": {"key": "goods.quality_return", "change": 0.0003},
                "drops_out": "2026-12-20",
            },
            "effects": EFFECTS,
        },
        {"counts": False, "why_not": "excluded_gift", "until": None},
        {"counts": None, "until": None},
        {"delta": change(-0.3), "clock": CLOCK},
        {"risk": {**RISK, "level": "medium", "deadline": "2020-01-01T00:00:00+08:00"}},
    ]
    return overlay(page, [row(id_, **kinds[place % len(kinds)]) for place, id_ in enumerate(ids)])
