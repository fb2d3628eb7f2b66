"""The panel of a page: the day's score in figures, and where a page shows it, why it moved and what comes next."""

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction

from server.explanations.service import FolderSource
from server.http.snapshot import Snapshot
from server.overlay.ahead import first_actions, forecast_of
from server.overlay.schemas import (
    Band,
    DimensionFigure,
    DropOutFigure,
    Gap,
    GateFigure,
    Leaves,
    Panel,
    Why,
    WhyPart,
)
from server.texts import Lang
from shared_scoring.calendar import iso
from shared_scoring.delta import Window, change_without
from shared_scoring.drop_outs import DropOuts, drop_outs
from shared_scoring.estimate import Banded, figure
from shared_scoring.explain import explain
from shared_scoring.explain_records import CaseStates
from shared_scoring.explain_words import worded
from shared_scoring.facts import Facts
from shared_scoring.gate_words import consequence_words, reason_words
from shared_scoring.pack import Pack, choose
from shared_scoring.page_to_open import PAGE_OF_INDICATOR, page_to_open
from shared_scoring.records import Partner
from shared_scoring.score import Estimate, Score, expected
from shared_scoring.shown import shown_days, shown_total
from shared_scoring.sums import Sum, Sums

_WHOLE = 0.9
_DAYS_AHEAD = 7
_NOTHING = 1e-9
_DETAILED = frozenset({"score", "home"})


def make_panel(seen: Snapshot, page: str, lang: Lang, today: Score, window: Window, own: Sums, known: Facts) -> Panel:
    """`own` and `known` are the ledger's sums and the facts of the window's day, `today` the score made of them."""
    pack, as_of = window.pack, window.as_of
    official = today.official is not None and today.official.total is not None
    coverage = {key: one.coverage for key, one in today.indicators.items()}
    detailed = page in _DETAILED
    return Panel(
        total=today.total,
        official=official,
        estimate=today.estimate.total,
        noon=_noon(seen, pack, as_of, today, known, official=official),
        coverage=min(coverage.values(), default=1.0),
        open_page=page_to_open(coverage) if official else "score",
        shown=shown_total(known, as_of),
        low=today.estimate.low,
        high=today.estimate.high,
        method=today.estimate.method,
        based_on=today.estimate.based_on,
        grade=pack.response.grade,
        stage=today.stage,
        dimensions=list(_dimensions(pack, today, known, as_of, lang)),
        gaps=_gaps(coverage),
        gates=list(_gates(pack, today, lang)) if detailed else [],
        drop_outs=list(_drop_outs(today, own, known, window)) if detailed else [],
        why=_why(seen, known, as_of, lang) if detailed else None,
        actions=first_actions(seen.connection, lang) if detailed else [],
    )


def _noon(seen: Snapshot, pack: Pack, as_of: int, today: Score, known: Facts, *, official: bool) -> Band | None:
    """Today's score while the page has not shown it, tomorrow's once it has."""
    coming = as_of + 1 if official else as_of
    folder = seen.folder
    newest = known.newest_official(as_of + 1)
    based_on = None if newest is None else iso(newest[0])
    if (stored := forecast_of(seen.connection, iso(coming), today.stage, based_on)) is not None:
        return stored
    # A fragment of a shop must not fall back to the growth stage overnight.
    if today.stage != "formal":
        return _band(today.estimate)
    return _band(expected(pack, coming, folder.sums(pack, coming), folder.facts(coming), folder.calendar).total)


def _band(ahead: Banded | Estimate) -> Band | None:
    mid = ahead.score if isinstance(ahead, Banded) else ahead.total
    if mid is None or ahead.low is None or ahead.high is None:
        return None
    return Band(ahead.low, mid, ahead.high)


def _dimensions(pack: Pack, today: Score, known: Facts, as_of: int, lang: Lang) -> Iterator[DimensionFigure]:
    page = known.officials.get(as_of)
    for key, dimension in pack.dimensions.items():
        own = today.dimensions.get(key)
        yield DimensionFigure(
            key,
            dimension.name.said(lang),
            dimension.weight if own is None else own.weight,
            None if page is None else figure(page, key),
            today.estimate.dimensions.get(key),
        )


def _gaps(coverage: Mapping[str, float]) -> list[Gap]:
    """The widest first."""
    gaps = [Gap(key, value, PAGE_OF_INDICATOR.get(key)) for key, value in coverage.items() if value < _WHOLE]
    return sorted(gaps, key=lambda gap: gap.coverage)


def _gates(pack: Pack, today: Score, lang: Lang) -> Iterator[GateFigure]:
    names = {gate.key: gate.name for gate in pack.gates}
    for one in today.gates:
        means = None if one.consequence is None else consequence_words(one.consequence).said(lang)
        if one.reason is not None:
            means = reason_words(one.reason).said(lang)
        yield GateFigure(
            one.key,
            names[one.key].said(lang),
            one.grade,
            one.open,
            one.missing,
            one.days_to_open,
            one.days_to_close,
            one.known,
            one.of,
            means,
        )


def _drop_outs(today: Score, own: Sums, known: Facts, window: Window) -> Iterator[DropOutFigure]:
    """The coming days on which something leaves. Changes are taken on the sums that deltas are taken on."""
    ahead = drop_outs(window.pack, window.as_of, _DAYS_AHEAD, own, known, window.calendar)
    rest, deduction, bonus = dict(window.sums), today.deduction, today.bonus
    for place, day in enumerate(ahead.days):
        effects = list(_leaving(window.pack, ahead, place, rest))
        if effects or day.deduction != deduction or day.bonus != bonus:
            yield DropOutFigure(day.date, effects, day.deduction - deduction, day.bonus - bonus)
        deduction, bonus = day.deduction, day.bonus


def _leaving(pack: Pack, ahead: DropOuts, place: int, rest: dict[str, Sum]) -> Iterator[Leaves]:
    """What leaves on one day, the sums in `rest` being those of the day before; they become those of the day."""
    for indicator in pack.indicators:
        day, whole = ahead.indicators[indicator.key][place], rest[indicator.key]
        gone = Sum(Fraction(day.left_numerator), day.left_denominator, None)
        change = change_without(whole, gone)
        if change is None:
            continue
        rest[indicator.key] = Sum(whole.numerator - gone.numerator, whole.denominator - gone.denominator, None)
        if abs(change) > _NOTHING:
            better = (change < 0) == (indicator.better == "higher")
            yield Leaves(indicator.key, indicator.unit, -change, better)


class _Unnamed(FolderSource):
    """Names no records behind the parts: that costs a walk through all cases, and `explanation` does it."""

    def case_states(self, _pack: Pack, _first: int, _last: int) -> Iterator[CaseStates]:
        return iter(())

    def partners(self, _day: int) -> list[Partner]:
        return []


def _why(seen: Snapshot, known: Facts, as_of: int, lang: Lang) -> Why | None:
    days = shown_days(known, as_of)[:2]
    last, first = days if len(days) == 2 else (as_of, as_of - 1)
    packs = tuple(choose(seen.folder.subject, dt.date.fromordinal(day)) for day in (first, last))
    both = packs[0], packs[1]
    answer = worded(explain(_Unnamed(seen.folder), both, (first, last), None), both, lang)
    if answer.change is None:
        return None
    parts = [
        WhyPart(part.cause, part.dimension, part.indicator, part.points, part.known, part.text) for part in answer.parts
    ]
    official = answer.first.source == answer.last.source == "official"
    return Why(answer.first.date, answer.last.date, answer.change, official, answer.text, parts)
