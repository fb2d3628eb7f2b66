"""The forecast of cli-output.md: total and dimensions of the coming days, each with an 80 % band."""

import datetime as dt
from collections.abc import Callable

import numpy as np
from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.facts import Facts
from shared_scoring.forecast.bands import widths
from shared_scoring.forecast.baselines import slope, stays
from shared_scoring.forecast.choice import Choice, choose
from shared_scoring.forecast.model import TOTAL, Figures, Model, Outlook
from shared_scoring.forecast.past import Past
from shared_scoring.forecast.track import KEYS, METHODS, Track, days_to_ask, look_back
from shared_scoring.forecast.triangle import EARLIEST_LAG, Floats, Triangles
from shared_scoring.ledger import Plan
from shared_scoring.pack import Pack
from shared_scoring.pack import choose as pack_in_force

MOST_DAYS = 30
_BEFORE = 40  # days of ledger before the oldest past answer's window


class Banded(Struct, frozen=True):
    """A figure with its 80 % band, in points; all null where it is not known."""

    low: float | None
    mid: float | None
    high: float | None


class ForecastDay(Struct, frozen=True, kw_only=True):
    """`rules` is the pack of that day; `method` how its total was made: learned, stays or trend."""

    date: str
    total: Banded
    dimensions: dict[str, Banded]
    rules: str
    stage: str
    method: str


class MethodUsed(Struct, frozen=True):
    """From `first` to `last` days ahead; `reason` is best, beaten or too_few_days."""

    first: int
    last: int
    method: str
    reason: str


class Forecast(Struct, frozen=True, kw_only=True):
    """`reason` says as a code why totals are null; null where they are known.

    `based_on` is the newest official day, `learned_from` the number of past answers that bands and methods rest on.
    """

    rules: str
    subject: str | None
    as_of: str
    days: list[ForecastDay]
    reason: str | None
    methods: list[MethodUsed]
    based_on: str | None
    learned_from: int


UNKNOWN = Banded(None, None, None)


class Forecaster:
    """One subject on one as-of day, with its track record. `rules` fixes the pack; without it the one of each day."""

    def __init__(self, past: Past, as_of: int, rules: Pack | None = None, horizon: int = MOST_DAYS) -> None:
        self.as_of, self.horizon = as_of, horizon
        self.known: Facts = past.facts(as_of)
        self.past = past
        self.pack_of = pack_chooser(self.known, rules)
        packs = {pack.id: pack for day in range(as_of - MOST_DAYS, as_of + horizon + 1) for pack in [self.pack_of(day)]}
        longest = max(pack.longest_window for pack in packs.values())
        asked = days_to_ask(self.known, as_of, 0)
        first = min([as_of, *asked]) - longest - _BEFORE
        plan = Plan(definition for pack in packs.values() for definition in pack.definitions)
        rows = past.rows(plan, first, as_of)
        self.triangles = Triangles(rows, first, as_of + horizon - EARLIEST_LAG, longest)
        self.model = Model(past, self.pack_of, self.triangles, as_of)
        self.asked = [day for day in asked if day > self.triangles.began]

    def track(self) -> Track:
        return look_back(self.model, self.known, self.asked, self.horizon)


def pack_chooser(known: Facts, rules: Pack | None) -> Callable[[int], Pack]:
    """The pack of a day: the one named, else the one in force."""
    if rules is not None:
        return lambda _day: rules
    return lambda day: pack_in_force(known.subject, dt.date.fromordinal(day))


def forecast(past: Past, as_of: int, days: int, rules: Pack | None = None, subject_id: str | None = None) -> Forecast:
    """The days `as_of` + 1 … `as_of` + `days` (1 to 30)."""
    return forecast_of(Forecaster(past, as_of, rules, days), subject_id)


def forecast_of(forecaster: Forecaster, subject_id: str | None = None, track: Track | None = None) -> Forecast:
    as_of, horizon, known = forecaster.as_of, forecaster.horizon, forecaster.known
    track = forecaster.track() if track is None else track
    outlooks = forecaster.model.outlook(as_of, horizon)
    choices = {key: choose(track.errors[:, :, at]) for at, key in enumerate(KEYS)}
    flat, steep = stays(known, as_of, KEYS), slope(known, as_of, KEYS)
    halves = {
        key: widths(_of_choice(track, at, choices[key]), forecaster.pack_of(as_of).response.band)
        for at, key in enumerate(KEYS)
    }
    said = [
        _day(outlook, at, choices, flat, steep, {key: float(half[at]) for key, half in halves.items()})
        for at, outlook in enumerate(outlooks)
    ]
    newest = known.newest_official(as_of + 1)
    return Forecast(
        rules=forecaster.pack_of(as_of).id,
        subject=subject_id if known.subject is None else known.subject.id,
        as_of=iso(as_of),
        days=said,
        reason=next((one.reason for one in outlooks if one.reason is not None), None),
        methods=_methods(choices[TOTAL]),
        based_on=None if newest is None else iso(newest[0]),
        learned_from=len(track.days),
    )


def _of_choice(track: Track, key: int, choices: list[Choice]) -> Floats:
    """The errors of the method that was chosen for each horizon."""
    errors = track.errors[:, :, key]
    return np.stack([errors[:, at, METHODS.index(choice.method)] for at, choice in enumerate(choices)], axis=1)


def _day(
    outlook: Outlook,
    at: int,
    choices: dict[str, list[Choice]],
    flat: Figures,
    steep: Figures,
    halves: dict[str, float],
) -> ForecastDay:
    def banded(key: str) -> Banded:
        mid = outlook.figures.get(key)
        method = choices[key][at].method
        if outlook.stage == "formal" and method != METHODS[0] and flat[key] is not None:
            mid = (flat[key] or 0.0) + ((steep[key] or 0.0) * (at + 1) if method == "trend" else 0.0)
        if mid is None:
            return UNKNOWN
        low, high = outlook.pack.scale if key == TOTAL else outlook.pack.response.scale
        mid = min(max(mid, low), high)
        half = halves[key] if outlook.stage == "formal" else 0.0
        return Banded(max(mid - half, low), mid, min(mid + half, high))

    dimensions = {} if outlook.stage == "growth" else {str(key): banded(str(key)) for key in outlook.pack.dimensions}
    return ForecastDay(
        date=iso(outlook.day),
        total=UNKNOWN if outlook.stage == "hidden" else banded(TOTAL),
        dimensions=dimensions,
        rules=outlook.pack.id,
        stage=outlook.stage,
        method=choices[TOTAL][at].method,
    )


def _methods(choices: list[Choice]) -> list[MethodUsed]:
    """Neighbouring horizons of one choice together."""
    found: list[MethodUsed] = []
    for at, choice in enumerate(choices, start=1):
        if found and (found[-1].method, found[-1].reason) == choice:
            found[-1] = MethodUsed(found[-1].first, at, *choice)
        else:
            found.append(MethodUsed(at, at, *choice))
    return found
