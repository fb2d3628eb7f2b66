"""The score of the coming days from one as-of day: the ledger rolled forward, read by the rules of each day."""

from collections.abc import Callable
from typing import NamedTuple

from shared_scoring.adjustments import bonuses, deductions
from shared_scoring.calendar import Calendar
from shared_scoring.estimate import Banded, Estimated, estimate, figure
from shared_scoring.facts import Facts
from shared_scoring.forecast.ahead import Ahead
from shared_scoring.forecast.past import Past
from shared_scoring.forecast.rolled import Rolled
from shared_scoring.forecast.triangle import Triangles
from shared_scoring.forecast.values import Anchor, Values, values_ahead
from shared_scoring.learned.ranks import ranks_moved
from shared_scoring.learned.response import Band, DimensionResponse, Response, learn, learn_ranks
from shared_scoring.pack import Pack
from shared_scoring.sums import Sums
from shared_scoring.weights import dimension_weight, indicator_weight

Figures = dict[str, float | None]
"""`total` and the dimensions; None where not known."""

TOTAL = "total"


class Outlook(NamedTuple):
    """What the model says of one coming day. `reason` is a code where the total is not known.

    `ruled` are the points by which the total moves from the newest official one if every dimension stays as it is:
    deductions and bonuses that come or leave, and other weights under another pack.
    """

    day: int
    pack: Pack
    stage: str
    figures: Figures
    reason: str | None
    ruled: float = 0.0


class Learned(NamedTuple):
    """How values become dimensions' scores, and where pages show them the ranks of single values."""

    dimensions: Response
    ranks: Response


class Model:
    """Answers for any as-of day the triangles cover. `packs` gives the pack of a day."""

    def __init__(self, past: Past, packs: Callable[[int], Pack], triangles: Triangles) -> None:
        self._past = past
        self._packs = packs
        self._triangles = triangles
        self._learned: dict[tuple[str, int], Learned] = {}

    def learned(self, pack: Pack, as_of: int) -> Learned:
        """What was learned by a day."""
        found = self._learned.get((pack.id, as_of))
        if found is None:
            known = self._past.facts(as_of)
            found = self._learned[pack.id, as_of] = Learned(
                learn(pack, known, as_of + 1), learn_ranks(pack, known, as_of + 1)
            )
        return found

    def facts(self, as_of: int) -> Facts:
        return self._past.facts(as_of)

    def outlook(self, as_of: int, first: int, last: int) -> list[Outlook]:
        """The days `as_of` + `first` … `as_of` + `last`; of day 0 the own records are all known."""
        view = _View(self, self._past, self._packs, self._triangles, as_of, last)
        return [view.day(at) for at in range(first, last + 1)]


