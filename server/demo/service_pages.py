"""The answers behind the service desk's figures and the violations (shapes of spec/pages.md)."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from server.demo import sentinels
from server.demo.aftermath import AGENTS
from server.demo.envelope import Query, envelope
from server.demo.life import SHANGHAI, Record
from server.demo.shop import Shop

STAFF_IDS: Final = {agent: f"7310000000000000{number}" for number, agent in enumerate(AGENTS, 101)}
OPEN_FOR: Final = timedelta(days=7)
APPEAL_FOR: Final = timedelta(days=30)


def staff_data(shop: Shop, query: Query) -> dict[str, Any]:
    """`queryStaffData`: one row an agent for the day `startTime` … `endTime` (unix seconds), yesterday without them.

    Some values stand bare and some in `{fieldValue}`, as on the platform.
    """
    day = _day(query.get("startTime", "")) or shop.service_days[0]["date"]
    rows = [entry for entry in shop.service_days if entry["date"] == day]
    return envelope({"staffDataModel": [_staff(entry) for entry in rows[::-1]], "total": len(rows)})


def _day(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), SHANGHAI).date().isoformat() if seconds.isdigit() else ""


def _staff(entry: Record) -> dict[str, Any]:
    rated = entry["rated"]
    return {
        "staffUserInfo": {"staffId": STAFF_IDS[entry["agent_id"]], **sentinels.staff()},
        "servConvCnt": {"fieldValue": entry["sessions"]},
        "validCommentCnt": {"fieldValue": rated},
        "validBadCommentCnt": {"fieldValue": entry["dissatisfied"]},
        "workTimeAvgRespDuration": entry["reply_seconds_mean"],
        "workTimeUnSatisfyRate": entry["dissatisfied"] / rated if rated else -9999,
        "workTimeThreeMinRespRate": -9999,
    }


def penalties(shop: Shop, _query: Query) -> dict[str, Any]:
    """`overview_data`: how many violations there are, wait for an answer, may still be appealed against."""
    now = date.fromisoformat(shop.official[-1]["id"])
    ages = [now - datetime.fromisoformat(entry["at"]).date() for entry in shop.conduct]
    return envelope(
        {
            "penalty_all": len(ages),
            "penalty_pending": sum(age <= OPEN_FOR for age in ages),
            "penalty_can_appeal": sum(age <= APPEAL_FOR for age in ages),
            "penalty_appealing": 0,
        }
    )


def penalty_list(shop: Shop, _query: Query) -> dict[str, Any]:
    """The rows under the counters; the address is the demo's own."""
    scenes = {"abnormal_return_address": "退货地址异常", "invoice_refused": "拒开发票"}
    rows = [
        {"id": entry["id"], "time": entry["at"][:10].replace("-", "/"), "scene": scenes[entry["scene"]]}
        for entry in shop.conduct
    ]
    return envelope({"shop_id": shop.subject["id"], "list": rows, "total": len(rows)})
