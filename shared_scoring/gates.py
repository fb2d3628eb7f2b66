"""What a score opens or closes, how much is missing, and in how many days a rolling mean crosses at today's level."""

from collections.abc import Mapping

from msgspec import Struct

from shared_scoring.pack import Condition, Gate, Pack


class GateState(Struct, frozen=True):
    """`missing` in points of the named figure, 0 where met, null where not known; `known` of `of` days of the mean."""

    key: str
    open: bool | None
    missing: dict[str, float | None]
    days_to_open: int | None
    known: int | None = None
    of: int | None = None


def gates(pack: Pack, today: Mapping[str, float | None], totals: Mapping[int, float], as_of: int) -> list[GateState]:
    """Every gate of the pack. `totals` are the known totals by day, that of `as_of` included where there is one."""
    return [_state(gate, today, totals, as_of) for gate in pack.gates]


def _state(gate: Gate, today: Mapping[str, float | None], totals: Mapping[int, float], as_of: int) -> GateState:
    missing: dict[str, float | None] = {}
    days: int | None = None
    known = of = None
    for condition in gate.conditions:
        level = today.get(condition.of)
        if condition.mean_days > 1:
            window = _window(totals, as_of, condition.mean_days)
            known, of = len(window), condition.mean_days
            days = _days_to_open(condition, totals, as_of, level)
            level = sum(window) / len(window) if window else None
        missing[condition.of] = _missing(condition, level)
    if any(gap is None for gap in missing.values()):
        state = False if any(gap for gap in missing.values()) else None
    else:
        state = not any(missing.values())
    return GateState(gate.key, state, missing, None if state else days, known, of)


def _missing(condition: Condition, level: float | None) -> float | None:
    if condition.at_least is None or level is None:
        return None
    return max(condition.at_least - level, 0.0)


def _window(totals: Mapping[int, float], last: int, days: int) -> list[float]:
    return [totals[day] for day in range(last - days + 1, last + 1) if day in totals]


def _days_to_open(condition: Condition, totals: Mapping[int, float], as_of: int, level: float | None) -> int | None:
    """The first day ahead on which the mean reaches the line if every day ahead is as today. None if it never does."""
    if condition.at_least is None or level is None:
        return None
    ahead = dict(totals)
    for day in range(1, condition.mean_days + 1):
        ahead[as_of + day] = level
        window = _window(ahead, as_of + day, condition.mean_days)
        if sum(window) >= condition.at_least * len(window):
            return day
    return None
