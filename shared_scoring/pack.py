"""A rule pack: one published version of a score, as data.

Everything a rule says (windows, indicators, weights, deductions, bonuses, tables, gates) stands in a JSON file of
`packs/`, each number with the grade of its source (scoring.md): A published, B several sources, C one, ? our choice.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from importlib import resources
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared_scoring.definition import Definition
from shared_scoring.ledger import Plan
from shared_scoring.pack_base import Data, Grade, PackSource, Words
from shared_scoring.pack_check import Fault, FaultError, decode
from shared_scoring.pack_sense import faults
from shared_scoring.records import Record, Scene
from shared_scoring.viewpoint import DEFAULT_PLATFORM, Viewpoint

DimensionKey = Literal["goods", "logistics", "service"]
Fraction01 = Annotated[float, Meta(ge=0, le=1)]


class PackError(ValueError):
    """A pack that cannot be used: which one, where, and everything that is wrong."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for fault in faults))
        self.name = name
        self.faults = list(faults)


class Scope(Data, frozen=True):
    platform: str
    type: Literal["shop", "creator"]


class InForce(Data, frozen=True):
    """First and last as-of day; an open end is null."""

    since: dt.date
    until: dt.date | None = None


class StageRule(Data, frozen=True, kw_only=True):
    """Under `valid_orders` valid orders in the window a subject is in the stage `below`.

    The growth stage has one of two fixed totals; the hidden one has none.
    """

    valid_orders: int
    below: Literal["growth", "hidden"]
    growth_total: float | None = None
    growth_total_deducted: float | None = None
    grade: Grade


class DimensionBonus(Data, frozen=True):
    """Points on a dimension, which stays on its scale, while enough members of a series count in the window."""

    name: Words
    points: float
    definition: Definition
    count_at_least: int
    grade: Grade


class Dimension(Data, frozen=True, kw_only=True):
    name: Words
    weight: Fraction01
    bonus: DimensionBonus | None = None
    grade: Grade


class DimensionWeights(Data, frozen=True, kw_only=True):
    """Published weights of the dimensions for the subjects they were published for."""

    industry: str
    cross_border: bool
    weights: dict[DimensionKey, Fraction01]
    grade: Grade


class IndicatorWeights(Data, frozen=True, kw_only=True):
    """Published weights inside the dimensions, for an industry and type of shop."""

    industry: str
    shop_type: Literal["flagship", "non_flagship", "general"]
    weights: dict[str, Fraction01]


class Shield(Data, frozen=True, kw_only=True):
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


