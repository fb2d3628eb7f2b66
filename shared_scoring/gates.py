"""What a score opens or closes, how much is missing, and in how many days that changes at today's level.

Source: scoring.md, "Gates". What an open or a closed gate means is said in gate_words.py.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType

from shared_scoring.facts import Facts
from shared_scoring.pack import Condition, Gate, Pack
from shared_scoring.product_gate import ProductState, product_states

LINE_UNKNOWN, LEVEL_UNKNOWN, ABSENT = "line_not_published", "level_not_known", "no_score"
NO_PRODUCTS, PRODUCT_UNKNOWN = "no_products_seen", "products_not_known"
REASONS = (LINE_UNKNOWN, LEVEL_UNKNOWN, ABSENT, NO_PRODUCTS, PRODUCT_UNKNOWN)
_MOST_PRODUCTS = 20
_ROUNDING = 1e-9  # a computed 70 may be a hair below it


class GateState(Struct, frozen=True):
    """`missing` in points of the named figure, 0 where met, null where not known.

    `known` of `of` days of a mean, or products. `days_to_open` and `days_to_close` say when the state changes if every
    day ahead is as today. `reason` is a code where nothing can be said, or where there is no score at all.
    `consequence` names what the state means; `products` are those that are kept out, the largest miss first.
    """

    key: str
    open: bool | None
    missing: dict[str, float | None]
    days_to_open: int | None
    known: int | None = None
    of: int | None = None
    days_to_close: int | None = None
    grade: str = "?"
    reason: str | None = None
    consequence: str | None = None
    products: list[ProductState] | UnsetType = UNSET
    text: str | UnsetType = UNSET


class _Met(NamedTuple):
    """One condition: None for what is not known."""

    missing: float | None
    days_to_open: int | None = None
    days_to_close: int | None = None
    known: int | None = None


def gates(
    pack: Pack,
    today: Mapping[str, float | None],
    totals: Mapping[int, float],
    known: Facts,
    as_of: int,
    *,
    absent: bool = False,
) -> list[GateState]:
    """Every gate of the pack. `totals` are the known totals by day, that of `as_of` included where there is one.

    `absent`: the subject has no score at all, which is something else than a score that is not known.
    """
    return [
        _of_score(gate, today, totals, as_of, absent=absent)
        if gate.products is None
        else _of_products(gate, product_states(gate.products, known, as_of, pack.window_days))
        for gate in pack.gates
    ]


def _of_score(
    gate: Gate, today: Mapping[str, float | None], totals: Mapping[int, float], as_of: int, *, absent: bool
) -> GateState:
    met = {one.of: _met(one, today.get(one.of), totals, as_of) for one in gate.conditions}
    missing: dict[str, float | None] = {key: one.missing for key, one in met.items()}
    is_open = _open(list(missing.values()))
    reason = None
    if absent and any(one.absent_closes for one in gate.conditions):
        is_open, reason = False, ABSENT
    elif is_open is None:
        reason = LINE_UNKNOWN if any(one.at_least is None for one in gate.conditions) else LEVEL_UNKNOWN
    days = next((one.mean_days * one.each_of_days for one in gate.conditions if one.spans_days), None)
    ahead_open = [one.days_to_open for one in met.values() if one.days_to_open is not None]
    ahead_close = [one.days_to_close for one in met.values() if one.days_to_close is not None]
    return GateState(
        gate.key,
        is_open,
        missing,
        max(ahead_open, default=None) if not is_open else None,
        next((one.known for one in met.values() if one.known is not None), None),
        days,
        min(ahead_close, default=None) if is_open is not False else None,
        gate.grade,
        reason,
        _consequence(gate, is_open),
    )


def _of_products(gate: Gate, states: list[ProductState]) -> GateState:
    missing: dict[str, float | None] = {}
    for key in ("quality_return", "praise"):
        gaps = [gap for one in states if (gap := one.missing[key]) is not None]
        missing[key] = max(gaps, default=None)
    judged = [one for one in states if one.open is not None]
    shut = [one for one in judged if not one.open]
    is_open = False if shut else (True if states and len(judged) == len(states) else None)
    reason = None if is_open is not None else (PRODUCT_UNKNOWN if states else NO_PRODUCTS)
    return GateState(
        gate.key,
        is_open,
        missing,
        None,
        len(judged),
        len(states),
        None,
        gate.grade,
        reason,
        _consequence(gate, is_open),
        shut[:_MOST_PRODUCTS],
    )


def _consequence(gate: Gate, is_open: bool | None) -> str | None:  # a state, not a switch
    if gate.consequence is None or is_open is None:
        return None
    return f"{gate.consequence}_{'open' if is_open else 'closed'}"


def _open(missing: list[float | None]) -> bool | None:
    if any(gap is None for gap in missing):
        return False if any(gap for gap in missing) else None
    return not any(missing)


def _met(condition: Condition, level: float | None, totals: Mapping[int, float], as_of: int) -> _Met:
    if condition.each_of_days > 1:
        return _not_each(condition, level, totals, as_of)
    if condition.mean_days > 1:
        window = _window(totals, as_of, condition.mean_days)
        mean = sum(window) / len(window) if window else None
        to_open, to_close = (_crosses(condition, totals, as_of, level, above=above) for above in (True, False))
        return _Met(_missing(condition, mean), to_open, to_close, len(window))
    return _Met(_missing(condition, level))


def _missing(condition: Condition, level: float | None) -> float | None:
    if condition.at_least is None or level is None:
        return None
    gap = condition.at_least - level
    return gap if gap > _ROUNDING else 0.0


def _not_each(condition: Condition, level: float | None, totals: Mapping[int, float], as_of: int) -> _Met:
    """Closed only when each of the days lies below the line; one day that does not keeps it open."""
    line, days = condition.at_least, condition.each_of_days
    window = _window(totals, as_of, days)
    if line is None:
        return _Met(None, known=len(window))
    if level is None or level >= line:
        return _Met(0.0 if any(one >= line for one in window) else None, known=len(window))
    below = 0
    while totals.get(as_of - below, line) < line:
        below += 1
    if below >= days:
        return _Met(line - level, known=len(window))
    is_met = any(one >= line for one in window)
    return _Met(0.0 if is_met else None, days_to_close=days - below, known=len(window))


def _window(totals: Mapping[int, float], last: int, days: int) -> list[float]:
    return [totals[day] for day in range(last - days + 1, last + 1) if day in totals]


def _crosses(
    condition: Condition, totals: Mapping[int, float], as_of: int, level: float | None, *, above: bool
) -> int | None:
    """The first day ahead on which the mean reaches the line, or falls below it, if every day ahead is as today."""
    if condition.at_least is None or level is None:
        return None
    ahead = dict(totals)
    for day in range(1, condition.mean_days + 1):
        ahead[as_of + day] = level
        window = _window(ahead, as_of + day, condition.mean_days)
        if (sum(window) / len(window) >= condition.at_least - _ROUNDING) == above:
            return day
    return None
