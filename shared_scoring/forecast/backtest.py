"""The proof: past predictions against what came, beside "stays as it is" and the last 7 days' trend.

Every past answer, its method and its band are made of what was known on its own day.
"""

import numpy as np
from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.forecast.choice import LEARNED, METHODS, STAYS
from shared_scoring.forecast.forecast import Forecaster, MethodUsed, methods_used
from shared_scoring.forecast.judged import judge
from shared_scoring.forecast.model import TOTAL
from shared_scoring.forecast.past import Past
from shared_scoring.forecast.track import KEYS, Track
from shared_scoring.forecast.track import MOST_DAYS as LOOKING_BACK
from shared_scoring.forecast.triangle import Floats
from shared_scoring.pack import Pack

HORIZONS = (1, 2, 3, 5, 7, 10, 14, 21, 30)
SHOWN = (1, 7)  # horizons of which each single answer is told
MOST_DAYS = 150  # that are asked where no first one is named
WARM_UP = 14  # answers before a band or a choice can be judged


class HorizonRecord(Struct, frozen=True, kw_only=True):
    """`answers` past predictions `days` ahead. Errors are mean absolute ones in points; null where nothing came.

    `used` is what would have been answered, by the method chosen that day; `ratio` its error ÷ that of `stays`, below 1
    where it is better. `coverage` is the share of truths inside the 80 % band.
    """

    days: int
    answers: int
    learned: float | None
    stays: float | None
    trend: float | None
    used: float | None
    ratio: float | None
    coverage: float | None
    band: float | None


class PastAnswer(Struct, frozen=True):
    """What was said on `as_of` of the day `date`, and the official total that came."""

    as_of: str
    date: str
    low: float
    mid: float
    high: float
    stays: float
    came: float


class Backtest(Struct, frozen=True, kw_only=True):
    """`first` and `last` are the first and last as-of day asked; null where there was none.

    `methods` says what is used today and why. `reason` is `too_few_days` where nothing could be tested.
    """

    rules: str
    subject: str | None
    as_of: str
    first: str | None
    last: str | None
    total: list[HorizonRecord]
    dimensions: dict[str, list[HorizonRecord]]
    answers: dict[str, list[PastAnswer]]
    methods: list[MethodUsed]
    reason: str | None


def backtest(
    past: Past,
    as_of: int,
    first: int | None = None,
    last: int | None = None,
    rules: Pack | None = None,
    subject_id: str | None = None,
) -> Backtest:
    """Ask on every past day from `first` to `last`, with nothing but what was known then."""
    since = (as_of - MOST_DAYS if first is None else first) - LOOKING_BACK
    own = Forecaster(past, as_of, max(HORIZONS), rules, since)
    track = own.track()
    default = own.pack_of(as_of).response.band
    judged = [judge(track.known_by(day), default) for day in track.days]
    mids = np.array([one.mids(said) for one, said in zip(judged, track.said, strict=True)]).reshape(track.came.shape)
    halves = np.array([one.halves for one in judged]).reshape(track.came.shape)
    asked = np.array(
        [
            row >= WARM_UP and day >= (as_of - MOST_DAYS if first is None else first) and (last is None or day <= last)
            for row, day in enumerate(track.days)
        ],
        dtype=bool,
    )
    days = [day for day, one in zip(track.days, asked, strict=True) if one]
    came, said = track.came[asked], plain(track)[asked]
    mids, halves = mids[asked], halves[asked]
    records = {
        key: [_record(ahead, came, said, mids, halves, column) for ahead in HORIZONS] for column, key in enumerate(KEYS)
    }
    now = judge(track.known_by(as_of), default)
    return Backtest(
        rules=own.pack_of(as_of).id,
        subject=subject_id if own.known.subject is None else own.known.subject.id,
        as_of=iso(as_of),
        first=iso(days[0]) if days else None,
        last=iso(days[-1]) if days else None,
        total=records[TOTAL],
        dimensions={key: records[key] for key in KEYS if key != TOTAL},
        answers={str(ahead): _answers(ahead, days, came, said, mids, halves) for ahead in SHOWN},
        methods=methods_used(now.choices[TOTAL]),
        reason=None if days else "too_few_days",
    )


def plain(track: Track) -> Floats:
    """What each method said, the baselines without what the rules alone would have told them."""
    said = track.said.copy()
    baselines = [at for at, method in enumerate(METHODS) if method != LEARNED]
    said[:, :, KEYS.index(TOTAL), baselines] -= track.ruled[..., None]
    return said


def _record(ahead: int, came: Floats, said: Floats, mids: Floats, halves: Floats, column: int) -> HorizonRecord:
    truth, used, half = (one[:, ahead - 1, column] for one in (came, mids, halves))
    methods = said[:, ahead - 1, column]
    inside = np.isfinite(truth + used + methods[:, METHODS.index(STAYS)])
    if not inside.any():
        empty = dict.fromkeys((*METHODS, "used", "ratio", "coverage", "band"))
        return HorizonRecord(days=ahead, answers=0, **empty)
    errors = {name: _mean_error(truth[inside], methods[inside, at]) for at, name in enumerate(METHODS)}
    own = float(np.abs(truth - used)[inside].mean())
    flat = errors[STAYS]
    return HorizonRecord(
        days=ahead,
        answers=int(inside.sum()),
        **errors,
        used=own,
        ratio=own / flat if flat else None,
        coverage=float((np.abs(truth - used) <= half)[inside].mean()),
        band=float(2 * half[inside].mean()),
    )


def _mean_error(truth: Floats, said: Floats) -> float | None:
    known = np.isfinite(said)
    return float(np.abs(truth - said)[known].mean()) if known.any() else None


def _answers(ahead: int, days: list[int], came: Floats, said: Floats, mids: Floats, halves: Floats) -> list[PastAnswer]:
    column = KEYS.index(TOTAL)
    found: list[PastAnswer] = []
    for row, day in enumerate(days):
        mid, half = float(mids[row, ahead - 1, column]), float(halves[row, ahead - 1, column])
        flat, truth = float(said[row, ahead - 1, column, METHODS.index(STAYS)]), float(came[row, ahead - 1, column])
        if np.isfinite(mid + flat + truth):
            found.append(PastAnswer(iso(day), iso(day + ahead), mid - half, mid, mid + half, flat, truth))
    return found