class Indicator(Data, frozen=True, kw_only=True):
    """`weight` is the share inside the dimension; null shares equally.

    `steps` is a table of (threshold, score) where one was published; the page's own is used where it was seen.
    A unit of `points` is its own score. `window_days` is the pack's where null. `curve` is the default curve, (value,
    score) by rising value with straight lines between, from which a response is learned; its grade is the response's.
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
    curve: tuple[tuple[float, float], ...] = ()
    target: float | None = None
    grade: Grade


class Deduction(Data, frozen=True, kw_only=True):
    """Points a scene costs: for each time up to `cap`, or `once` whatever the count; a group has a cap of its own."""

    scene: Scene
    points: float
    cap: float | None = None
    once: bool = False
    group: str | None = None
    grade: Grade


class DeductionGroup(Data, frozen=True):
    key: str
    cap: float


class Bonus(Data, frozen=True, kw_only=True):
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


class Condition(Data, frozen=True):
    """`at_least` null: the line is not published. `mean_days` 1 is the day itself.

    With `each_of_days` it fails only when each of so many days lies below. `elsewhere` are lines of some categories,
    of which it is not known which. `absent_closes`: who has no score at all does not meet it.
    """

    of: Literal["total", "goods", "logistics", "service", "consumer_score"]
    at_least: float | None
    mean_days: int = 1
    each_of_days: int = 1
    elsewhere: tuple[float, ...] = ()
    absent_closes: bool = False

    @property
    def spans_days(self) -> bool:
        return self.mean_days > 1 or self.each_of_days > 1


class ProductRule(Data, frozen=True):
    """Each product by itself: its quality-return rate by the limit of its category, and its praise.

    `limits` names a table of limits by category; the limit a product's own page shows comes first.
    """

    praise_at_least: Fraction01
    limits: str | None = None


class Gate(Data, frozen=True, kw_only=True):
    """`consequence` is the code of what it opens and closes (gate_words.py)."""

    key: str
    name: Words
    conditions: tuple[Condition, ...] = ()
    products: ProductRule | None = None
    consequence: str | None = None
    grade: Grade


class Response(Data, frozen=True):
    """How values become a dimension's score, on the scale of a dimension.

    `steps`: by step tables. `rank`: by the share of peers beaten, as the page shows it. `unpublished`: learned from the
    subject's own official days, carried forward from them until a response is believed. `band` is the half width in
    points of the 80 % band where the answer is not exact: one day ahead while the subject has few days of its own (it
    widens with the root of the days), and where weights were not published.
    """

    kind: Literal["unpublished", "steps", "rank"]
    scale: tuple[float, float]
    band: float
    grade: Grade


class Pack(Data, frozen=True, kw_only=True, dict=True):
    id: str
    name: Words
    scope: Scope
    in_force: InForce
    window_days: Annotated[int, Meta(ge=1, le=400)]
    half_life_days: Annotated[float, Meta(gt=0)] | None = None
    scale: tuple[float, float]
    stages: StageRule
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
    sources: tuple[PackSource, ...]

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
    """Read a pack. Raises PackError with each place in the file."""
    try:
        return decode(text, Pack, faults)
    except FaultError as error:
        raise PackError(name, error.faults) from None


def schema() -> dict[str, Any]:
    """The JSON Schema of a pack."""
    return msgspec.json.schema(Pack)


class Packs(Mapping[str, Pack]):
    """Packs by id, oldest first. One whose end is open ends when the next of its scope begins."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Raises PackError for two of one id, or two of one scope in force on the same day."""
        ordered = sorted(packs, key=lambda pack: (pack.in_force.since, pack.id))
        for at, pack in enumerate(ordered):
            if any(one.id == pack.id for one in ordered[:at]):
                raise PackError(
                    pack.id, [Fault(1, "id", f"there is a pack {pack.id} already; a new version, a new id")]
                )
        self._packs = {pack.id: _ended(pack, ordered[at + 1 :]) for at, pack in enumerate(ordered)}
        self._plans: dict[tuple[str, ...], Plan] = {}

    def __getitem__(self, id_: str) -> Pack:
        return self._packs[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)

    def kept(self, viewpoint: Viewpoint) -> list[Pack]:
        """The packs whose series a subject's ledger keeps: those of its platform, Douyin's for one without any.

        A shop's ledger has no need of a creator's pack; a creator may be looked at as a shop.
        """
        fitting = [pack for pack in self.values() if pack.scope.type == "shop" or viewpoint.creator is not None]
        own = [pack for pack in fitting if pack.scope.platform == viewpoint.platform]
        return own or [pack for pack in fitting if pack.scope.platform == DEFAULT_PLATFORM]

    def plan(self, viewpoint: Viewpoint) -> Plan:
        """The series a subject's ledger keeps."""
        ids = tuple(pack.id for pack in self.kept(viewpoint))
        if ids not in self._plans:
            self._plans[ids] = Plan(definition for id_ in ids for definition in self[id_].definitions)
        return self._plans[ids]

    def choose(self, viewpoint: Viewpoint, day: dt.date) -> Pack:
        """The pack in force on a day, before the first one the first; one for shops where a creator has none."""
        type_ = "shop" if viewpoint.creator is None else "creator"
        packs = [pack for pack in self.kept(viewpoint) if pack.scope.type == type_] or self.kept(viewpoint)
        started = [pack for pack in packs if pack.in_force.since <= day]
        return started[-1] if started else packs[0]


def _ended(pack: Pack, later: Iterable[Pack]) -> Pack:
    following = next((one for one in later if one.scope == pack.scope), None)
    if following is None:
        return pack
    since, until = following.in_force.since, pack.in_force.until
    if since == pack.in_force.since or (until is not None and since <= until):
        said = f"{pack.id} is in force until {until or since}, and {following.id} of the same scope from {since}"
        raise PackError(following.id, [Fault(1, "in_force.since", f"{said}; only one can be")])
    if until is not None:
        return pack
    end = InForce(pack.in_force.since, since - dt.timedelta(days=1))
    return msgspec.structs.replace(pack, in_force=end)


@cache
def bundled() -> Packs:
    """The packs that come with the product."""
    files = [file for file in resources.files("shared_scoring.packs").iterdir() if file.name.endswith(".json")]
    return Packs(load(file.read_bytes(), file.name) for file in files)


# What a request or a task knows stays the same until it ends, whatever is added meanwhile.
_known: ContextVar[Packs | None] = ContextVar("packs", default=None)


def known() -> Packs:
    """The packs this thread or task was told of; without a word the bundled ones."""
    return _known.get() or bundled()


def know(packs: Packs) -> None:
    """From here on, this thread or task knows these packs."""
    _known.set(packs)


@contextmanager
def knowing(packs: Packs) -> Iterator[None]:
    """Know these packs inside the block."""
    token = _known.set(packs)
    try:
        yield
    finally:
        _known.reset(token)


def packs_kept(viewpoint: Viewpoint) -> list[Pack]:
    """Of the packs known, those whose series a subject's ledger keeps."""
    return known().kept(viewpoint)


def plan_kept(viewpoint: Viewpoint) -> Plan:
    """The series a subject's ledger keeps."""
    return known().plan(viewpoint)


def choose(subject: Record | None, day: dt.date) -> Pack:
    """The known pack of a subject's platform and type in force on a day (`--rules auto`).

    An unknown platform gets the Douyin pack of its type.
    """
    return known().choose(Viewpoint.of(subject), day)
