"""What a record is: every kind of the wire format `koubei.records/1`, declared once.

Validation, SQL, the API's schemas and the extension's types are derived from these declarations.
Times are aware datetimes, money is an integer in the currency's minor unit, ratios are 0..1, durations are seconds.
`None` and an absent field mean the same: not known.
"""

import datetime as dt
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

FORMAT = "koubei.records/1"
FILE_SOURCE = "koubei import"
"""The name a batch's source has where a merchant imported a file: what it holds stays until it is deleted."""

_MAX_MONEY = 10**15  # far above any order, far below what a 64-bit sum of a day overflows
_MAX_COUNT = 10**9

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(max_length=500)]
# Free text: somebody typed it, so personal.py looks through it.
Said = Annotated[str, Meta(max_length=500, extra={"free_text": True})]
Text = Annotated[str, Meta(max_length=10_000, extra={"free_text": True})]
Money = Annotated[int, Meta(ge=-_MAX_MONEY, le=_MAX_MONEY)]
Count = Annotated[int, Meta(ge=0, le=_MAX_COUNT)]
Stars = Annotated[int, Meta(ge=1, le=5)]
Seconds = Annotated[int, Meta(ge=0, le=_MAX_COUNT)] | Annotated[float, Meta(ge=0, le=_MAX_COUNT)]
Number = Annotated[int, Meta(ge=-(2**53), le=2**53)] | float
IndicatorKey = Annotated[str, Meta(pattern=r"^[a-z_]{1,30}\.[a-z0-9_]{1,60}$")]
DayId = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day, YYYY-MM-DD")]

# An event happens; a deadline is known before it passes. As-of hides events that lie ahead, never deadlines.
Time = Annotated[dt.datetime, Meta(tz=True)]
Deadline = Annotated[dt.datetime, Meta(tz=True, extra={"deadline": True})]

Service = Literal["freight_insurance", "bulky_freight_insurance", "next_day", "install", "remote_area", "qic"]
Exclusion = Literal["gift", "lucky_bag", "low_price", "instant_refund", "abnormal"]
Scene = Literal[
    "abnormal_return_address",
    "invoice_refused",
    "fake_orders",
    "false_advertising",
    "fraud_shipping",
    "brand_confusion",
    "mocking_buyer",
    "after_sale_refused",
]


class Part(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, frozen=True):
    """A value inside a record. Replaced whole when a newer copy carries it."""


class Record(Struct, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True, kw_only=True, frozen=True):
    """What every kind has. `began` names the field that says since when the record exists, if it has one."""

    began: ClassVar[str | None] = None

    id: Id
    subject_id: Id | None = None
    seen_at: Time | None = None
    updated_at: Time | None = None
    clear: list[Name] | None = None


class Subject(Record, tag="subject", frozen=True):
    """Whose score this is."""

    platform: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    type: Literal["shop", "creator"] | None = None
    name: Said | None = None
    industry: Name | None = None
    shop_type: Literal["flagship", "non_flagship", "general"] | None = None
    cross_border: bool | None = None
    time_zone: Name | None = None
    onboarded_at: Time | None = None


class Region(Part, frozen=True):
    """Coarse destination only; anything finer is refused."""

    province: Name | None = None
    city: Name | None = None


class Waybill(Part, frozen=True):
    id: Id | None = None
    picked_up_at: Time | None = None
    deliver_by: Deadline | None = None
    delivered_at: Time | None = None
    trace_abnormal: bool | None = None


class Line(Part, frozen=True):
    id: Id | None = None
    product_id: Id | None = None
    sku_id: Id | None = None
    quantity: Count | None = None
    amount: Money | None = None
    creator_id: Id | None = None
    merchant_id: Id | None = None
    room_id: Id | None = None
    gift: bool | None = None


class Order(Record, tag="order", frozen=True):
    began: ClassVar[str | None] = "created_at"

    created_at: Time | None = None
    paid_at: Time | None = None
    ship_by: Deadline | None = None
    shipped_at: Time | None = None
    picked_up_at: Time | None = None
    delivered_at: Time | None = None
    finished_at: Time | None = None
    cancelled_at: Time | None = None
    deliver_by: Deadline | None = None
    cancelled_by: Literal["buyer", "merchant", "platform"] | None = None
    presale: bool | None = None
    excluded: list[Exclusion] | None = None
    amount: Money | None = None
    freight: Money | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] | None = None
    region: Region | None = None
    courier: Name | None = None
    waybills: list[Waybill] | None = None
    fraud_shipping: bool | None = None
    services: list[Service] | None = None
    lines: list[Line] | None = None


class Product(Record, tag="product", frozen=True):
    name: Said | None = None
    category: list[Name] | None = None
    industry: Name | None = None
    merchant_id: Id | None = None
    price: Money | None = None


class Review(Record, tag="review", frozen=True):
    began: ClassVar[str | None] = "created_at"

    order_id: Id | None = None
    line_id: Id | None = None
    product_id: Id | None = None
    created_at: Time | None = None
    stars: Stars | None = None
    logistics_stars: Stars | None = None
    service_stars: Stars | None = None
    text: Text | None = None
    tags: list[Said] | None = None
    merchant_reply_at: Time | None = None
    counts: bool | None = None


class Reason(Part, frozen=True, rename={"class_": "class"}):
    """The buyer's first reason."""

    class_: (
        Literal["quality", "logistics_quality", "damage", "size", "not_as_described", "no_reason", "other"] | None
    ) = None
    label: Said | None = None


class Arbitration(Part, frozen=True):
    began: ClassVar[str | None] = "opened_at"

    opened_at: Time | None = None
    closed_at: Time | None = None
    blame: Literal["merchant", "buyer", "both", "platform", "creator"] | None = None


