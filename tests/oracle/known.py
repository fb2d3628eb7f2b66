"""records.md, "Conventions": merging the copies of a record, and what was known before a day began."""

import datetime as dt
import json
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

Fields = dict[str, Any]

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
ENVELOPE = {"kind", "id", "subject_id", "seen_at", "updated_at", "clear"}
LISTED = (
    *("id", "picked_up_at", "deliver_by", "delivered_at", "trace_abnormal"),
    *("class", "label"),
    *("opened_at", "closed_at", "blame"),
    *("value", "numerator", "denominator", "score", "weight", "better_than", "steps"),
)
BEGAN = {
    "order": "created_at",
    "review": "created_at",
    "after_sale": "applied_at",
    "chat": "started_at",
    "platform_help": "opened_at",
    "conduct": "at",
    "service_switch": "at",
}
EVENTS = {
    "subject": {"onboarded_at"},
    "order": {"created_at", "paid_at", "shipped_at", "picked_up_at", "delivered_at", "finished_at", "cancelled_at"},
    "review": {"created_at", "merchant_reply_at"},
    "after_sale": {"applied_at", "agreed_at", "return_received_at", "confirmed_at", "refunded_at", "closed_at"},
    "chat": {"started_at", "ended_at"},
    "platform_help": {"opened_at"},
    "conduct": {"at"},
    "service_switch": {"at"},
}


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def time_of(copy: Fields) -> dt.datetime:
    """When the copy speaks; one without any time is older than all others."""
    text = copy.get("updated_at") or copy.get("seen_at")
    return moment(text) if text else LONG_AGO


def as_json(value: Any) -> str:
    """The fields of an object in the order in which records.md lists them, without what is not known."""
    return json.dumps(_in_order(value), ensure_ascii=False, separators=(",", ":"))


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        names = [name for name in LISTED if name in value] or sorted(value)
        return {name: _in_order(value[name]) for name in names if value[name] is not None}
    return [_in_order(one) for one in value] if isinstance(value, list) else value


def merged(copies: list[Fields]) -> Fields:
    """Each field has the newest word on it; an explicit clear is the word `null`."""
    words: dict[str, list[tuple[dt.datetime, str, Any]]] = defaultdict(list)
    for copy in copies:
        at = time_of(copy)
        for name, value in copy.items():
            if name not in ENVELOPE and value is not None:
                words[name].append((at, as_json(value), value))
        for name in copy.get("clear") or []:
            words[name].append((at, as_json(None), None))
    newest = {name: max(said, key=lambda word: word[:2])[2] for name, said in words.items()}
    return {"kind": copies[0]["kind"], "id": copies[0]["id"]} | {k: v for k, v in newest.items() if v is not None}


def begin(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first moment of a day. Where midnight does not exist, the clock of before the jump names it."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(dt.UTC)


def copies_by_record(records: list[Fields]) -> list[list[Fields]]:
    found: dict[tuple[str, str], list[Fields]] = defaultdict(list)
    for record in records:
        found[record["kind"], record["id"]].append(record)
    return list(found.values())


def zone_of(records: list[Fields]) -> ZoneInfo:
    for copies in copies_by_record(records):
        if copies[0]["kind"] == "subject":
            return ZoneInfo(merged(copies).get("time_zone", "Asia/Shanghai"))
    return ZoneInfo("Asia/Shanghai")


def without_later(part: Fields, limit: dt.datetime, names: set[str]) -> Fields:
    return {k: v for k, v in part.items() if v is not None and not (k in names and moment(v) >= limit)}


def seen(copies: list[Fields], limit: dt.datetime) -> Fields | None:
    """What was known of one record before the limit."""
    kind = copies[0]["kind"]
    all_of_it = merged(copies)
    older = [copy for copy in copies if time_of(copy) < limit]
    earliest = min(map(time_of, copies))
    told = merged(older or [copy for copy in copies if time_of(copy) == earliest])
    events = EVENTS.get(kind, set())
    lasting = events | {"order_id"}  # what a record hangs on is that of all its copies
    view = {k: v for k, v in told.items() if k not in lasting} | {k: all_of_it[k] for k in lasting if k in all_of_it}
    began = all_of_it.get(BEGAN.get(kind, ""))
    if began is not None and moment(began) >= limit:
        return None
    view = without_later(view, limit, events)
    if "waybills" in view:
        view["waybills"] = [without_later(one, limit, {"picked_up_at", "delivered_at"}) for one in view["waybills"]]
    if "arbitration" in view:
        case = view["arbitration"]
        ahead = case.get("opened_at") is not None and moment(case["opened_at"]) >= limit
        view["arbitration"] = None if ahead else without_later(case, limit, {"opened_at", "closed_at"})
    return view


class Known:
    """All that was known when the day began, and the official records up to and including it."""

    def __init__(self, records: list[Fields], day: dt.date) -> None:
        self.day = day
        self.zone = zone_of(records)
        self.all: dict[str, dict[str, Fields]] = defaultdict(dict)
        today, tomorrow = begin(day, self.zone), begin(day + dt.timedelta(days=1), self.zone)
        for copies in copies_by_record(records):
            if copies[0]["kind"] == "official":
                if dt.date.fromisoformat(copies[0]["id"]) <= day:
                    self.all["official"][copies[0]["id"]] = seen(copies, tomorrow) or {}
            elif (view := seen(copies, today)) is not None:
                self.all[view["kind"]][view["id"]] = view

    def of(self, kind: str) -> list[Fields]:
        return [self.all[kind][one] for one in sorted(self.all[kind])]

    def local_day(self, text: str) -> dt.date:
        return moment(text).astimezone(self.zone).date()

    def within(self, text: str | None, days: int) -> bool:
        """Whether the moment lies on one of the `days` whole days before as-of."""
        return text is not None and self.day - dt.timedelta(days) <= self.local_day(text) < self.day
