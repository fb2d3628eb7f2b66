"""A rule pack: one published version of a score, as data.

Everything a rule says (windows, indicators, weights, deductions, bonuses, tables, gates) stands in a JSON file of
`packs/`, each number with the grade of its source (scoring.md): A published, B several sources, C one, ? our choice.
"""

import datetime as dt
from functools import cache, cached_property
from importlib import resources
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from shared_scoring.cohorts import COHORTS
from shared_scoring.definition import Definition
from shared_scoring.ledger import Plan
from shared_scoring.measures import AMOUNTS, HITS
from shared_scoring.records import Record, Scene
from shared_scoring.viewpoint import DEFAULT_PLATFORM, Viewpoint

DimensionKey = Literal["goods", "logistics", "service"]
Grade = Literal["A", "B", "C", "?"]
Fraction01 = Annotated[float, Meta(ge=0, le=1)]


class PackError(ValueError):
    """A pack that cannot be used: which one, where, and what is wrong."""


class _Data(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Words(_Data, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class Scope(_Data, frozen=True):
    platform: str
    type: Literal["shop", "creator"]


class InForce(_Data, frozen=True):
    """First and last as-of day; an open end is null."""

    since: dt.date
    until: dt.date | None = None


class Stages(_Data, frozen=True, kw_only=True):
    """Under `valid_orders` valid orders in the window a subject is in the stage `below`.

    The growth stage has one of two fixed totals; the hidden one has none.
    """

    valid_orders: int
    below: Literal["growth", "hidden"]
    growth_total: float | None = None
    growth_total_deducted: float | None = None
    grade: Grade


class DimensionBonus(_Data, frozen=True):
    """Points on a dimension, which stays on its scale, while enough members of a series count in the window."""

    name: Words
    points: float
    definition: Definition
    count_at_least: int
    grade: Grade


class Dimension(_Data, frozen=True, kw_only=True):
    name: Words
    weight: Fraction01
    bonus: DimensionBonus | None = None
    grade: Grade


class DimensionWeights(_Data, frozen=True, kw_only=True):
    """Published weights of the dimensions for the subjects they were published for."""

    industry: str
    cross_border: bool
    weights: dict[DimensionKey, Fraction01]
    grade: Grade


class IndicatorWeights(_Data, frozen=True, kw_only=True):
    """Published weights inside the dimensions, for an industry and type of shop."""

    industry: str
    shop_type: Literal["flagship", "non_flagship", "general"]
    weights: dict[str, Fraction01]


class Shield(_Data, frozen=True, kw_only=True):
    """An indicator of few orders scores `score` while its bad count is low.

    Either under `orders_below` valid orders (`orders_below_special` in `special_industries` and for flagships) with at
    most `bad_at_most` bad ones, or with at most `cohort_at_most` members at all.
    """

    indicator: str
    score: float
    bad: Definition | None = None
    bad_at_most: int = 0
    orders_below: int = 0
    orders_below_special: int = 0
    cohort_at_most: int | None = None
    grade: Grade


class Indicator(_Data, frozen=True, kw_only=True):
    """`weight` is the share inside the dimension; null shares equally.

    `steps` is a table of (threshold, score) where one was published; the page's own is used where it was seen.
    A unit of `points` is its own score. `window_days` is the pack's where null.
    """

    key: str
    name: Words
    dimension: DimensionKey
    unit: Literal["stars", "ratio", "seconds", "points"]
    better: Literal["higher", "lower"]
    definition: Definition
    weight: Fraction01 | None = None
    window_days: int | None = None
    steps: tuple[tuple[float, float], ...] = ()
    target: float | None = None
    grade: Grade


class Deduction(_Data, frozen=True, kw_only=True):
    """Points a scene costs: for each time up to `cap`, or `once` whatever the count; a group has a cap of its own."""

    scene: Scene
    points: float
    cap: float | None = None
    once: bool = False
    group: str | None = None
    grade: Grade


class DeductionGroup(_Data, frozen=True):
    key: str
    cap: float


class Bonus(_Data, frozen=True, kw_only=True):
    """Points held while the counted orders reach a number and a share, and a switch was on, where one is named."""

    key: str
    name: Words
    points: float
    definition: Definition
    count_at_least: int = 1
    share_at_least: Fraction01 = 0.0
    switch: str | None = None
    switch_days: int = 0
    grade: Grade


class Condition(_Data, frozen=True):
    """`at_least` null: the line is not published. `mean_days` 1 is the day itself."""

    of: Literal["total", "goods", "logistics", "service", "consumer_score"]
    at_least: float | None
    mean_days: int = 1


class Gate(_Data, frozen=True):
    key: str
    name: Words
    conditions: tuple[Condition, ...]
    grade: Grade


class Response(_Data, frozen=True):
    """How values become a dimension's score, on the scale of a dimension.

    `steps`: by step tables. `rank`: by the share of peers beaten, as the page shows it. `unpublished`: carried forward
    from the official days. `band` is the half width in points of the 80 % band where the answer is not exact: one day
    ahead while the subject has few days of its own (it widens with the root of the days), and where weights were not
    published.
    """

    kind: Literal["unpublished", "steps", "rank"]
    scale: tuple[float, float]
    band: float
    grade: Grade


class Source(_Data, frozen=True, kw_only=True):
    title: str
    date: dt.date | None = None
    grade: Grade


class Pack(_Data, frozen=True, kw_only=True, dict=True):
    id: str
    name: Words
    scope: Scope
    in_force: InForce
    window_days: Annotated[int, Meta(ge=1, le=400)]
    half_life_days: Annotated[float, Meta(gt=0)] | None = None
    scale: tuple[float, float]
    stages: Stages
    valid_orders: Definition
    dimensions: dict[DimensionKey, Dimension]
    indicators: tuple[Indicator, ...]
    dimension_weights: tuple[DimensionWeights, ...] = ()
    indicator_weights: tuple[IndicatorWeights, ...] = ()
    shields: tuple[Shield, ...] = ()
    special_industries: tuple[str, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    deduction_groups: tuple[DeductionGroup, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    response: Response
    consumer: tuple[tuple[float, float], ...] = ()
    stars: tuple[tuple[float, float], ...] = ()
    gates: tuple[Gate, ...] = ()
    sources: tuple[Source, ...]

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return (
            self.valid_orders,
            *(indicator.definition for indicator in self.indicators),
            *(bonus.definition for bonus in self.bonuses),
            *(shield.bad for shield in self.shields if shield.bad is not None),
            *(one.bonus.definition for one in self.dimensions.values() if one.bonus is not None),
        )

    def indicator_window(self, indicator: Indicator, as_of: int) -> tuple[int, int]:
        """First and last day an indicator counts as of a day."""
        return as_of - (indicator.window_days or self.window_days), as_of - 1

    @property
    def longest_window(self) -> int:
        return max([self.window_days, *(one.window_days or 0 for one in self.indicators)])

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.definitions)

    def is_in_force(self, day: dt.date) -> bool:
        return self.in_force.since <= day and (self.in_force.until is None or day <= self.in_force.until)


def load(text: bytes, name: str) -> Pack:
    """Read a pack. Raises PackError with the place in the file."""
    try:
        pack = msgspec.json.decode(text, type=Pack)
    except msgspec.MsgspecError as error:
        raise PackError(f"{name}: {error}") from None
    for definition in pack.definitions:
        if definition.cohort not in COHORTS:
            raise PackError(f"{name}: cohort {definition.cohort!r} is unknown; one of {', '.join(COHORTS)}")
        if definition.measure not in AMOUNTS and definition.measure not in HITS:
            known = ", ".join([*AMOUNTS, *HITS])
            raise PackError(f"{name}: measure {definition.measure!r} is unknown; one of {known}")
    return pack


@cache
def bundled() -> dict[str, Pack]:
    """The packs that come with the product, by id, oldest first."""
    files = sorted(
        (file for file in resources.files("shared_scoring.packs").iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    packs = [load(file.read_bytes(), file.name) for file in files]
    return {pack.id: pack for pack in sorted(packs, key=lambda pack: (pack.in_force.since, pack.id))}


def packs_kept(viewpoint: Viewpoint) -> list[Pack]:
    """The packs whose series a subject's ledger keeps: those of its platform, Douyin's for a platform without any.

    A shop's ledger has no need of a creator's pack; a creator may be looked at as a shop.
    """
    platforms = {pack.scope.platform for pack in bundled().values()}
    platform = viewpoint.platform if viewpoint.platform in platforms else DEFAULT_PLATFORM
    return [
        pack
        for pack in bundled().values()
        if pack.scope.platform == platform and (pack.scope.type == "shop" or viewpoint.creator is not None)
    ]


@cache
def _plan(packs: tuple[str, ...]) -> Plan:
    return Plan(definition for id_ in packs for definition in bundled()[id_].definitions)


def plan_kept(viewpoint: Viewpoint) -> Plan:
    """The series a subject's ledger keeps."""
    return _plan(tuple(pack.id for pack in packs_kept(viewpoint)))


def choose(subject: Record | None, day: dt.date) -> Pack:
    """The pack of a subject's platform and type in force on a day, before the first one the first (`--rules auto`).

    An unknown platform gets the Douyin pack of its type.
    """
    viewpoint = Viewpoint.of(subject)
    type_ = "shop" if viewpoint.creator is None else "creator"
    packs = [pack for pack in packs_kept(viewpoint) if pack.scope.type == type_] or packs_kept(viewpoint)
    started = [pack for pack in packs if pack.in_force.since <= day]
    return started[-1] if started else packs[0]
