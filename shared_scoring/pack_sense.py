"""What the shape of a pack cannot say: names that lead somewhere, weights that add up, tables that rise."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import inspect

from shared_scoring.cohorts import BY_INDUSTRY, COHORTS
from shared_scoring.definition import Definition
from shared_scoring.gate_words import CONSEQUENCES
from shared_scoring.json_lines import Path
from shared_scoring.measures import AMOUNTS, HITS
from shared_scoring.product_limits import all_limits
from shared_scoring.records import AfterSale, Arbitration, Order, Part, Reason, Record, Review, ServiceSwitch

if TYPE_CHECKING:
    from shared_scoring.pack import Condition, Dimension, Indicator, Pack

Found = Iterator[tuple[Path, str]]

PARAMETERS: Mapping[str, frozenset[str]] = {
    "audit_seconds": frozenset({"types"}),
    "blamed": frozenset({"blames"}),
    "cancelled": frozenset({"by"}),
    "clean_service": frozenset({"services"}),
    "completion_seconds": frozenset({"types"}),
    "defect": frozenset({"stars_at_most"}),
    "dissatisfied": frozenset({"stars_at_most"}),
    "first_rated_low": frozenset({"stars_at_most"}),
    "first_reason": frozenset({"reasons", "ruling"}),
    "handled_in_time": frozenset({"types", "limit_seconds"}),
    "low_rated": frozenset({"stars_at_most"}),
    "pickup_score": frozenset({"steps"}),
    "praise": frozenset({"rating", "stars_at_least"}),
    "service": frozenset({"services"}),
}
"""What each measure reads of its definition; one that is not here reads nothing. A test holds it to the code."""

_OPTIONAL = frozenset({"ruling", "rating"})
_EXACT = 1e-9
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+([.-][a-z0-9]+)*$")
_MEMBERS: Mapping[str, tuple[str, str]] = {
    "orders_asking_or_helped": ("helped", "counts how an order asked, for the measure helped only"),
    "orders_due_for_pickup": (
        "picked_up_in_time",
        "counts what is due, for the measure picked_up_in_time only",
    ),
    "parcels_due": ("in_time", "counts parcels, for the measure in_time only"),
    "parcels_shipped": ("tracked", "counts parcels, for the measure tracked only"),
}
_KIND_OF_MEASURE = {
    **dict.fromkeys(("audit_seconds", "handled_in_time", "completion_seconds"), "refunds"),
    **dict.fromkeys(("reply_seconds", "dissatisfied"), "chats_in_service_hours"),
    "praise": "reviews_written",
    **{measure: cohort for cohort, (measure, _) in _MEMBERS.items()},
}


def _choices(kind: type[Record | Part], field: str) -> frozenset[str]:
    """The literals a field of a record may have."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)  # noqa: S101  # for mypy
    return frozenset(_literals(next(one.type for one in shape.fields if one.name == field)))


def _literals(kind: inspect.Type) -> Iterable[str]:
    match kind:
        case inspect.UnionType(types=types):
            return [word for one in types for word in _literals(one)]
        case inspect.ListType(item_type=item):
            return _literals(item)
        case inspect.LiteralType(values=values):
            return [str(value) for value in values]
    return []


_WORDS: Mapping[str, frozenset[str]] = {
    "reasons": _choices(Reason, "class_"),
    "services": _choices(Order, "services"),
    "types": _choices(AfterSale, "type"),
    "blames": _choices(Arbitration, "blame"),
    "by": _choices(Order, "cancelled_by"),
    "rating": frozenset(name for name in Review.__struct_fields__ if name.endswith("stars")),
}


def faults(pack: "Pack") -> Found:
    """Everything that makes no sense, as (path, why)."""
    if not _ID.match(pack.id):
        yield ("id",), f"{pack.id!r} does not read like platform-what/version, in lower case"
    until = pack.in_force.until
    if until is not None and until < pack.in_force.since:
        yield ("in_force", "until"), f"{until} lies before {pack.in_force.since}"
    scales: tuple[tuple[Path, tuple[float, float]], ...] = (
        (("scale",), pack.scale),
        (("response", "scale"), pack.response.scale),
    )
    for place, (low, high) in scales:
        if low >= high:
            yield place, f"goes from {low:g} to {high:g}; the lower end comes first"
    if pack.stages.below == "growth" and pack.stages.growth_total is None:
        yield ("stages",), "growth_total is missing: it is the total of a subject in the growth stage"
    for place, definition in _definitions(pack):
        yield from _definition(place, definition)
    yield from _dimensions(pack)
    yield from _indicators(pack)
    yield from _adjustments(pack)
    yield from _rising(("consumer",), pack.consumer, strictly=True)
    yield from _rising(("stars",), pack.stars, strictly=False)
    yield from _gates(pack)
    if not pack.sources:
        yield ("sources",), "is empty: say where the rules are published, or that they are chosen (grade ?)"


