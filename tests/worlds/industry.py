"""The peers: where a shop's values stand among them, and how they move without the shop doing anything."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Series = NDArray[np.float64]

# Of the peers' values, on the scale named: middle, spread, and which direction is good.
PEERS: dict[str, tuple[str, float, float, int]] = {
    "goods.rating": ("plain", 4.78, 0.09, 1),
    "goods.quality_return": ("log", 0.007, 0.7, -1),
    "logistics.pickup_seconds": ("log", 16 * 3600, 0.4, -1),
    "logistics.delivery_rate": ("logit", 0.95, 0.7, 1),
    "logistics.damage_return": ("log", 0.004, 0.7, -1),
    "service.audit_seconds": ("log", 6 * 3600, 0.7, -1),
    "service.reply_seconds": ("log", 45, 0.6, -1),
    "service.dissatisfied": ("logit", 0.14, 0.6, -1),
    "service.help_rate": ("logit", 0.035, 0.7, -1),
}
_TINY = {"log": 0.0008, "logit": 0.003}


def goodness(key: str, value: float) -> float:
    """How many spreads better than the middle of the peers."""
    scale, middle, spread, sign = PEERS[key]
    tiny = _TINY.get(scale, 0.0)
    if scale == "plain":
        return sign * (value - middle) / spread
    if scale == "log":
        return float(sign * np.log((value + tiny) / (middle + tiny)) / spread)
    moved = min(max(value, tiny), 1 - tiny)
    return float(sign * (logit(moved) - logit(middle)) / spread)


def value_of(key: str, good: Series) -> Series:
    """The value that stands so many spreads better than the middle."""
    scale, middle, spread, sign = PEERS[key]
    if scale == "plain":
        return middle + sign * spread * good
    if scale == "log":
        return np.maximum((middle + _TINY["log"]) * np.exp(sign * spread * good) - _TINY["log"], 0.0)
    return np.asarray(expit(logit(middle) + sign * spread * good))


def drift(rng: np.random.Generator, days: int) -> Series:
    """What the peers gained by each day, in spreads: a slow walk, a season, and now and then a jump."""
    walk = np.cumsum(rng.normal(0, 0.01, days))
    season = 0.16 * rng.uniform(0.3, 1) * np.sin(2 * np.pi * (np.arange(days) / rng.uniform(60, 140) + rng.uniform()))
    jumps = np.cumsum(np.where(rng.random(days) < 0.008, rng.normal(0, 0.12, days), 0.0))
    found: Series = walk + season + jumps
    return found
