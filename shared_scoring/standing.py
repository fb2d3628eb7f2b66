"""Where a record counts, where it does not and why, and until when.

What counts is read off the contributions themselves: those of the case less those of the case without the record. The
codes only say why a contribution is missing.
"""

from fractions import Fraction

from msgspec import UNSET, Struct, UnsetType, structs

from shared_scoring.calendar import iso
from shared_scoring.case_view import CaseView, Key
from shared_scoring.code_words import WHY_NOT
from shared_scoring.ledger import State
from shared_scoring.measures import HITS
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import AfterSale, Order, Record
from shared_scoring.score import number
from shared_scoring.why_not import concerns, why_not, why_nothing

OUTSIDE, AHEAD = "outside_window", "not_in_window_yet"

Rows = dict[str, list[tuple[int, int, int, int]]]
"""(day, parts, numerator, denominator) by series."""


class Place(Struct, frozen=True):
    """What a record does in one indicator on one day.

    `numerator` over `denominator` is what it adds there; `since` is the first as-of day that counts it and `until` the
    first one that no longer does. `counts` says whether that is so today; where it adds nothing, the rest is null.
    """

    indicator: str
    counts: bool
    why_not: str | None
    day: str | None = None
    numerator: int | float | None = None
    denominator: int | None = None
    since: str | None = None
    until: str | None = None
    text: str | UnsetType = UNSET


class Standing(Struct, frozen=True):
    """`counts`: whether it is in anything the score of the day is made of; `why_not` a code where it is not.

    `until` is the first as-of day on which nothing of it is left.
    """

    kind: str
    id: str
    counts: bool
    why_not: str | None
    until: str | None
    places: list[Place]
    text: str | UnsetType = UNSET


def standing(pack: Pack, as_of: int, view: CaseView, key: Key) -> Standing:
    """The standing of one record of a case; with an order goes all that hangs on it."""
    record = view.records[key].record
    if record is None:
        return Standing(*key, counts=False, why_not="not_yet", until=None, places=[])
    added = view.added(pack.plan, key)
    alone = {} if isinstance(record, Order) else view.added_alone(pack.plan, key)
    rows = (by_series(added), by_series(alone))
    places = [place for one in pack.indicators for place in _places(pack, as_of, view, one, *rows, record)]
    counted = [place.until for place in places if place.counts and place.until is not None]
    if isinstance(record, Order):
        # A valid order counts towards the stage and the bonuses, whatever indicator has seen it.
        counted += [iso(day + pack.window_days + 1) for _, day, _ in added if as_of - pack.window_days <= day < as_of]
    if counted:
        return Standing(*key, counts=True, why_not=None, until=max(counted), places=places)
    return Standing(*key, counts=False, why_not=_why_not(view, record, places), until=None, places=places)


def worded(found: Standing, lang: str) -> Standing:
    """The same standing; each code with its text, `lang` being `zh` or `en`."""

    def said(code: str | None) -> str | UnsetType:
        if code is None:
            return UNSET
        return WHY_NOT[code].said(lang)

    places = [structs.replace(place, text=said(place.why_not)) for place in found.places]
    return structs.replace(found, places=places, text=said(found.why_not))


def _places(
    pack: Pack, as_of: int, view: CaseView, indicator: Indicator, added: Rows, alone: Rows, record: Record
) -> list[Place]:
    amounts = amounts_by_day(indicator, added)
    if amounts:
        return [_place(pack, indicator, as_of, day, *amounts[day]) for day in sorted(amounts)]
    if not concerns(indicator.definition, record):
        return []
    if shared := amounts_by_day(indicator, alone):
        return [_beside_others(pack, as_of, view, indicator, record, max(shared))]
    code = why_not(view.whole, record, indicator.definition, view.calendar)
    return [Place(indicator.key, counts=False, why_not=code)]


def by_series(state: State) -> Rows:
    rows: Rows = {}
    for (series, day, parts), (numerator, denominator) in state.items():
        rows.setdefault(series, []).append((day, parts, numerator, denominator))
    return rows


def amounts_by_day(indicator: Indicator, rows: Rows) -> dict[int, tuple[Fraction, int]]:
    """What rows add to an indicator's numerator and denominator, by day; only days where they add something."""
    definition = indicator.definition
    counted = rows.get(definition.series, ())
    is_share = definition.measure in HITS
    found: dict[int, tuple[Fraction, int]] = {}
    for day, parts, numerator, denominator in counted:
        top, bottom = found.get(day, (Fraction(0), 0))
        found[day] = (top + Fraction(numerator, parts), bottom if is_share else bottom + denominator)
    for day, _, _, denominator in rows.get(definition.whole.series, ()) if is_share else ():
        top, bottom = found.get(day, (Fraction(0), 0))
        found[day] = (top, bottom + denominator)
    # A record that takes the place of another (a later question, a first reason) takes away what that one would add.
    displaces = is_share or definition.cohort == "orders_asking_or_helped"
    return {
        day: (top, bottom)
        for day, (top, bottom) in found.items()
        if (top or bottom) and not (displaces and (top < 0 or bottom < 0))
    }


def leaves(pack: Pack, indicator: Indicator, day: int) -> int:
    """The first as-of day on which an indicator no longer counts a day."""
    return day + (indicator.window_days or pack.window_days) + 1


def _place(pack: Pack, indicator: Indicator, as_of: int, day: int, numerator: Fraction, denominator: int) -> Place:
    until = leaves(pack, indicator, day)
    code = AHEAD if day >= as_of else (OUTSIDE if until <= as_of else None)
    return Place(
        indicator.key,
        counts=code is None,
        why_not=code,
        day=iso(day),
        numerator=number(numerator),
        denominator=denominator,
        since=iso(day + 1),
        until=iso(until),
    )


def _beside_others(pack: Pack, as_of: int, view: CaseView, indicator: Indicator, record: Record, day: int) -> Place:
    """It would count by itself, but others of its order say the same, or come first."""
    if isinstance(record, AfterSale) and indicator.definition.measure == "first_reason":
        return Place(indicator.key, counts=False, why_not="not_first_after_sale")
    # On the order's own day it is one of several that say the same: with any of them gone, nothing would change.
    if day in amounts_by_day(indicator, by_series(pack.plan.contributions(view.whole, view.calendar))):
        return _place(pack, indicator, as_of, day, Fraction(0), 0)
    return Place(indicator.key, counts=False, why_not="order_counts_once")


def _why_not(view: CaseView, record: Record, places: list[Place]) -> str:
    if (general := why_nothing(view.whole, record)) is not None:
        return general
    codes = [place.why_not for place in places if place.why_not is not None]
    for wanted in (AHEAD, OUTSIDE):
        if wanted in codes:
            return wanted
    if isinstance(record, Order):
        return OUTSIDE
    return next(iter(codes), "no_indicator")
