"""The values the platform will count on a day, as far as they can be said from the newest official day before it.

What the own records moved since then is put on what the page counted then (scoring.md, "When only a part of the shop
has been seen"): (N + Δn) ÷ (D + Δd). Where all has been seen that is the own value.
"""

from collections.abc import Mapping

from shared_scoring.facts import Facts
from shared_scoring.learned.days import official_value
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import OfficialIndicator
from shared_scoring.response import own_sums
from shared_scoring.sums import Sum, Sums
from shared_scoring.units import within

_ROUNDED = 5e-5  # a value with four decimals
_SEEN = 0.9  # of a cohort: below, the page's own value is the better guess where nothing else is known


def values_on(
    pack: Pack, known: Facts, own: Mapping[str, Sum], sums: Sums, as_of: int, before: int
) -> dict[str, float | None]:
    """As of a day, from official days before `before`. `own` are the own sums of the day.

    Where step tables say how values become scores, they are the own ones, or what the page of the very day shows.
    """
    if pack.response.kind == "unpublished":
        return _rolled(pack, known, own, sums, as_of, before)
    today = known.officials.get(as_of) if as_of < before else None
    said = {} if today is None else today.indicators or {}
    page_values = {key: one.value for key, one in said.items() if one.value is not None}
    plain = {key: page_values.get(key, one.value) for key, one in own.items()}
    if pack.response.kind != "rank" or today is not None:
        return plain
    # A rank belongs to the page's value: what it is worth by now is told by how far that has moved.
    rolled = _rolled(pack, known, own, sums, as_of, before)
    return {key: None if value is None else rolled[key] for key, value in plain.items()}


def _rolled(
    pack: Pack, known: Facts, own: Mapping[str, Sum], sums: Sums, as_of: int, before: int
) -> dict[str, float | None]:
    newest = known.newest_official(before, pack)
    if newest is None or not newest[1].indicators:
        return {key: one.value for key, one in own.items()}
    day, page = newest
    shown = page.indicators or {}
    if day == as_of:
        past: Mapping[str, Sum] | None = own
    else:
        past = None if sums.earlier is None else own_sums(pack, sums.earlier(day), day)
    return {
        one.key: _value(pack, one, own[one.key], None if past is None else past[one.key], shown.get(one.key))
        for one in pack.indicators
    }


def _value(
    pack: Pack, indicator: Indicator, own: Sum, past: Sum | None, page: OfficialIndicator | None
) -> float | None:
    then = None if page is None else official_value(page, decays=pack.half_life_days is not None)
    if page is None or then is None:
        return own.value
    counted = pack.half_life_days is None and page.numerator is not None and bool(page.denominator)
    if past is None:
        seen = not counted or own.denominator >= _SEEN * float(page.denominator or 0)
        return own.value if seen and own.value is not None else then
    if counted:
        top = float(page.numerator or 0) + float(own.numerator - past.numerator)
        bottom = float(page.denominator or 0) + own.denominator - past.denominator
        return within(indicator, top / bottom) if bottom > 0 else own.value
    if own.value is None or past.value is None:
        return then
    is_whole = abs(past.value - then) <= _ROUNDED * max(1.0, abs(then))
    return own.value if is_whole else within(indicator, then + own.value - past.value)