class _View:
    """Everything known on one as-of day."""

    def __init__(
        self,
        model: Model,
        past: Past,
        packs: Callable[[int], Pack],
        triangles: Triangles,
        as_of: int,
        horizon: int,
    ) -> None:
        self._model, self._as_of, self._packs = model, as_of, packs
        self._calendar: Calendar = past.viewpoint.calendar
        self._known: Facts = past.facts(as_of)
        self._ahead = Ahead(triangles, as_of, horizon)
        newest = self._known.newest_official(as_of + 1)
        self._anchor: Anchor | None = None
        if newest is not None:
            self._then = Ahead(triangles, newest[0], 0)
            self._anchor = Anchor(newest[0], self._known, self._then)
            sums = Rolled(self._then, 0)
            self._adjustment_then = self._adjustment(packs(newest[0]), past.facts(newest[0]), newest[0], sums)

    def day(self, at: int) -> Outlook:
        day = self._as_of + at
        pack = self._packs(day)
        stage = self._stage(pack, at)
        if stage == "hidden":
            return Outlook(day, pack, stage, {TOTAL: None}, "not_shown")
        if stage == "growth":
            return Outlook(day, pack, stage, {TOTAL: self._growth(pack, day)}, None)
        found = self._estimate(pack, day, at)
        figures: Figures = {str(key): one.score for key, one in found.dimensions.items()}
        ruled = self._ruled(pack, day, at)
        figures[TOTAL] = self._total(pack, found, ruled)
        return Outlook(day, pack, stage, figures, None if figures[TOTAL] is not None else "no_official", ruled)

    def _estimate(self, pack: Pack, day: int, at: int) -> Estimated:
        values = values_ahead(pack, self._anchor, self._ahead, day, at)
        if pack.response.kind != "steps" and self._shows_dimensions(pack):
            return self._moved_on(pack, values)
        sums = Rolled(self._ahead, at)
        deducted = deductions(pack, self._known.conducts, day - pack.window_days, day - 1, self._calendar)
        held = bonuses(pack, sums, self._known, day - 1, self._calendar)
        return estimate(
            pack, self._known, values, sums, day, self._as_of + 1, self._calendar, deducted, held, ranks_move=False
        )

    def _moved_on(self, pack: Pack, values: Values) -> Estimated:
        """The newest official figures, each dimension moved as its response moves with its values."""
        learned = self._model.learned(pack, self._as_of)
        moved = {str(key): self._moved(pack, str(key), learned, values) for key in pack.dimensions}
        shown = None if self._anchor is None or self._anchor.page.stage == "growth" else self._anchor.page.total
        total = Banded(shown, shown, shown)
        return Estimated(total, {key: Banded(one, one, one) for key, one in moved.items()}, "learned", None)

    def _shows_dimensions(self, pack: Pack) -> bool:
        """Whether the newest page is one to start from; ranks alone can be computed."""
        page = None if self._anchor is None else self._anchor.page
        shown = page is not None and any(figure(page, str(key)) is not None for key in pack.dimensions)
        return page is not None and (shown or pack.response.kind == "unpublished")

    def _moved(self, pack: Pack, key: str, learned: Learned, values: Values) -> float | None:
        base = None if self._anchor is None else figure(self._anchor.page, key)
        if base is None:
            return None
        difference = self._by_ranks(pack, key, learned.ranks, values)
        if difference is None:
            difference = self._by_response(pack, learned.dimensions.get(key), values, base)
        low, high = pack.response.scale
        return base if difference is None else min(max(base + difference.mid, low), high)

    def _by_response(self, pack: Pack, response: DimensionResponse | None, values: Values, score: float) -> Band | None:
        if self._anchor is None or response is None or not response.believed:
            return None
        return response.difference(self._anchor.values(pack, response.members), values, score)

    def _by_ranks(self, pack: Pack, key: str, ranks: Response, values: Values) -> Band | None:
        """What the values that move do to a dimension by their own ranks; None where no page shows those, or tells."""
        if self._anchor is None or not ranks:
            return None
        members = [one for one in pack.indicators if one.dimension == key]
        before = self._anchor.values(pack, members)
        moved = [one.key for one in members if before[one.key] != values[one.key]]
        weights = {one.key: indicator_weight(pack, self._known, one, self._as_of + 1) for one in members}
        found = ranks_moved(ranks, members, weights, moved, before, values)
        return found if isinstance(found, Band) else None

    def _total(self, pack: Pack, found: Estimated, ruled: float) -> float | None:
        """The newest official total, moved by the rules alone and by what its dimensions are expected to move."""
        shown = None if self._anchor is None else self._anchor.page.total
        if self._anchor is None or shown is None or self._anchor.page.stage == "growth":
            return found.total.score
        moved = ruled
        for key, one in found.dimensions.items():
            was = figure(self._anchor.page, key)
            if one.score is None or was is None:
                return found.total.score
            moved += self._weight(pack, key) * (one.score - was)
        return min(max(shown + moved, pack.scale[0]), pack.scale[1])

    def _ruled(self, pack: Pack, day: int, at: int) -> float:
        if self._anchor is None or self._anchor.page.stage == "growth":
            return 0.0
        moved = self._adjustment(pack, self._known, day, Rolled(self._ahead, at)) - self._adjustment_then
        before = self._packs(self._anchor.day)
        if pack.id != before.id:
            for key in map(str, pack.dimensions):
                was = figure(self._anchor.page, key)
                moved += 0.0 if was is None else (self._weight(pack, key) - self._weight(before, key)) * was
        return moved

    def _weight(self, pack: Pack, key: str) -> float:
        weights = {str(one): dimension_weight(pack, self._known, one, self._as_of + 1).share for one in pack.dimensions}
        return weights[key] / sum(weights.values())

    def _adjustment(self, pack: Pack, known: Facts, day: int, sums: Sums) -> float:
        """Bonuses less deductions of an as-of day."""
        deducted = deductions(pack, known.conducts, day - pack.window_days, day - 1, self._calendar)
        held = bonuses(pack, sums, known, day - 1, self._calendar)
        return sum(one.points for one in held) - sum(one.points for one in deducted)

    def _stage(self, pack: Pack, at: int) -> str:
        """What the newest page said holds until the expected count of orders crosses the line."""
        day = self._as_of + at
        own = self._ahead.window(pack.valid_orders, day - pack.window_days, day - 1, at)[0]
        page = None if self._anchor is None else self._anchor.page
        line = pack.stages.valid_orders
        if self._anchor is None or page is None or page.stage is None:
            return pack.stages.below if own < line else "formal"
        if page.stage == "hidden":
            return "hidden"
        since = self._anchor.day
        then = self._then.window(pack.valid_orders, since - pack.window_days, since - 1, 0)[0]
        counted = float(then if page.valid_orders_30d is None else page.valid_orders_30d)
        orders = counted + own - then
        was_below = counted < line
        if was_below == (page.stage == pack.stages.below) and (orders < line) != was_below:
            return pack.stages.below if orders < line else "formal"
        return page.stage

    def _growth(self, pack: Pack, day: int) -> float | None:
        def rule(on: int) -> float:
            held = deductions(pack, self._known.conducts, on - pack.window_days, on - 1, self._calendar)
            return (pack.stages.growth_total_deducted if held else pack.stages.growth_total) or 0.0

        page = None if self._anchor is None else self._anchor.page
        if self._anchor is None or page is None or page.stage != "growth" or page.total is None:
            return rule(day)
        return page.total + rule(day) - rule(self._anchor.day)
