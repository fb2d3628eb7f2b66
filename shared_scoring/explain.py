"""Why a score moved between two days, in the shape of cli-output.md, "explain": parts that add up to the change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.explain_partners import PartnerChange, partner_changes
from shared_scoring.explain_path import Path, Step
from shared_scoring.explain_records import MOST, CaseStates, Named, Watch, largest, named
from shared_scoring.explain_state import Day
from shared_scoring.facts import Facts
from shared_scoring.merge import Told
from shared_scoring.pack import Pack
from shared_scoring.records import Conduct, Partner, kind_of
from shared_scoring.score import Score, score
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint

_NOTHING = 1e-9  # points below it are rounding, and stay below the exactness that is promised even together


class End(Struct, frozen=True):
    """One of the two days. `source` is `official`, `estimated` or `unknown`."""

    date: str
    total: float | None
    rules: str
    source: str
    stage: str


class Part(Struct, frozen=True):
    """`points` of the total; `known` is False where the own records moved and nobody can say how many points that is.

    `change` is the indicator's own, in its unit; `code` a scene, a bonus, or what of the rules it was.
    """

    cause: str
    dimension: str | None
    indicator: str | None
    points: float | None
    known: bool
    change: float | None
    code: str | None
    records: list[Named]
    text: str = ""


class Explanation(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    rules: str
    subject: str | None
    as_of: str
    first: End
    last: End
    change: float | None
    parts: list[Part]
    partners: list[PartnerChange] | None
    text: str = ""


class Source(Protocol):
    """Where a subject's facts, sums and cases come from: a file or the database. Days are date ordinals."""

    @property
    def viewpoint(self) -> Viewpoint: ...
    def facts(self, day: int) -> Facts: ...
    def sums(self, pack: Pack, day: int) -> Sums: ...
    def case_states(self, pack: Pack, first: int, last: int) -> Iterable[CaseStates]:
        """What each case added to the pack's series on both days; cases that moved nothing may be left out."""

    def records_of(self, cases: Collection[str]) -> Mapping[str, Sequence[Told]]:
        """Every record of some cases."""

    def partners(self, day: int) -> list[Partner]: ...


def explain(source: Source, packs: tuple[Pack, Pack], days: tuple[int, int], subject_id: str | None) -> Explanation:
    """Explain the way from one day to a later one, each under its pack."""
    calendar = source.viewpoint.calendar
    facts = [source.facts(day) for day in days]
    sums = [source.sums(pack, day) for pack, day in zip(packs, days, strict=True)]
    scores = [
        score(pack, day, own, known, calendar, subject_id)
        for pack, day, own, known in zip(packs, days, sums, facts, strict=True)
    ]
    shown = _shown(*scores)
    # On the way into the growth stage, or out of it, the parts are those of the formal one.
    stage = scores[0].stage if scores[0].stage == scores[1].stage else "formal"
    first = Day(packs[0], days[0], facts[0], sums[0], stage)
    then = Day(packs[1], days[1], facts[1], sums[1], stage)
    last = then if packs[0] is packs[1] else Day(packs[0], days[1], facts[1], source.sums(packs[0], days[1]), stage)
    on_official = all(one.source == "official" for one in shown)
    path = Path(first, last, then, calendar, (shown[0].dimensions, shown[1].dimensions), on_official=on_official)
    steps = path.steps()
    change = None if shown[0].total is None or shown[1].total is None else shown[1].total - shown[0].total
    if change is not None:
        steps += _rest(path, steps, change, shown, scores)
    return Explanation(
        rules=packs[1].id,
        subject=scores[1].subject,
        as_of=iso(days[1]),
        first=End(iso(days[0]), shown[0].total, packs[0].id, shown[0].source, scores[0].stage),
        last=End(iso(days[1]), shown[1].total, packs[1].id, shown[1].source, scores[1].stage),
        change=change,
        parts=_parts(source, steps, first, last, known=change is not None),
        partners=partner_changes(source, packs[0], days) if source.viewpoint.creator is not None else None,
    )


class _Shown(NamedTuple):
    source: str
    total: float | None
    dimensions: dict[str, float | None]


def _shown(first: Score, last: Score) -> tuple[_Shown, _Shown]:
    """The official figures where both days have them, else those of `score`; like with like where one day has them."""
    both = (first, last)
    official = [one.official is not None and one.official.total is not None for one in both]
    if not all(official) and any(official) and all(one.estimate.total is not None for one in both):
        figures = [_Shown("estimated", one.estimate.total, one.estimate.dimensions) for one in both]
    else:
        figures = [_best(one) for one in both]
    hidden = [one._replace(source="unknown", total=None) for one in figures]
    return (
        hidden[0] if first.stage == "hidden" else figures[0],
        hidden[1] if last.stage == "hidden" else figures[1],
    )


def _best(one: Score) -> _Shown:
    source = "unknown" if one.total is None else "estimated"
    if one.official is not None and one.official.total is not None:
        source = "official"
    return _Shown(source, one.total, {key: own.score for key, own in one.dimensions.items()})


