"""A creator's change split by the shops whose goods were sold, with each shop's own change beside it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from shared_scoring.case_view import CaseView
from shared_scoring.explain_records import CaseStates
from shared_scoring.ledger import State
from shared_scoring.measures import HITS
from shared_scoring.merge import Told
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import Partner
from shared_scoring.viewpoint import Viewpoint


class ShopChange(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """The shop's own total as the creator's page showed it last before each day."""

    first: float | None
    last: float | None
    change: float | None


class PartnerChange(Struct, frozen=True):
    """`indicators` holds what the shop's orders did to each, in its unit; over all shops they add up to its change.

    `merchant_id` is null for what names no shop.
    """

    merchant_id: str | None
    name: str | None
    indicators: dict[str, float]
    shop: ShopChange


class _Source(Protocol):
    @property
    def viewpoint(self) -> Viewpoint: ...
    def case_states(self, pack: Pack, first: int, last: int) -> Iterable[CaseStates]: ...
    def records_of(self, cases: Collection[str]) -> Mapping[str, Sequence[Told]]: ...
    def partners(self, day: int) -> list[Partner]: ...


Pair = tuple[float, float]
"""Weighed numerator and denominator."""


def partner_changes(source: _Source, pack: Pack, days: tuple[int, int]) -> list[PartnerChange]:
    """One entry for each shop whose orders moved an indicator or whose own total is known, the largest move first."""
    states = [one for one in source.case_states(pack, *days) if one[1] or one[2]]
    shops = _shops(source, [case for case, _, _ in states], days)
    pages = [_newest(source.partners(day)) for day in days]
    moves = {one.key: _moves(one, pack, states, shops, days) for one in pack.indicators}
    merchants = {merchant for own in moves.values() for merchant in own} | pages[0].keys() | pages[1].keys()
    found = [
        PartnerChange(
            merchant,
            next((page[merchant].name for page in reversed(pages) if merchant in page), None),
            {key: own[merchant] for key, own in moves.items() if merchant in own},
            _shop(*(page[merchant].total if merchant in page else None for page in pages)),
        )
        for merchant in merchants
    ]
    return sorted(found, key=lambda one: (-_size(one), one.merchant_id or ""))


def _size(one: PartnerChange) -> float:
    return sum(abs(change) for key, change in one.indicators.items() if not key.endswith("_seconds"))


def _shop(first: float | None, last: float | None) -> ShopChange:
    return ShopChange(first, last, None if first is None or last is None else last - first)


def _newest(pages: Iterable[Partner]) -> dict[str | None, Partner]:
    dated = sorted((one for one in pages if one.merchant_id and one.date), key=lambda one: (str(one.date), one.id))
    return {one.merchant_id: one for one in dated}


def _shops(source: _Source, cases: Sequence[str], days: tuple[int, int]) -> dict[str, str | None]:
    """Whose goods each case's order was: the shop of the creator's first line, else of any."""
    told = source.records_of(cases)
    return {case: _merchant(told.get(case, ()), days[1], source.viewpoint) for case in cases}


def _merchant(told: Sequence[Told], day: int, viewpoint: Viewpoint) -> str | None:
    order = CaseView(told, day, viewpoint).whole.order
    lines = [] if order is None or order.lines is None else order.lines
    own = [line for line in lines if line.creator_id == viewpoint.creator] + lines
    return next((line.merchant_id for line in own if line.merchant_id), None)


def _moves(
    indicator: Indicator,
    pack: Pack,
    states: Sequence[CaseStates],
    shops: Mapping[str, str | None],
    days: tuple[int, int],
) -> dict[str | None, float]:
    """Shop after shop, in a fixed order, from the value of the first day to that of the other."""
    windows = [pack.indicator_window(indicator, day) for day in days]
    top = bottom = 0.0
    moved: dict[str | None, Pair] = {}
    for case, *ends in states:
        before, after = (
            _pair(indicator, pack, state, window, days[1]) for state, window in zip(ends, windows, strict=True)
        )
        top, bottom = top + before[0], bottom + before[1]
        if before != after:
            own = moved.get(shops[case], (0.0, 0.0))
            moved[shops[case]] = own[0] + after[0] - before[0], own[1] + after[1] - before[1]
    found: dict[str | None, float] = {}
    value = top / bottom if bottom else None
    for merchant in sorted(moved, key=lambda one: (one is None, one or "")):
        top, bottom = top + moved[merchant][0], bottom + moved[merchant][1]
        # What is left of decayed sums when all is gone is rounding.
        after_value = top / bottom if bottom > 1e-9 else None
        if value is not None and after_value is not None:
            found[merchant] = after_value - value
        value = value if after_value is None else after_value
    return found


def _pair(indicator: Indicator, pack: Pack, state: State, window: tuple[int, int], last: int) -> Pair:
    definition = indicator.definition
    whole = definition.whole.series if definition.measure in HITS else definition.series
    top = bottom = 0.0
    for (series, day, parts), (numerator, denominator) in state.items():
        if window[0] <= day <= window[1] and series in (definition.series, whole):
            weight = 1.0 if pack.half_life_days is None else 2.0 ** ((day - last) / pack.half_life_days)
            top += weight * numerator / parts if series == definition.series else 0.0
            bottom += weight * denominator if series == whole else 0.0
    return top, bottom
