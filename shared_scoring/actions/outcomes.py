"""The score when some of several actions succeed, together: what each adds is worked out once, overlaps exactly."""

from collections.abc import Sequence

from msgspec import Struct

from shared_scoring.actions.gain import Rated
from shared_scoring.actions.scene import Scene
from shared_scoring.facts import Facts
from shared_scoring.ledger import State
from shared_scoring.records import Record
from shared_scoring.what_if import WhatIf

_DEVIATIONS = 1.2815515655446004  # of a normal distribution, from the middle to the end of an 80 % band


class Levels(Struct, frozen=True):
    """`points` by `total` and dimension; `spread` is the standard deviation of the total, in points."""

    points: dict[str, float]
    spread: float


class Outcomes:
    """Sets of succeeded actions, as bit masks over `actions`. All of them have points.

    Actions about different cases add up in the ledger; those that share one are tried together. What is saved from a
    risk is added to the total as it is.
    """

    def __init__(self, scene: Scene, actions: Sequence[Rated]) -> None:
        self._scene = scene
        self._actions = list(actions)
        self._cases = [
            frozenset() if one.candidate.is_risk else frozenset(scene.cases_of(one.candidate.change))
            for one in self._actions
        ]
        self._differences: dict[int, State] = {}
        self._facts: dict[int, Facts | None] = {0: None}
        self._levels: dict[int, Levels] = {}
        self._groups = self._overlapping()
        self._about_facts = sum(
            1 << at
            for at, one in enumerate(self._actions)
            if not one.candidate.is_risk and scene.difference(one.candidate.change)[1] is not scene.known
        )

    def levels(self, mask: int) -> Levels:
        """The score when exactly the actions of the mask succeed."""
        found = self._levels.get(mask)
        if found is None:
            found = self._levels[mask] = self._work_out(mask)
        return found

    def state(self, mask: int) -> State:
        """What they add to the ledger together."""
        whole: State = {}
        for group in self._groups:
            if inside := group & mask:
                for key, (numerator, denominator) in self._difference(inside).items():
                    top, bottom = whole.get(key, (0, 0))
                    whole[key] = (top + numerator, bottom + denominator)
        return whole

    def points(self, answer: WhatIf, mask: int) -> dict[str, float]:
        """The figures of an answer, with what is spared of risks in the total."""
        saved = sum(one.points.mid or 0.0 for one in self._of(mask) if one.candidate.is_risk)
        return {**answer.after.figures, "total": answer.after.figures.get("total", 0.0) + saved}

    def known(self, mask: int) -> Facts | None:
        """The facts as they would be; None where they stay as they are."""
        mask &= self._about_facts
        if mask not in self._facts:
            self._facts[mask] = self._scene.difference(self._change(mask))[1]
        return self._facts[mask]

    def _work_out(self, mask: int) -> Levels:
        answer = self._scene.ground.answer(self.state(mask), self.known(mask), unknown_stays=True)
        low, high = answer.delta.low or 0.0, answer.delta.high or 0.0
        return Levels(self.points(answer, mask), max(high - low, 0.0) / (2 * _DEVIATIONS))

    def _difference(self, mask: int) -> State:
        found = self._differences.get(mask)
        if found is None:
            found = self._differences[mask] = self._scene.difference(self._change(mask))[0]
        return found

    def _change(self, mask: int) -> list[Record]:
        return [one for action in self._of(mask) for one in action.candidate.change]

    def _of(self, mask: int) -> list[Rated]:
        return [one for at, one in enumerate(self._actions) if mask >> at & 1]

    def _overlapping(self) -> list[int]:
        """Masks of the actions that hang together by the cases they share."""
        groups: list[tuple[int, frozenset[str]]] = []
        for at, cases in enumerate(self._cases):
            if self._actions[at].candidate.is_risk:
                continue
            mask, apart = 1 << at, []
            for other, theirs in groups:
                if cases & theirs:
                    mask, cases = mask | other, cases | theirs  # noqa: PLW2901 - a group grows as it takes others in
                else:
                    apart.append((other, theirs))
            groups = [*apart, (mask, cases)]
        return [mask for mask, _ in groups]
