"""What an action is worth: what its change does to the score, times how likely it comes true."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping

from msgspec import Struct

from shared_scoring.actions.catalogue import catalogue
from shared_scoring.actions.kinds import candidates
from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.actions.words import title_and_why
from shared_scoring.calendar import iso
from shared_scoring.preferences import Preferences
from shared_scoring.records import AnyRecord

_TAIL = 0.1  # of an 80 % band on either side


class Gain(Struct, frozen=True):
    """Points of the total with their 80 % band; null where points cannot be given."""

    low: float | None
    mid: float | None
    high: float | None


class Action(Struct, frozen=True, kw_only=True):
    """What to do, in words, with everything a page shows beside it.

    `change` is what success would make true, as `what-if --change` takes it. `moves` is by how much each indicator
    would move, `date_of_gain` the first day whose score shows all of it; `warning` is `yellow` or `red` as the
    deadline comes near.
    """

    id: str
    kind: str
    title: str
    why: str
    success: float
    grade: str
    gain: Gain
    effort_minutes: float
    deadline: dt.datetime | None
    date_of_gain: str
    warning: str | None
    records: list[Ref]
    change: list[AnyRecord]
    moves: dict[str, float]


class Rated(Struct, frozen=True):
    """A candidate with what it is worth, before anything is said in words.

    `points` are those of certain success, with their band; null where they cannot be given.
    """

    id: str
    candidate: Candidate
    success: float
    effort: float
    points: Gain
    gain: Gain
    moves: dict[str, float]


def warning(deadline: dt.datetime | None, now: dt.datetime, preferences: Preferences) -> str | None:
    """`yellow` or `red` as a deadline comes near; none for one that is far, or over. Nothing is red in quiet hours."""
    if deadline is None:
        return None
    hours = (deadline - now) / dt.timedelta(hours=1)
    if not 0 <= hours <= preferences.warn_yellow_hours:
        return None
    is_red = hours <= preferences.warn_red_hours and not preferences.is_quiet(now.astimezone(deadline.tzinfo))
    return "red" if is_red else "yellow"


Success = Callable[[str, float], float]
"""Kind and prior → how likely it works for this subject, where its own outcomes have been measured."""


def rated(scene: Scene, success: Success | None = None) -> list[Rated]:
    """Everything worth doing, the most gained for its effort first; what cannot be given in points comes last.

    An action that would move nothing, or move it the wrong way, is left out.
    """
    entries = catalogue()
    order = {kind: at for at, kind in enumerate(entries)}
    found = [one for candidate in candidates(scene) if (one := _rate(scene, candidate, success)) is not None]
    return sorted(
        found,
        key=lambda one: (
            one.gain.mid is None,
            -(one.gain.mid or 0.0) / max(one.effort, 1.0),
            order[one.candidate.kind],
            one.id,
        ),
    )


def action_id(kind: str, key: str) -> str:
    """The same for the same action tomorrow."""
    return "a" + hashlib.sha256(f"{kind}\n{key}".encode()).hexdigest()[:12]


def _rate(scene: Scene, candidate: Candidate, learned: Success | None) -> Rated | None:
    entry = catalogue()[candidate.kind]
    success = entry.success if candidate.success is None else candidate.success
    if learned is not None:
        success = learned(candidate.kind, success)
    moves: dict[str, float] = {}
    if candidate.is_risk:
        points = Gain(candidate.at_stake, candidate.at_stake, candidate.at_stake)
    else:
        answer = scene.try_change(candidate.change)
        points = Gain(answer.delta.low, answer.delta.total, answer.delta.high)
        moves = answer.moves
        if (
            not moves
            and answer.deduction.before == answer.deduction.after
            and answer.bonus.before == answer.bonus.after
        ):
            return None
    if points.mid is not None and points.mid <= 0:
        return None
    effort = entry.effort.once + entry.effort.each * candidate.things
    return Rated(
        action_id(candidate.kind, candidate.key), candidate, success, effort, points, gain_of(points, success), moves
    )


def gain_of(points: Gain, success: float) -> Gain:
    """The gain of something that comes true with a probability, else changes nothing."""
    if points.low is None or points.mid is None or points.high is None:
        return Gain(None, None, None)
    mid = success * points.mid
    low = points.low if 1 - success <= _TAIL else min(points.low, 0.0)
    high = points.high if success >= _TAIL else mid
    return Gain(min(low, mid), mid, max(high, mid))


class Said(Struct, frozen=True):
    title: str
    why: str


class Kept(Struct, frozen=True):
    """An action as it is stored: all that showing and planning need, `said` by language."""

    rated: Rated
    said: dict[str, Said]


def kept(scene: Scene, one: Rated) -> Kept:
    """The action with its words in both languages."""
    entry = catalogue()[one.candidate.kind]
    return Kept(one, {lang: Said(*title_and_why(scene, entry, one.candidate, lang)) for lang in ("zh", "en")})


def shown(one: Kept, lang: str, now: dt.datetime, preferences: Preferences) -> Action:
    """The action as a person reads it at a moment."""
    candidate = one.rated.candidate
    return Action(
        id=one.rated.id,
        kind=candidate.kind,
        title=one.said[lang].title,
        why=one.said[lang].why,
        success=one.rated.success,
        grade=catalogue()[candidate.kind].grade,
        gain=one.rated.gain,
        effort_minutes=one.rated.effort,
        deadline=candidate.deadline,
        date_of_gain=iso(candidate.gain_on),
        warning=warning(candidate.deadline, now, preferences),
        records=candidate.records,
        change=candidate.change,
        moves=one.rated.moves,
    )


def measured(outcomes: Mapping[str, tuple[int, int]]) -> Success:
    """Success probabilities corrected by what came of earlier actions: (succeeded, tried) by kind."""

    def learned(kind: str, prior: float) -> float:
        succeeded, tried = outcomes.get(kind, (0, 0))
        weight = catalogue()[kind].weight
        return (prior * weight + succeeded) / (weight + tried)

    return learned
