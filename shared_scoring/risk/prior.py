"""What is believed before a subject's own past says otherwise: set by hand, never trained on anybody's data.

Grade ? throughout (scoring.md): nobody published these. They are shrunk towards, so that they matter where a shop is
young or an outcome rare, and fade as its own orders end.
"""

from collections.abc import Mapping
from typing import NamedTuple

BASE: Mapping[str, float] = {
    "late_pickup": 0.04,
    "late_delivery": 0.08,
    "bad_review": 0.03,
    "quality_return": 0.01,
    "damage_return": 0.004,
    "platform_help": 0.004,
}
"""The share of orders an outcome comes true for, seen from the middle of their life."""

TRANSIT_SHARE = 0.5
"""A parcel takes half of what was promised."""
HAZARD = ((0.3, 0.05), (0.6, 0.5), (1.0, 1.3), (1.6, 1.6), (50.0, 1.0))
"""Arrivals per unit of an order's expected time, up to each multiple of it: few at once, a long tail."""
WAITED_FOR = 20.0
"""Orders whose arrival weighs as much as these two."""


class Weight(NamedTuple):
    """A coefficient before any data: its mean and how far it may be from it (one standard deviation).

    `centred` features count from their mean, the others from zero.
    """

    mean: float
    deviation: float
    centred: bool = False


FREE = Weight(0.0, 0.1)
"""Any feature, on its own standard deviation."""
WEIGHTS: Mapping[str, Weight] = {
    # The survival view is a probability already: taken as it is until the past asks for more or less of it.
    "survival": Weight(1.0, 0.25),
    # A queue that got twice the parcels takes longer to drain, before any late label can say so.
    "surge": Weight(0.7, 0.3),
    # Trouble with an order that is late or going to be: a little more of everything.
    "overdue": Weight(0.1, 0.2),
    "late_margin": Weight(0.05, 0.1),
    # What has not come within days of the arrival hardly comes any more.
    "days_since_arrival": Weight(-0.1, 0.05),
    # What happened more often than usual with the same goods, seller and carrier does so again, though less so.
    "excess_product": Weight(0.5, 0.25, centred=True),
    "excess_merchant": Weight(0.3, 0.25, centred=True),
    "excess_category": Weight(0.3, 0.25, centred=True),
    "excess_courier": Weight(0.3, 0.25, centred=True),
    "excess_region": Weight(0.3, 0.25, centred=True),
    # More pieces and more parcels: more that can go wrong.
    "several_pieces": Weight(0.3, 0.5),
    "several_lines": Weight(0.3, 0.5),
    "several_sellers": Weight(0.3, 0.5),
    # Who has not spoken up in a week hardly will.
    "silent": Weight(-0.5, 0.5),
    "long_silent": Weight(-0.5, 0.5),
}
"""Of features in their own unit, not on their standard deviation."""
OF_REVIEWS: Mapping[str, Weight] = {
    # Stars follow lateness.
    "overdue": Weight(1.0, 0.5),
    "late_margin": Weight(0.3, 0.3),
    "chance_late": Weight(1.0, 1.0),
    "past_due": Weight(0.5, 0.7),
    "arrived_late": Weight(0.3, 0.5),
    # Rated before all of it is there.
    "several_sellers": Weight(0.7, 0.7),
}
"""What differs for bad reviews."""


def weight(outcome: str, feature: str) -> Weight | None:
    """What is believed of a feature in its own unit; None where it is any feature, on its standard deviation."""
    own = OF_REVIEWS.get(feature) if outcome == "bad_review" else None
    return own or WEIGHTS.get(feature)
