"""The values of the coming days: the page's newest sums, moved as the own records are expected to move."""

from collections.abc import Sequence

from shared_scoring.facts import Facts
from shared_scoring.forecast.ahead import Ahead
from shared_scoring.learned.days import official_value, official_values
from shared_scoring.pack import Indicator, Pack
from shared_scoring.records import OfficialIndicator
from shared_scoring.units import within

Values = dict[str, float | None]

_MOST_UNSEEN = 5.0  # own records that are less than a fifth of the shop do not speak for the rest of it


class Anchor:
    """The newest official day up to an as-of day, and the own sums as they stood on it."""

    def __init__(self, day: int, known: Facts, then: Ahead) -> None:
        self.day = day
        self.page = known.officials[day]
        self._then = then
        self._sums: dict[tuple[str, float | None], tuple[float, float]] = {}

    def _own(self, pack: Pack, indicator: Indicator) -> tuple[float, float]:
        """The own sums as they stood on the day, weighed where the pack lets older days fade."""
        key = (indicator.definition.series, pack.half_life_days)
        found = self._sums.get(key)
        if found is None:
            window = pack.indicator_window(indicator, self.day)
            found = self._sums[key] = self._then.window(indicator.definition, *window, 0, pack.half_life_days)
        return found

    def value(self, pack: Pack, indicator: Indicator, ahead: Ahead, as_of: int, at: int) -> float | None:
        """(N + Δn) ÷ (D + Δd) where the page shows both; a value alone moves as the own one does; else the own value.

        Where older days fade, plain sums are not those of the value.
        """
        window = pack.indicator_window(indicator, as_of)
        own = ahead.window(indicator.definition, *window, at, pack.half_life_days)
        shown = (self.page.indicators or {}).get(indicator.key)
        then = self._own(pack, indicator)
        if shown is None:
            return _quotient(*own)
        if pack.half_life_days is not None or not shown.denominator or shown.numerator is None:
            return _moved(pack, indicator, shown, _quotient(*then), _quotient(*own))
        scale = min(max(shown.denominator / then[1], 1.0), _MOST_UNSEEN) if then[1] > 0 else 0.0
        bottom = shown.denominator + scale * (own[1] - then[1])
        if bottom <= 0:
            return _quotient(*own)
        value = (shown.numerator + scale * (own[0] - then[0])) / bottom
        return within(indicator, value)

    def values(self, pack: Pack, members: Sequence[Indicator]) -> Values:
        """Of the day itself: what the page shows, or where it shows nothing what the own records counted."""
        shown = official_values(self.page, [one.key for one in members], decays=pack.half_life_days is not None)
        return {one.key: shown.get(one.key, _quotient(*self._own(pack, one))) for one in members}


def _moved(
    pack: Pack, indicator: Indicator, shown: OfficialIndicator, then: float | None, now: float | None
) -> float | None:
    value = official_value(shown, decays=pack.half_life_days is not None)
    if value is None or then is None or now is None:
        return now
    return within(indicator, value + now - then)


def values_ahead(pack: Pack, anchor: Anchor | None, ahead: Ahead, as_of: int, at: int) -> Values:
    """The value of each indicator on the as-of day `as_of`, `at` days ahead; None without a cohort."""
    if anchor is None:
        return {
            one.key: _quotient(
                *ahead.window(one.definition, *pack.indicator_window(one, as_of), at, pack.half_life_days)
            )
            for one in pack.indicators
        }
    return {one.key: anchor.value(pack, one, ahead, as_of, at) for one in pack.indicators}


def _quotient(top: float, bottom: float) -> float | None:
    return top / bottom if bottom > 1e-9 else None
