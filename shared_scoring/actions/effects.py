"""What came of an action that was done: did its change come true, and did the indicator move?"""

import math
from typing import NamedTuple

from msgspec import Struct
from scipy.special import stdtrit

from shared_scoring.actions.gain import Kept
from shared_scoring.actions.scene import Scene
from shared_scoring.calendar import iso
from shared_scoring.measures import HITS
from shared_scoring.pack import Indicator
from shared_scoring.records import KINDS, Record, kind_of

_FEWEST_DAYS = 7
_MOST_DAYS = 30
_SETTLED_DAYS = 14
_TAIL = 0.9  # the upper end of an 80 % interval
_HALF = 0.5

DIRECT = frozenset(
    {"ship_orders", "chase_parcels", "answer_after_sales", "appeal_after_sale", "appeal_conduct", "answer_review"}
)
"""Kinds whose change is about the very records; the others change what happens from then on."""

INDICATOR_OF = {
    "switch_courier": "logistics.delivery_rate",
    "separate_presale": "logistics.pickup_seconds",
    "cover_hours": "service.reply_seconds",
    "fix_product": "goods.quality_return",
    "inspect_product": "goods.quality_return",
    "improve_packaging": "logistics.damage_return",
    "improve_description": "goods.rating",
    "drop_partner": "goods.praise",
    "drop_product": "goods.praise",
}
"""The indicator by whose days before and after a lasting action is judged."""


class MeasuredEffect(Struct, frozen=True):
    """What came of an action, as known on a day. `succeeded` is null while it is too early to say.

    `came_true` is the share of the change that came true. `before` and `after` are means of the indicator's days up to
    the day the action was done and since, `low` … `high` the 80 % interval of their difference.
    """

    as_of: str
    succeeded: bool | None
    came_true: float | None = None
    indicator: str | None = None
    before: float | None = None
    after: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def effect(scene: Scene, action: Kept, done_on: int) -> MeasuredEffect:
    """What is known on the scene's day of an action done on `done_on`, a day ordinal."""
    kind = action.rated.candidate.kind
    if kind in DIRECT:
        return _came_true(scene, action, done_on)
    key = INDICATOR_OF.get(kind)
    indicator = next((one for one in scene.pack.indicators if one.key == key), None)
    if indicator is None:
        return _came_true(scene, action, done_on)
    return _moved(scene, indicator, done_on)


def _came_true(scene: Scene, action: Kept, done_on: int) -> MeasuredEffect:
    change = action.rated.candidate.change
    found = [_holds(scene, record) for record in change]
    share = sum(found) / len(found)
    is_over = scene.as_of - done_on >= _SETTLED_DAYS
    return MeasuredEffect(iso(scene.as_of), (share >= _HALF) if is_over or share == 1 else None, share)


def _holds(scene: Scene, wanted: Record) -> bool:
    """Whether a record is now as the change would have it: an answer given, an exemption made, a parcel in time."""
    known = scene.find(kind_of(wanted), wanted.id)
    if known is None:
        return False
    for name in KINDS[kind_of(wanted)].__struct_fields__:
        value = getattr(wanted, name)
        if name in {"id", "clear"} or value is None:
            continue
        actual = getattr(known, name)
        # A moment of the change is the latest at which it would have been well.
        if name.endswith("_at"):
            if actual is None or actual > value:
                return False
        elif actual != value:
            return False
    return True


class _Days(NamedTuple):
    """A weighted mean of daily values, its squared standard error, and the number of days."""

    mean: float
    error: float
    days: int


def _moved(scene: Scene, indicator: Indicator, done_on: int) -> MeasuredEffect:
    before = _days(scene, indicator, done_on - _MOST_DAYS, done_on - 1)
    after = _days(scene, indicator, done_on + 1, min(done_on + _MOST_DAYS, scene.as_of - 1))
    if before is None or after is None:
        return MeasuredEffect(iso(scene.as_of), None, indicator=indicator.key)
    difference = after.mean - before.mean
    error = math.sqrt(before.error + after.error)
    width = float(stdtrit(before.days + after.days - 2, _TAIL)) * error
    better = -1 if indicator.better == "lower" else 1
    return MeasuredEffect(
        as_of=iso(scene.as_of),
        succeeded=better * difference > 0 if scene.as_of - done_on > _SETTLED_DAYS else None,
        indicator=indicator.key,
        before=before.mean,
        after=after.mean,
        difference=difference,
        low=difference - width,
        high=difference + width,
    )


def _days(scene: Scene, indicator: Indicator, first: int, last: int) -> _Days | None:
    """Days weigh by their members; None of too few days."""
    definition = indicator.definition
    values = []
    for day in range(first, last + 1):
        one = scene.sums.window(definition, day, day)
        whole = (
            scene.sums.window(definition.whole, day, day).denominator if definition.measure in HITS else one.denominator
        )
        if whole:
            values.append((float(one.numerator) / whole, whole))
    if len(values) < _FEWEST_DAYS:
        return None
    weight = sum(whole for _, whole in values)
    mean = sum(value * whole for value, whole in values) / weight
    spread = sum((whole / weight) ** 2 * (value - mean) ** 2 for value, whole in values)
    return _Days(mean, spread * len(values) / (len(values) - 1), len(values))
