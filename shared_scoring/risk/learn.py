"""Models learned from landmarks: past moments, each with the orders that stood open then and what was known of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from shared_scoring.risk import happening as events
from shared_scoring.risk import lateness as waits
from shared_scoring.risk.frame import Frame, stack
from shared_scoring.risk.happening import Happening
from shared_scoring.risk.model import Model, fit, weights_of
from shared_scoring.risk.survival import DELIVERY, Wait
from shared_scoring.risk.table import Column, OrderTable

_STEP = 7.0
_BACK = 240.0  # days: four half-lives
_HALF_LIFE = 60.0
_FIRST = 5.0  # days of orders before a landmark is worth looking from

LATE_LINEAR = (
    "survival", "ahead_6", "ahead_120", "left", "left_working", "waited_share", "age", "age_due", "promise",
    "pace_region", "pace_merchant", "late_region", "late_merchant", "late_courier", "late_category", "late_product",
    "late_route", "fresh_region", "fresh_merchant", "near_14", "near_30", "surge", "peak", "backlog", "overdue_share",
    "out_share", "cohort_merchant", "cohort_product", "freight", "amount", "merchants", "not_shipped", "ship_overdue",
    "shipped_for", "hour", "presale",
)  # fmt: skip
HAPPENS_LINEAR = (
    "late_margin", "chance_late", "past_due", "overdue", "overdue_arrived", "overdue_long", "arrived_late", "arrived",
    "days_since_arrival", "fresh_arrival", "silence", "silent", "long_silent", "left", "early", "waited", "transit",
    "transit_share", "excess_product", "excess_merchant", "excess_category", "excess_courier", "excess_region",
    "several_sellers", "several_lines", "several_pieces", "amount", "freight_share", "quantity", "lines", "merchants",
    "asked", "after_sale_open",
)  # fmt: skip


@dataclass
class Past:
    """A table looked at from its landmarks; frames are made once, whatever is learned from them."""

    table: OrderTable
    _late: dict[tuple[str, float], Frame] = field(default_factory=dict)

    def landmarks(self, until: float) -> Iterator[float]:
        """Moments a week apart before `until`, the newest first, as far back as there are orders."""
        paid = self.table["paid"]
        first = max(float(np.nanmin(paid)) + _FIRST if len(paid) else until, until - _BACK)
        moment = until - _STEP
        while moment >= first:
            yield moment
            moment -= _STEP

    def late(self, wait: Wait, moment: float) -> Frame:
        key = (wait.outcome, moment)
        if key not in self._late:
            self._late[key] = waits.lateness(self.table, wait, moment)
        return self._late[key]

    def happens(self, what: Happening, moment: float, late: Model) -> Frame:
        """The open orders at a moment; how late they were going to be, `late` says."""
        found = self.late(DELIVERY, moment)
        margin = np.full(len(self.table), np.nan)
        margin[found.orders] = late.margin(found)
        return events.happening(self.table, what, moment, margin)


def learn_late(past: Past, wait: Wait, until: float, linear: Sequence[str] = LATE_LINEAR) -> Model:
    """From the rows whose promise fell due before `until`; `linear` are the features to use."""
    frames: list[Frame] = []
    hits: list[Column] = []
    ages: list[Column] = []
    for moment in past.landmarks(until):
        found = past.late(wait, moment)
        late, known = waits.label(past.table, wait, found, until)
        frames.append(found.take(known))
        hits.append(late[known])
        ages.append(np.full(int(known.sum()), until - moment))
    names = past.late(wait, until)
    return _fit(frames, hits, ages, names, wait.outcome, linear)


def learn_happening(
    past: Past, what: Happening, until: float, late: Model, linear: Sequence[str] = HAPPENS_LINEAR
) -> Model:
    """From the rows that had time to come true before `until`; from none where such things were never seen.

    `late` is what was learned of deliveries until the same moment.
    """
    frames: list[Frame] = []
    hits: list[Column] = []
    ages: list[Column] = []
    for moment in past.landmarks(until) if events.is_seen(past.table, what) else ():
        found = past.happens(what, moment, late)
        came, known = events.label(past.table, what, found, moment, until)
        frames.append(found.take(known))
        hits.append(came[known])
        ages.append(np.full(int(known.sum()), until - moment))
    names = past.happens(what, until, late)
    return _fit(frames, hits, ages, names, what.outcome, linear)


def _fit(
    frames: list[Frame],
    hits: list[Column],
    ages: list[Column],
    now: Frame,
    outcome: str,
    linear: Sequence[str],
) -> Model:
    rows = stack([*frames, now.take(np.zeros(len(now.orders), dtype=bool))])
    none = np.empty(0)
    return fit(
        rows,
        np.concatenate([*hits, none]),
        weights_of(np.concatenate([*ages, none]), _HALF_LIFE),
        outcome,
        linear,
    )
