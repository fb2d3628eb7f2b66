"""Where a merchant wants to get: a total, a figure shown to consumers, or what a gate asks."""

from collections.abc import Mapping

from msgspec import Struct

from shared_scoring.pack import Gate, Pack


class Line(Struct, frozen=True):
    """`of` is `total` or a dimension; `at_least` in its points. `mean_days` above 1: the mean of so many days."""

    of: str
    at_least: float
    mean_days: int = 1


class TargetError(ValueError):
    """A target that this pack cannot have; says what to ask for instead."""


class Target(Struct, frozen=True):
    """Every line must be reached."""

    lines: tuple[Line, ...]

    def gap(self, levels: Mapping[str, float]) -> float:
        """By how many points the worst line is missed; 0 where all are reached. `levels` by `total` and dimension."""
        return max(self.short(levels), 0.0)

    def short(self, levels: Mapping[str, float]) -> float:
        """The same, below 0 by how much the nearest line is passed."""
        worst = self.worst(levels)
        return worst.at_least - levels.get(worst.of, 0.0)

    def worst(self, levels: Mapping[str, float]) -> Line:
        """The line that is missed by most, or passed by least."""
        return max(self.lines, key=lambda line: line.at_least - levels.get(line.of, 0.0))


def of_total(total: float, pack: Pack) -> Target:
    """Raises TargetError for a total outside the pack's scale."""
    low, high = pack.scale
    if not low <= total <= high:
        raise TargetError(f"{total:g} is no total of {pack.id}; it goes from {low:g} to {high:g}")
    return Target((Line("total", total),))


def of_consumer(consumer: float, pack: Pack) -> Target:
    """The lowest whole total that the pack's table shows to consumers as so much; how fractions round is not known."""
    wanted = [threshold for threshold, shown in sorted(pack.consumer) if shown >= consumer]
    if not wanted:
        shown = f"it goes up to {max(shown for _, shown in pack.consumer):g}" if pack.consumer else "it shows none"
        raise TargetError(f"{pack.id} shows consumers no {consumer:g}; {shown}")
    return Target((Line("total", wanted[0]),))


def of_gate(key: str, pack: Pack) -> Target:
    """What the gate asks. Raises TargetError for one the pack does not have, or that no published score opens."""
    gate = next((one for one in pack.gates if one.key == key), None)
    choices = ", ".join(one.key for one in pack.gates if _opens_by_score(one)) or "none that a score opens"
    if gate is None:
        raise TargetError(f"{pack.id} has no gate {key!r}; there is: {choices}")
    if gate.products is not None:
        raise TargetError(f"the gate {key!r} judges each product by itself, no score opens it; there is: {choices}")
    lines: list[Line] = []
    for condition in gate.conditions:
        if condition.at_least is None:
            raise TargetError(f"the line of the gate {key!r} is not published; there is: {choices}")
        if condition.of == "consumer_score":
            lines += of_consumer(condition.at_least, pack).lines
        else:
            lines.append(Line(condition.of, condition.at_least, condition.mean_days))
    return Target(tuple(lines))


def _opens_by_score(gate: Gate) -> bool:
    return gate.products is None and all(one.at_least is not None for one in gate.conditions)
