"""The answer of cli-output.md, "The overlay", declared once; the document's schema is derived from it."""

from marshmallow import Schema, fields, validate
from msgspec import Struct

from server.http.structs import schema_of
from shared_scoring.clocks import Clock
from shared_scoring.delta import Delta, Effect
from shared_scoring.shown import ShownTotal

MAX_IDS = 200
KIND_OF_PAGE = {
    "orders": "order",
    "after_sales": "after_sale",
    "reviews": "review",
    "score": "order",
    "home": "order",
    "selection": "product",
}


class Leaves(Struct, frozen=True):
    """By how much an indicator moves when what is old leaves it, and whether that is for the better."""

    key: str
    unit: str
    change: float
    better: bool


class WhyPart(Struct, frozen=True):
    """`points` of the total; `known` is false where nobody can say how many points the own records' move is."""

    cause: str
    dimension: str | None
    indicator: str | None
    points: float | None
    known: bool
    text: str


class Band(Struct, frozen=True):
    low: float
    mid: float
    high: float


class DimensionFigure(Struct, frozen=True):
    """`official` is what the page of the day shows, `estimate` what is said here without it."""

    key: str
    name: str
    weight: float
    official: float | None
    estimate: float | None


class Gap(Struct, frozen=True):
    """An indicator of which less than 0.9 has been seen; `page` would close the gap, null where no page can."""

    indicator: str
    coverage: float
    page: str | None


class GateFigure(Struct, frozen=True):
    """A gate as GateState has it, with its name; `means` says what its state means, or why nothing is known of it."""

    key: str
    name: str
    grade: str
    open: bool | None
    missing: dict[str, float | None]
    days_to_open: int | None
    days_to_close: int | None
    known: int | None
    of: int | None
    means: str | None


class DropOutFigure(Struct, frozen=True):
    """What leaving alone will do on a coming day, since the day before: to indicators, deductions and bonuses."""

    date: str
    effects: list[Leaves]
    deduction: float
    bonus: float


class Why(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Why the total moved between the two newest official days, else since yesterday. Parts as `explain` has them."""

    first: str
    last: str
    change: float | None
    official: bool
    text: str
    parts: list[WhyPart]


class TodoFigure(Struct, frozen=True):
    """An action that is worth doing; `gain` in points of the total, null where it cannot be given in them."""

    id: str
    title: str
    gain: float | None
    deadline: str | None
    etag: str


class Panel(Struct, frozen=True):
    """`noon` is the next score to appear; `open_page` the page that would close the widest gap of coverage.

    `low`, `high`, `method`, `based_on` and `grade` are those of `estimate`. Gates, drop-outs, `why` and the
    first `actions` are there on the pages that show them (`score`, `home`), else empty.
    """

    total: float | None
    official: bool
    estimate: float | None
    noon: Band | None
    coverage: float
    open_page: str | None
    shown: ShownTotal | None
    low: float | None
    high: float | None
    method: str | None
    based_on: str | None
    grade: str
    stage: str
    dimensions: list[DimensionFigure]
    gaps: list[Gap]
    gates: list[GateFigure]
    drop_outs: list[DropOutFigure]
    why: Why | None
    actions: list[TodoFigure]


class Expected(Struct, frozen=True):
    points: float | None
    low: float | None
    high: float | None


class RiskReason(Struct, frozen=True):
    code: str
    text: str


class Risk(Struct, frozen=True):
    level: str
    outcome: str
    probability: float
    deadline: str | None
    reasons: list[RiskReason]


class RowAction(Struct, frozen=True):
    """`etag` is what saying something of it carries as If-Match."""

    id: str
    title: str
    etag: str


class ProductFigure(Struct, frozen=True):
    """A product's rates as a page showed them on a day; `limit` is its category's for quality returns."""

    date: str | None
    quality_return: float | None
    praise: float | None
    limit: float | None


class ShopFigure(Struct, frozen=True):
    """A partner shop's scores as a page showed them on a day."""

    id: str
    name: str | None
    date: str | None
    total: float | None
    goods: float | None
    logistics: float | None
    service: float | None


class Card(Struct, frozen=True):
    """What is known of a product and its shop, or of a shop."""

    name: str | None
    product: ProductFigure | None
    shop: ShopFigure | None


class OverlayRow(Struct, frozen=True):
    """`expected`, `risk` and `action` are null while nothing is known of them.

    `until` is the first day without the row, `effects` all it does to indicators; `clock` runs for an after-sale that
    waits for the merchant; `card` is for the products and shops of the selection page.
    """

    id: str
    counts: bool | None
    why_not: str | None
    delta: Delta
    expected: Expected
    risk: Risk | None
    action: RowAction | None
    until: str | None
    effects: list[Effect]
    clock: Clock | None
    card: Card | None


class Overlay(Struct, frozen=True):
    page: str
    rules: str
    as_of: str
    scored_version: int
    stale: bool
    next_poll_seconds: int
    panel: Panel
    rows: list[OverlayRow]


OverlaySchema = schema_of(Overlay)


class OverlayQuerySchema(Schema):
    page = fields.String(required=True, validate=validate.OneOf(KIND_OF_PAGE))
    ids = fields.List(
        fields.String(validate=[validate.Length(1, 128), validate.Regexp(r"^[^\u0000]+$")]),
        load_default=list,
        data_key="id",
        validate=validate.Length(0, MAX_IDS),
        metadata={"description": "The ids of the page's rows, in order; one parameter each."},
    )
    lang = fields.String(
        load_default="zh", validate=validate.OneOf(["zh", "en"]), metadata={"description": "Of the texts."}
    )
