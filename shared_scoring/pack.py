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
from shared_scoring.records import Scene

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


class Stages(_Data, frozen=True):
    """Under `valid_orders` valid orders in the window a subject is in the growth stage, with one of two totals."""

    valid_orders: int
    growth_total: float
    growth_total_deducted: float
    grade: Grade


class Dimension(_Data, frozen=True):
    name: Words
    weight: Fraction01
    grade: Grade


class Indicator(_Data, frozen=True, kw_only=True):
    """`weight` is the share inside the dimension; null shares equally."""

    key: str
    name: Words
    dimension: DimensionKey
    unit: Literal["stars", "ratio", "seconds"]
    better: Literal["higher", "lower"]
    definition: Definition
    weight: Fraction01 | None = None
    grade: Grade


class Deduction(_Data, frozen=True, kw_only=True):
    """Points a scene costs: for each time up to `cap`, or `once` whatever the count."""

    scene: Scene
    points: float
    cap: float
    once: bool = False
    grade: Grade


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
    """How values become a dimension's score. `unpublished`: carried forward from the official days, with a band.

    `band` is the half width in points of the 80 % band one day ahead while the subject has few days of its own; it
    widens with the root of the days.
    """

    kind: Literal["unpublished"]
    band: float
    grade: Grade


class Source(_Data, frozen=True, kw_only=True):
    title: str
    date: dt.date | None = None
    grade: Grade


class Pack(_Data, frozen=True, dict=True):
    id: str
    name: Words
    scope: Scope
    in_force: InForce
    window_days: Annotated[int, Meta(ge=1, le=400)]
    scale: tuple[float, float]
    stages: Stages
    valid_orders: Definition
    dimensions: dict[DimensionKey, Dimension]
    indicators: tuple[Indicator, ...]
    deductions: tuple[Deduction, ...]
    bonuses: tuple[Bonus, ...]
    response: Response
    consumer: tuple[tuple[float, float], ...]
    stars: tuple[tuple[float, float], ...]
    gates: tuple[Gate, ...]
    sources: tuple[Source, ...]

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return (
            self.valid_orders,
            *(indicator.definition for indicator in self.indicators),
            *(bonus.definition for bonus in self.bonuses),
        )

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


@cache
def whole_plan() -> Plan:
    """The series of every bundled pack: what a ledger keeps, so that any pack can be asked of it."""
    return Plan(definition for pack in bundled().values() for definition in pack.definitions)


def choose(type_: str, day: dt.date) -> Pack:
    """The pack of a type in force on a day, before the first one the first (`--rules auto`)."""
    packs = [pack for pack in bundled().values() if pack.scope.type == type_] or list(bundled().values())
    started = [pack for pack in packs if pack.in_force.since <= day]
    return started[-1] if started else packs[0]
