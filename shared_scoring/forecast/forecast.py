"""The forecast of cli-output.md: total and dimensions of the coming days, each with an 80 % band."""

import datetime as dt
from collections.abc import Callable

import numpy as np
from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.facts import Facts
from shared_scoring.forecast.choice import Choice
from shared_scoring.forecast.judged import Judged, judge
from shared_scoring.forecast.model import TOTAL, Model, Outlook
from shared_scoring.forecast.past import Past
from shared_scoring.forecast.track import KEYS, Track, ask, days_to_ask, look_back
from shared_scoring.forecast.track import MOST_DAYS as LOOKING_BACK
from shared_scoring.forecast.triangle import EARLIEST_LAG, Floats, Triangles
from shared_scoring.ledger import Plan
from shared_scoring.pack import Pack
from shared_scoring.pack import choose as pack_in_force
from shared_scoring.pack import known as known_packs

MOST_DAYS = 30
_LONGEST_GAP = 30  # days since the newest official one; beyond, a band is no wider
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

    `today` is the as-of day's own total while no page has shown it, else null. `based_on` is the newest official day,
    `learned_from` the number of past answers that bands and methods rest on.
    """

    rules: str
    subject: str | None
    as_of: str
    today: Banded | None
    days: list[ForecastDay]
    reason: str | None
    methods: list[MethodUsed]
    based_on: str | None
    learned_from: int


UNKNOWN = Banded(None, None, None)


class Forecaster:
    """One subject on one as-of day. `rules` fixes the pack; without it each day has the one in force.

    `since` is the first past as-of day that can be asked; without it the newest `LOOKING_BACK` ones.
    """

    def __init__(
        self, past: Past, as_of: int, horizon: int, rules: Pack | None = None, since: int | None = None
    ) -> None:
        self.as_of, self.horizon = as_of, horizon
        self.known: Facts = past.facts(as_of)
        self.pack_of = pack_chooser(self.known, rules)
        asked = days_to_ask(self.known, as_of)
        asked = asked[-LOOKING_BACK:] if since is None else [day for day in asked if day >= since]
        newest = self.known.newest_official(as_of + 1)  # answers start from it even where it shows no total
        oldest = min([as_of, *asked, *([] if newest is None else newest[:1])])
        packs = packs_between(self.pack_of, oldest, as_of + horizon)
        longest = max(pack.longest_window for pack in packs.values())
        first = oldest - longest - _BEFORE
        plan = Plan(definition for pack in packs.values() for definition in pack.definitions)
        triangles = Triangles(past.rows(plan, first, as_of), first, as_of + horizon - EARLIEST_LAG, longest)
        self.model = Model(past, self.pack_of, triangles)
        self.asked = [day for day in asked if day > triangles.began]

    def track(self) -> Track:
        return look_back(self.model, self.known, self.asked, self.horizon)


def pack_chooser(known: Facts, rules: Pack | None) -> Callable[[int], Pack]:
    """The pack of a day: the one named, else the one in force."""
    if rules is not None:
        return lambda _day: rules
    return lambda day: pack_in_force(known.subject, dt.date.fromordinal(day))


def packs_between(pack_of: Callable[[int], Pack], first: int, last: int) -> dict[str, Pack]:
    """The packs of the days `first`..`last` by id: another one can begin only on the first day of some pack."""
    starts = sorted({pack.in_force.since.toordinal() for pack in known_packs().values()})
    days = [first, *(day for day in starts if first < day <= last)]
    return {pack.id: pack for day in days for pack in [pack_of(day)]}


def forecast(past: Past, as_of: int, days: int, rules: Pack | None = None, subject_id: str | None = None) -> Forecast:
    """The days `as_of` + 1 … `as_of` + `days` (1 to 30)."""
    newest = past.facts(as_of).newest_official(as_of + 1)
    gap = 0 if newest is None else min(as_of - newest[0], _LONGEST_GAP)
    own = Forecaster(past, as_of, days + gap, rules)
    track = own.track()
    pack = own.pack_of(as_of)
    judged = judge(track, pack.response.band)
    first = 1 if newest is None or not gap else 0
    outlooks, said, _ = ask(own.model, as_of, first, days)
    judged = judged.later(gap + first - 1)
    mids = judged.mids(said)
    found = [_day(outlook, at, judged, mids[at]) for at, outlook in enumerate(outlooks)]
    return Forecast(
        rules=pack.id,
        subject=subject_id if own.known.subject is None else own.known.subject.id,
        as_of=iso(as_of),
        today=None if first else found[0].total,
        days=found[1 - first :],
        reason=next((one.reason for one in outlooks if one.reason is not None), None),
        methods=methods_used(judged.later(1 - first).choices[TOTAL]),
        based_on=None if newest is None else iso(newest[0]),
        learned_from=len(track.days),
    )


def _day(outlook: Outlook, at: int, judged: Judged, mids: Floats) -> ForecastDay:
    """Outside the formal stage the rules alone say what the page shows."""

    def banded(key: str) -> Banded:
        column = KEYS.index(key)
        mid = outlook.figures.get(key)
        if outlook.stage == "formal" and not np.isnan(mids[column]):
            mid = float(mids[column])
        if mid is None:
            return UNKNOWN
        half = float(judged.halves[at, column]) if outlook.stage == "formal" else 0.0
        return band(mid, half, outlook.pack.scale if key == TOTAL else outlook.pack.response.scale)

    dimensions = {} if outlook.stage == "growth" else {str(key): banded(str(key)) for key in outlook.pack.dimensions}
    return ForecastDay(
        date=iso(outlook.day),
        total=UNKNOWN if outlook.stage == "hidden" else banded(TOTAL),
        dimensions=dimensions,
        rules=outlook.pack.id,
        stage=outlook.stage,
        method=judged.choices[TOTAL][at].method,
    )


def band(mid: float, half: float, scale: tuple[float, float]) -> Banded:
    """A figure and its band, both on the scale."""
    low, high = scale
    mid = min(max(mid, low), high)
    return Banded(max(mid - half, low), mid, min(mid + half, high))


def methods_used(choices: list[Choice]) -> list[MethodUsed]:
    """Neighbouring horizons of one choice together."""
    found: list[MethodUsed] = []
    for at, choice in enumerate(choices, start=1):
        if found and (found[-1].method, found[-1].reason) == choice:
            found[-1] = MethodUsed(found[-1].first, at, *choice)
        else:
            found.append(MethodUsed(at, at, *choice))
    return found