class AfterSale(Record, tag="after_sale", frozen=True):
    began: ClassVar[str | None] = "applied_at"

    order_id: Id | None = None
    line_id: Id | None = None
    type: (
        Literal["refund_unshipped", "refund_shipped", "return_refund", "exchange", "resend", "repair", "price_protect"]
        | None
    ) = None
    applied_at: Time | None = None
    agreed_at: Time | None = None
    return_received_at: Time | None = None
    confirmed_at: Time | None = None
    refunded_at: Time | None = None
    closed_at: Time | None = None
    audit_by: Deadline | None = None
    reason: Reason | None = None
    ruling: (
        list[
            Literal[
                "late_shipment",
                "wrong_or_missing",
                "out_of_stock",
                "trace_timeout",
                "trace_abnormal",
                "fraud_shipping",
                "false_logistics_claim",
            ]
        ]
        | None
    ) = None
    arbitration: Arbitration | None = None
    handled_by: Literal["merchant", "system", "platform"] | None = None
    exempt: bool | None = None
    amount: Money | None = None


class Chat(Record, tag="chat", frozen=True):
    """One human service session, never its text. `reply_seconds` sums the answered rounds."""

    began: ClassVar[str | None] = "started_at"

    order_id: Id | None = None
    product_id: Id | None = None
    agent_id: Id | None = None
    agent_kind: Literal["own", "third_party", "bot"] | None = None
    language: Name | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    rounds: Count | None = None
    unanswered_rounds: Count | None = None
    reply_seconds: Seconds | None = None
    stars: Stars | None = None
    topic: Said | None = None


class PlatformHelp(Record, tag="platform_help", frozen=True):
    """The buyer took it to the platform."""

    began: ClassVar[str | None] = "opened_at"

    order_id: Id | None = None
    opened_at: Time | None = None
    via: Literal["arbitration", "complaint", "platform_service"] | None = None
    same_issue_as_chat: bool | None = None


class Conduct(Record, tag="conduct", frozen=True):
    """What the platform punishes or rewards. `count` is 1 where absent."""

    began: ClassVar[str | None] = "at"

    at: Time | None = None
    scene: Scene | None = None
    count: Count | None = None


class ServiceSwitch(Record, tag="service_switch", frozen=True):
    began: ClassVar[str | None] = "at"

    service: Literal["freight_insurance", "bulky_freight_insurance", "install", "remote_area"] | None = None
    on: bool | None = None
    at: Time | None = None


class OfficialDimension(Part, frozen=True):
    score: Number | None = None
    weight: Number | None = None


class OfficialDimensions(Part, frozen=True):
    goods: OfficialDimension | None = None
    logistics: OfficialDimension | None = None
    service: OfficialDimension | None = None


class OfficialIndicator(Part, frozen=True):
    """`better_than` is the share of peers beaten; `steps` the page's step table as (threshold, score)."""

    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    score: Number | None = None
    weight: Number | None = None
    better_than: Number | None = None
    steps: list[tuple[Number, Number]] | None = None


class Official(Record, tag="official", frozen=True):
    """What the platform's own score page shows for a day; never computed here. `id` is the day."""

    began: ClassVar[str | None] = "id"

    id: DayId
    stage: Literal["growth", "formal", "hidden"] | None = None
    total: Number | None = None
    consumer_score: Number | None = None
    dimensions: OfficialDimensions | None = None
    indicators: dict[IndicatorKey, OfficialIndicator] | None = None
    deduction: Number | None = None
    bonus: Number | None = None
    valid_orders_30d: Count | None = None
    industry: Name | None = None


class Partner(Record, tag="partner", frozen=True):
    """A shop whose goods a creator sells, on a day."""

    began: ClassVar[str | None] = "date"

    merchant_id: Id | None = None
    name: Said | None = None
    total: Number | None = None
    goods: Number | None = None
    logistics: Number | None = None
    service: Number | None = None
    date: dt.date | None = None


class ServiceDay(Record, tag="service_day", frozen=True):
    """One service agent's day; agent ids are pseudonyms made in the page."""

    began: ClassVar[str | None] = "date"

    agent_id: Id | None = None
    date: dt.date | None = None
    sessions: Count | None = None
    rated: Count | None = None
    dissatisfied: Count | None = None
    reply_seconds_mean: Seconds | None = None


class ProductDay(Record, tag="product_day", frozen=True):
    """A product's 30-day rates as the page showed them that day."""

    began: ClassVar[str | None] = "date"

    product_id: Id | None = None
    date: dt.date | None = None
    quality_return: Number | None = None
    praise: Number | None = None
    limit: Number | None = None


class Counter(Record, tag="counter", frozen=True):
    """A number the page counts: pending violations, reviews that enter the score, …"""

    began: ClassVar[str | None] = "date"

    name: Name | None = None
    date: dt.date | None = None
    value: Number | None = None


class LiveRoom(Record, tag="live_room", frozen=True):
    began: ClassVar[str | None] = "started_at"

    creator_id: Id | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    title: Said | None = None


AnyRecord = (
    Subject
    | Order
    | Product
    | Review
    | AfterSale
    | Chat
    | PlatformHelp
    | Conduct
    | ServiceSwitch
    | Official
    | Partner
    | ServiceDay
    | ProductDay
    | Counter
    | LiveRoom
)

KINDS: dict[str, type[Record]] = {str(kind.__struct_config__.tag): kind for kind in AnyRecord.__args__}
CASE_KINDS = ("order", "review", "after_sale", "chat", "platform_help")
"""The kinds that hang on an order and so belong to a case."""


def owner_of(record: Record) -> str | None:
    """Whose record it says it is: a subject's own record is its own."""
    return record.id if isinstance(record, Subject) else record.subject_id


def kind_of(record: Record) -> str:
    return str(record.__struct_config__.tag)
