"""The cheapest set of actions that reaches a target: exhaustively for a few, with a stated bound for many."""

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from scipy.optimize import brentq
from scipy.special import ndtr

from shared_scoring.actions.gain import Gain, Rated
from shared_scoring.actions.outcomes import Levels, Outcomes
from shared_scoring.actions.scene import Scene
from shared_scoring.actions.target import Target

EXHAUSTIVE = 12
_CERTAIN = 8  # outcomes of so many actions are gone through one by one; of more, some are drawn
_DRAWN = 256
_DRAWN_FOR_MEANS = 48
_MOST_CONSIDERED = 120
_BAND = (0.1, 0.9)
_HARDLY = 1e-9


class Plan(Struct, frozen=True):
    """`actions` by id, in the order of the list they come from. `probability` that the target is reached.

    `optimal` says that no cheaper set reaches it; otherwise no set under `effort_at_least` minutes does, if no two
    actions together do more than both alone.
    """

    actions: list[str]
    total: Gain
    dimensions: dict[str, float]
    effort_minutes: float
    probability: float
    optimal: bool
    effort_at_least: float


class Planned(Struct, frozen=True):
    """`plan` is the best one where the target is not reachable; null where there is nothing to do."""

    reachable: bool
    plan: Plan | None

    @property
    def is_reached(self) -> bool:
        """Whether nothing has to be done."""
        return self.reachable and self.plan is not None and not self.plan.actions


def plan(
    scene: Scene, actions: Sequence[Rated], target: Target, by: int | None = None, exhaustive: int = EXHAUSTIVE
) -> Planned:
    """The cheapest plan whose expected score reaches the target; `by` is the last as-of day that must show it.

    Up to `exhaustive` actions every set is looked at.
    """
    usable = usable_of(scene, actions, by)
    search = _Search(scene, usable, target)
    if search.gap(0) <= _HARDLY:
        return Planned(reachable=True, plan=search.stated(0, optimal=True))
    few = len(usable) <= exhaustive
    mask = search.exhaustive() if few else search.greedy()
    reachable = search.gap(mask) <= _HARDLY
    return Planned(reachable, search.stated(mask, optimal=few) if usable else None)


def usable_of(scene: Scene, actions: Sequence[Rated], by: int | None = None) -> list[Rated]:
    """The best of those with points that can still be done and show by a day."""
    return [one for one in actions if _is_usable(scene, one, by)][:_MOST_CONSIDERED]


def _is_usable(scene: Scene, one: Rated, by: int | None) -> bool:
    in_time = by is None or one.candidate.gain_on <= by
    return (one.gain.mid or 0.0) > 0 and in_time and not one.candidate.is_over(scene.now)