def _rest(
    path: Path, steps: Sequence[Step], change: float, shown: tuple[_Shown, _Shown], scores: Sequence[Score]
) -> list[Step]:
    """What the own records and the published weights do not account for."""
    rest = change - sum(one.points for one in steps)
    found = []
    if scores[0].stage != scores[1].stage:
        found.append(Step("rules", None, None, rest, code="stage"))
    elif scores[0].stage == "formal":
        for key in path.end.weights:
            ends = [shown[1].dimensions.get(key), path.end.dimension(key)]
            starts = [shown[0].dimensions.get(key), path.start.dimension(key)]
            (is_, would), (was, base) = ends, starts
            if is_ is not None and would is not None and was is not None and base is not None:
                points = path.end.share(key) * ((is_ - would) - (was - base))
                if abs(points) > _NOTHING:
                    mixed = any(one.dimension == key and not one.known for one in steps)
                    found.append(Step("industry", key, None, points, code="own_and_industry" if mixed else None))
        rest -= sum(one.points for one in found)
    if found and found[0].code == "stage":
        return found
    return [*found, Step("industry", None, None, rest)] if abs(rest) > _NOTHING else found


def _parts(source: Source, steps: Sequence[Step], first: Day, last: Day, *, known: bool) -> list[Part]:
    """The steps with their records, the largest first."""
    watches = {place: watch for place, step in enumerate(steps) if (watch := _watch(step, first, last)) is not None}
    plan, days = first.pack.plan, (first.as_of, last.as_of)
    cases = largest(source.case_states(first.pack, *days), list(watches.values())) if watches else []
    records = named(list(watches.values()), cases, plan, days, source.viewpoint, source.records_of) if watches else []
    of_step = dict(zip(watches, records, strict=True))
    parts = [
        Part(
            step.cause,
            step.dimension,
            step.indicator,
            step.points if known else None,
            step.known,
            step.change,
            step.code,
            of_step.get(place) or _facts_behind(source, step, first, last),
        )
        for place, step in enumerate(steps)
    ]
    return sorted(parts, key=lambda one: -abs(one.points or 0.0))


def _watch(step: Step, first: Day, last: Day) -> Watch | None:
    """The contributions behind a step, if it is made of contributions."""
    pack = first.pack
    direction = 0 if not step.change else (1 if step.change > 0 else -1)
    if step.indicator is not None:
        indicator = next(one for one in pack.indicators if one.key == step.indicator)
        since, _ = pack.indicator_window(indicator, first.as_of)
        stays, _ = pack.indicator_window(indicator, last.as_of)
        ranges = {
            "left": (since, min(stays, first.as_of) - 1),
            "corrected": (stays, first.as_of - 1),
            "entered": (max(stays, first.as_of), last.as_of - 1),
        }
        return Watch(step.cause, indicator.definition, *ranges[step.cause], step.before, direction)
    definition = None
    level = 0.0
    if step.cause == "bonus":
        for bonus in pack.bonuses:
            if bonus.key == step.code and bonus.switch is None:
                definition, level = bonus.definition, bonus.share_at_least
        for key, dimension in pack.dimensions.items():
            if key == step.dimension and dimension.bonus is not None:
                definition = dimension.bonus.definition
    if definition is None:
        return None
    if step.points > 0:
        return Watch("entered", definition, max(last.first, first.as_of), last.as_of - 1, level, 1)
    return Watch("left", definition, first.first, min(last.first, first.as_of) - 1, level, -1)


def _facts_behind(source: Source, step: Step, first: Day, last: Day) -> list[Named]:
    """The conduct, the switches or the page that a step rests on, the largest and newest first."""
    calendar = source.viewpoint.calendar
    if step.cause == "deduction":
        seen: dict[str, tuple[int, int, Conduct]] = {}
        counted: dict[str, set[int]] = {}
        for place, day in enumerate((first, last)):
            for one in day.known.conducts:
                if one.scene == step.code and one.at is not None and day.first <= calendar.day(one.at) < day.as_of:
                    seen[one.id] = (1 if one.count is None else one.count, calendar.day(one.at), one)
                    counted.setdefault(one.id, set()).add(place)
        moved = [own for id_, own in seen.items() if len(counted[id_]) == 1] or list(seen.values())
        newest = sorted(moved, key=lambda own: (-own[0], -own[1], own[2].id))
        return [Named(kind_of(own[2]), own[2].id) for own in newest[:MOST]]
    if step.cause == "bonus":
        switch = next((one.switch for one in first.pack.bonuses if one.key == step.code), None)
        turned = [one for one in last.known.switches if one.service == switch and one.at is not None]
        newest_first = sorted(turned, key=lambda one: (-calendar.day(one.at), one.id) if one.at else (0, one.id))
        return [Named(kind_of(one), one.id) for one in newest_first[:MOST]] if switch is not None else []
    if step.cause == "weights":
        page = last.known.newest_official(last.as_of + 1, first.pack)
        return [] if page is None else [Named(kind_of(page[1]), page[1].id)]
    return []