def _definitions(pack: "Pack") -> Iterator[tuple[Path, Definition]]:
    yield ("valid_orders",), pack.valid_orders
    for at, indicator in enumerate(pack.indicators):
        yield ("indicators", at, "definition"), indicator.definition
    for at, bonus in enumerate(pack.bonuses):
        yield ("bonuses", at, "definition"), bonus.definition
    for at, shield in enumerate(pack.shields):
        if shield.bad is not None:
            yield ("shields", at, "bad"), shield.bad
    for key, dimension in pack.dimensions.items():
        if dimension.bonus is not None:
            yield ("dimensions", key, "bonus", "definition"), dimension.bonus.definition


def _definition(place: Path, definition: Definition) -> Found:
    cohort, measure = definition.cohort, definition.measure
    if cohort not in COHORTS:
        yield (*place, "cohort"), f"there is no cohort {cohort!r}; one of {', '.join(COHORTS)}"
    if measure not in AMOUNTS and measure not in HITS:
        yield (*place, "measure"), f"there is no measure {measure!r}; one of {', '.join([*AMOUNTS, *HITS])}"
        return
    needed = _KIND_OF_MEASURE.get(measure)
    if needed is not None and cohort in COHORTS and cohort != needed:
        yield (*place, "cohort"), f"the measure {measure} needs the cohort {needed}"
    elif cohort in _MEMBERS and measure not in ("one", _MEMBERS[cohort][0]):
        yield (*place, "measure"), f"the cohort {cohort} {_MEMBERS[cohort][1]}"
    yield from _parameters(place, definition)


def _parameters(place: Path, definition: Definition) -> Found:
    measure = definition.measure
    takes = PARAMETERS.get(measure, frozenset())
    for name in definition.__struct_fields__[2:]:
        given = getattr(definition, name)
        is_given = given not in ((), None, False)
        if name == "industries_48h":
            if is_given and definition.cohort not in BY_INDUSTRY:
                yield (*place, name), f"the cohort {definition.cohort} takes no {name}"
        elif is_given and name not in takes:
            yield (*place, name), f"the measure {measure} takes no {name}"
        elif not is_given and name in takes - _OPTIONAL:
            yield place, f"the measure {measure} needs {name}"
        elif is_given and name in _WORDS:
            for at, word in enumerate((given,) if isinstance(given, str) else given):
                if word not in _WORDS[name]:
                    own = (*place, name) if isinstance(given, str) else (*place, name, at)
                    yield own, f"{word!r} is none of {', '.join(sorted(_WORDS[name]))}"
    hours = [hours for hours, _ in definition.steps]
    if hours != sorted(set(hours)):
        yield (*place, "steps"), "the hours do not rise from step to step"


def _dimensions(pack: "Pack") -> Found:
    if not pack.dimensions:
        yield ("dimensions",), "is empty"
    dimensions: Mapping[str, Dimension] = {str(key): one for key, one in pack.dimensions.items()}
    yield from _adds_up(("dimensions",), {key: one.weight for key, one in dimensions.items()})
    for at, row in enumerate(pack.dimension_weights):
        place: Path = ("dimension_weights", at, "weights")
        if set(row.weights) != set(pack.dimensions):
            yield place, f"names {', '.join(sorted(row.weights))}; the pack has {', '.join(sorted(dimensions))}"
        else:
            yield from _adds_up(place, {str(key): weight for key, weight in row.weights.items()})


def _adds_up(place: Path, weights: Mapping[str, float]) -> Found:
    if weights and abs(sum(weights.values()) - 1) > _EXACT:
        said = " + ".join(f"{weight:g}" for weight in weights.values())
        yield place, f"the weights add up to {sum(weights.values()):g} and not to 1 ({said})"


def _indicators(pack: "Pack") -> Found:
    yield from _unique(("indicators",), [one.key for one in pack.indicators])
    members: dict[str, dict[int, Indicator]] = {}
    for at, one in enumerate(pack.indicators):
        members.setdefault(one.dimension, {})[at] = one
        if one.dimension not in pack.dimensions:
            yield ("indicators", at, "dimension"), f"the pack has no dimension {one.dimension!r}"
        elif not one.key.startswith(f"{one.dimension}."):
            yield ("indicators", at, "key"), f"{one.key!r} does not begin with its dimension, {one.dimension}."
        yield from _steps(("indicators", at, "steps"), one)
        yield from _curve(("indicators", at, "curve"), one)
    for dimension in pack.dimensions:
        own = members.get(dimension, {})
        given = {one.key: one.weight for one in own.values() if one.weight is not None}
        first = next(iter(own), 0)
        if given and len(given) < len(own):
            yield ("indicators", first), f"of {dimension} some indicators have a weight and some have none"
        else:
            yield from _adds_up(("indicators", first, "weight"), given)
    yield from _indicator_weights(pack)