class _Search:
    """Sets of actions, as bit masks."""

    def __init__(self, scene: Scene, actions: Sequence[Rated], target: Target) -> None:
        self._actions = actions
        self._target = target
        self._outcomes = Outcomes(scene, actions)
        self._expected: dict[int, dict[str, float]] = {}

    def gap(self, mask: int) -> float:
        """By how many points the expected score of a set misses the target."""
        return self._target.gap(self.expected(mask))

    def effort(self, mask: int) -> float:
        return math.fsum(self._actions[at].effort for at in _bits(mask))

    def expected(self, mask: int) -> dict[str, float]:
        """The mean of every figure over what may succeed.

        Of a large set it is the sum of what each action does alone, which is exact, and of what they do to each other,
        which is drawn: the chance of the draw touches the small part only.
        """
        found = self._expected.get(mask)
        if found is None:
            members, drawn = list(_bits(mask)), list(self._drawn(mask, _DRAWN_FOR_MEANS))
            before = self._outcomes.levels(0).points
            found = {}
            for key, level in before.items():
                alone = {at: self._outcomes.levels(1 << at).points.get(key, 0.0) - level for at in members}
                together = (
                    share
                    * (self._outcomes.levels(outcome).points.get(key, 0.0) - sum(alone[at] for at in _bits(outcome)))
                    for outcome, share in drawn
                )
                apart = (self._actions[at].success * alone[at] for at in members)
                found[key] = math.fsum((*together, *apart))
            self._expected[mask] = found
        return found

    def exhaustive(self) -> int:
        """The cheapest set that reaches the target; where none does, the one that comes nearest, cheaply."""
        self._expect_all()
        masks = range(1 << len(self._actions))
        return min(
            masks, key=lambda mask: (round(self.gap(mask), 9), self.effort(mask), -self.expected(mask)["total"], mask)
        )

    def _expect_all(self) -> None:
        """The expected score of every set at once: action by action, what succeeds and what fails are mixed."""
        points = [self._outcomes.levels(mask).points for mask in range(1 << len(self._actions))]
        keys = list(points[0])
        table = np.array([[one.get(key, 0.0) for key in keys] for one in points])
        for at, action in enumerate(self._actions):
            halves = table.reshape(-1, 2, 1 << at, len(keys))
            halves[:, 1] = action.success * halves[:, 1] + (1 - action.success) * halves[:, 0]
        self._expected = {mask: dict(zip(keys, row, strict=True)) for mask, row in enumerate(table.tolist())}

    def greedy(self) -> int:
        """What brings the target nearest for its effort, until it is reached; then what is not needed is dropped."""
        mask = 0
        gap = self.gap(0)
        queue = [(-self._actions[at].gain.mid / max(self._actions[at].effort, 1.0), at, 0) for at in self._all()]  # type: ignore[operator]  # usable ones have points
        heapq.heapify(queue)
        taken = 0
        while queue and gap > _HARDLY:
            _, at, seen = heapq.heappop(queue)
            nearer = self._short(mask) - self._short(mask | 1 << at)
            worth = nearer * self._actions[at].success / max(self._actions[at].effort, 1.0)
            if seen < taken and queue and -queue[0][0] > worth:
                heapq.heappush(queue, (-worth, at, taken))
                continue
            mask |= 1 << at
            taken += 1
            # While even full success would miss it, what is to be expected need not be worked out.
            if self._short(mask) <= _HARDLY:
                gap = self.gap(mask)
        return self._without_needless(mask)

    @cached_property
    def _worlds(self) -> list[int]:
        """A fixed sample of what of everything succeeds: two sets that are compared fare alike where they agree."""
        chances = np.array([one.success for one in self._actions])
        drawn = np.random.default_rng(len(chances)).random((_DRAWN, len(chances))) < chances
        return [sum(1 << int(at) for at in np.flatnonzero(row)) for row in drawn]

    def _short(self, mask: int) -> float:
        """By how much the target is missed if all of a set succeeds; below 0 beyond it."""
        return self._target.short(self._outcomes.levels(mask).points)

    def _without_needless(self, mask: int) -> int:
        for at in sorted(_bits(mask), key=lambda at: (-self._actions[at].effort, at)):
            rest = mask & ~(1 << at)
            if self._short(rest) > max(self._short(mask), 0.0) + _HARDLY:
                continue  # full success shows already that it is needed
            if self.gap(rest) <= max(self.gap(mask), _HARDLY):
                mask = rest
        return mask

    def _all(self) -> range:
        return range(len(self._actions))

    def _drawn(self, mask: int, count: int = _DRAWN) -> Iterator[tuple[int, float]]:
        """What may succeed of a set, with its probability; of a large one, a fixed sample."""
        members = list(_bits(mask))
        if len(members) > _CERTAIN and len(self._actions) > EXHAUSTIVE:
            worlds = Counter(mask & drawn for drawn in self._worlds[:count])
            yield from ((outcome, times / count) for outcome, times in worlds.items())
            return
        for chosen in range(1 << len(members)):
            outcome, share = 0, 1.0
            for place, at in enumerate(members):
                done = chosen >> place & 1
                share *= self._actions[at].success if done else 1 - self._actions[at].success
                outcome |= done << at
            if share:
                yield outcome, share

    def stated(self, mask: int, *, optimal: bool) -> Plan:
        drawn = [(share, self._outcomes.levels(outcome)) for outcome, share in self._drawn(mask)]
        expected = self.expected(mask)
        return Plan(
            actions=[self._actions[at].id for at in _bits(mask)],
            total=_band(drawn_totals(drawn), expected["total"]),
            dimensions={key: points for key, points in expected.items() if key != "total"},
            effort_minutes=self.effort(mask),
            probability=math.fsum(share for share, levels in drawn if self._target.gap(levels.points) <= _HARDLY),
            optimal=optimal,
            effort_at_least=self.effort(mask) if optimal else min(self._least_effort(), self.effort(mask)),
        )

    def _least_effort(self) -> float:
        """The effort of the best fractions of actions that would close the gap, each at the most it can do."""
        missing = self.gap(0)
        everything = (1 << len(self._actions)) - 1
        rates = []
        for at in self._all():
            alone = self._short(0) - self._short(1 << at)
            last = self._short(everything & ~(1 << at)) - self._short(everything)
            most = max(alone, last, 0.0) * self._actions[at].success
            if most > 0:
                rates.append((self._actions[at].effort / most, most))
        effort = 0.0
        for rate, most in sorted(rates):
            used = min(most, missing)
            effort += rate * used
            missing -= used
            if missing <= 0:
                break
        return effort


def drawn_totals(drawn: Sequence[tuple[float, Levels]]) -> list[tuple[float, float, float]]:
    return [(share, levels.points["total"], levels.spread) for share, levels in drawn]


def _band(drawn: list[tuple[float, float, float]], mid: float) -> Gain:
    """The ends of the 80 % band of a mixture of normal distributions, never the wrong side of its mean."""
    shares, means, spreads = (np.array(column) for column in zip(*drawn, strict=True))
    spreads = np.maximum(spreads, 1e-6)
    ends = [float(np.min(means - 6 * spreads)), float(np.max(means + 6 * spreads))]

    def below(total: float, part: float) -> float:
        return float(np.dot(shares, ndtr((total - means) / spreads)) / shares.sum()) - part

    low, high = (float(brentq(below, *ends, args=(part,))) for part in _BAND)
    return Gain(min(low, mid), mid, max(high, mid))


def _bits(mask: int) -> Iterator[int]:
    at = 0
    while mask >> at:
        if mask >> at & 1:
            yield at
        at += 1