def _indicator_weights(pack: "Pack") -> Found:
    keys = {one.key: one.dimension for one in pack.indicators}
    for at, row in enumerate(pack.indicator_weights):
        by_dimension: dict[str, dict[str, float]] = {}
        for key, weight in row.weights.items():
            if key not in keys:
                yield ("indicator_weights", at, "weights", key), f"the pack has no indicator {key!r}"
            else:
                by_dimension.setdefault(keys[key], {})[key] = weight
        for weights in by_dimension.values():
            yield from _adds_up(("indicator_weights", at, "weights"), weights)


def _steps(place: Path, indicator: "Indicator") -> Found:
    steps = sorted(indicator.steps, reverse=indicator.better == "lower")
    scores = [score for _, score in steps]
    if scores != sorted(set(scores)) or len({threshold for threshold, _ in steps}) < len(steps):
        yield place, f"a {indicator.better} threshold must bring a higher score"


def _curve(place: Path, indicator: "Indicator") -> Found:
    for number, ((value, score), (later, other)) in enumerate(pairwise(indicator.curve)):
        if later <= value:
            yield (*place, number + 1), f"the values do not rise from {value:g} to {later:g}"
        elif (other <= score) if indicator.better == "higher" else (other >= score):
            yield (*place, number + 1), f"a {indicator.better} value must bring a higher score"
    if len(indicator.curve) == 1:
        yield place, "needs two points at least"


def _adjustments(pack: "Pack") -> Found:
    keys = {one.key for one in pack.indicators}
    for at, shield in enumerate(pack.shields):
        if shield.indicator not in keys:
            yield ("shields", at, "indicator"), f"the pack has no indicator {shield.indicator!r}"
        if shield.cohort_at_most is None and not shield.orders_below:
            yield ("shields", at), "never holds: give orders_below or cohort_at_most"
    groups = {one.key for one in pack.deduction_groups}
    for at, rule in enumerate(pack.deductions):
        if rule.group is not None and rule.group not in groups:
            yield ("deductions", at, "group"), f"deduction_groups has no {rule.group!r}"
        if rule.points <= 0:
            yield ("deductions", at, "points"), "are taken off: write them above 0"
    yield from _unique(("shields",), [one.indicator for one in pack.shields])
    yield from _unique(("deductions",), [one.scene for one in pack.deductions])
    yield from _unique(("deduction_groups",), [one.key for one in pack.deduction_groups])
    yield from _unique(("bonuses",), [one.key for one in pack.bonuses])
    switches = _choices(ServiceSwitch, "service")
    for at, bonus in enumerate(pack.bonuses):
        if bonus.switch is not None and bonus.switch not in switches:
            yield ("bonuses", at, "switch"), f"{bonus.switch!r} is none of {', '.join(sorted(switches))}"
        if (bonus.switch is None) != (bonus.switch_days == 0):
            yield ("bonuses", at), "switch and switch_days belong together"


def _rising(place: Path, table: Sequence[tuple[float, float]], *, strictly: bool) -> Found:
    """A table of (from, shown), read from its highest threshold down: more must never show less."""
    rows = sorted(enumerate(table), key=lambda row: row[1])
    for (_, before), (at, after) in pairwise(rows):
        if after[0] == before[0]:
            yield (*place, at), f"{after[0]:g} stands in the table twice"
        elif after[1] < before[1] or (strictly and after[1] == before[1]):
            yield (
                (*place, at),
                f"shows {after[1]:g} from {after[0]:g} on, but {before[1]:g} from {before[0]:g}",
            )


def _gates(pack: "Pack") -> Found:
    yield from _unique(("gates",), [gate.key for gate in pack.gates])
    known = {"total", *pack.dimensions, *(("consumer_score",) if pack.consumer else ())}
    for at, gate in enumerate(pack.gates):
        if bool(gate.conditions) == (gate.products is not None):
            yield ("gates", at), "needs conditions or products, and not both"
        if gate.consequence is not None and gate.consequence not in CONSEQUENCES:
            yield ("gates", at, "consequence"), f"{gate.consequence!r} is none of {', '.join(CONSEQUENCES)}"
        if gate.products is not None and gate.products.limits not in (None, *all_limits()):
            yield ("gates", at, "products", "limits"), f"{gate.products.limits!r} is none of {', '.join(all_limits())}"
        for number, condition in enumerate(gate.conditions):
            yield from _condition(("gates", at, "conditions", number), condition, known)


def _condition(place: Path, condition: "Condition", known: Collection[str]) -> Found:
    if condition.of not in known:
        yield (*place, "of"), f"the pack gives no {condition.of}"
    for name in ("mean_days", "each_of_days"):
        if getattr(condition, name) < 1:
            yield (*place, name), "must be at least 1, the day itself"
    if condition.spans_days and condition.of != "total":
        yield (*place, "of"), "only totals are known of other days"
    if condition.mean_days > 1 and condition.each_of_days > 1:
        yield place, "mean_days and each_of_days exclude each other"


def _unique(place: Path, keys: Sequence[str]) -> Found:
    for key, count in Counter(keys).items():
        if count > 1:
            last = max(at for at, own in enumerate(keys) if own == key)
            yield (*place, last), f"{key!r} stands here {count} times"
