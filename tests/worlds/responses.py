"""Families of hidden response: values of a dimension's indicators and a day → 50..100.

`fixed` is what a world keeps of the industry by day. Every family is monotone in each value and bounded, and none is a
sum of functions of single values.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from scipy.special import expit, ndtr

from tests.worlds.industry import PEERS, drift, goodness

FAMILIES = ("ranks", "kinks", "population", "saturating")
LOW, HIGH = 50.0, 100.0


class Hidden(Protocol):
    def score(self, values: Mapping[str, float], day: int) -> float:
        """The score of a dimension whose indicators have these values on the `day`th day of the world."""


class _Parts:
    """Weights of a dimension's indicators; the weight of one without a cohort is shared out among the others."""

    def __init__(self, rng: np.random.Generator, keys: list[str], days: int) -> None:
        self.keys = keys
        self.weights = dict(zip(keys, rng.dirichlet(np.full(len(keys), 6.0)), strict=True))
        self.drifts = {key: drift(rng, days) for key in keys}

    def share(self, values: Mapping[str, float]) -> dict[str, float]:
        whole = sum(self.weights[key] for key in values)
        return {key: self.weights[key] / whole for key in values}


class Ranks(_Parts):
    """A logistic curve of a weighted sum of ranks among normally spread peers, whose middle moves."""

    def __init__(self, rng: np.random.Generator, keys: list[str], days: int) -> None:
        super().__init__(rng, keys, days)
        self.steep = rng.uniform(3.5, 5.5)

    def score(self, values: Mapping[str, float], day: int) -> float:
        rank = sum(
            w * float(ndtr(goodness(key, values[key]) - self.drifts[key][day])) for key, w in self.share(values).items()
        )
        low, high = expit(-self.steep / 2), expit(self.steep / 2)
        return float(LOW + (HIGH - LOW) * (expit(self.steep * (rank - 0.5)) - low) / (high - low))


class Kinks(_Parts):
    """Straight lines with kinks; the weakest indicator holds the others back."""

    def __init__(self, rng: np.random.Generator, keys: list[str], days: int) -> None:
        super().__init__(rng, keys, days)
        self.at = {key: np.linspace(-2.4, 2.4, 6) + rng.uniform(-0.35, 0.35, 6) for key in keys}
        self.height = {key: np.concatenate([[0], np.cumsum(rng.dirichlet(np.full(5, 2.5)))]) for key in keys}
        self.weakest = rng.uniform(0.2, 0.45)

    def score(self, values: Mapping[str, float], day: int) -> float:
        quality = {
            key: 0.15 * float(expit(good)) + 0.85 * float(np.interp(good, self.at[key], self.height[key]))
            for key in values
            for good in [goodness(key, values[key]) - self.drifts[key][day]]
        }
        mean = sum(w * quality[key] for key, w in self.share(values).items())
        return float(LOW + (HIGH - LOW) * ((1 - self.weakest) * mean + self.weakest * min(quality.values())))


class Population(_Parts):
    """The share of simulated peers that do worse, each of whom has a life of its own.

    With a few hundred of them the share is a staircase: a small step would be worth what lies between two of them.
    """

    def __init__(self, rng: np.random.Generator, keys: list[str], days: int) -> None:
        super().__init__(rng, keys, days)
        peers, stays = 8_000, 0.995
        common = np.stack([self.drifts[key] for key in keys], axis=1)
        own = rng.normal(0, 1, (peers, len(keys)))
        mixed = np.array([self.weights[key] for key in keys])
        self.peers = []
        for day in range(days):
            own = stays * own + np.sqrt(1 - stays**2) * rng.normal(0, 1, own.shape)
            self.peers.append(np.sort(np.clip(own + common[day], -2.5, 2.5) @ mixed))
        self.power = rng.uniform(0.6, 1.0)

    def score(self, values: Mapping[str, float], day: int) -> float:
        own = sum(w * min(max(goodness(key, values[key]), -2.5), 2.5) for key, w in self.share(values).items())
        peers = self.peers[day]
        # The platform knows far more peers than are simulated here: between two of them it is a straight line.
        rank = float(np.interp(own, [-2.6, *peers, 2.6], np.linspace(0, 1, len(peers) + 2)))
        return LOW + (HIGH - LOW) * rank**self.power


class Saturating(_Parts):
    """A product of powers of values that saturate, so that one bad indicator spoils the rest."""

    def __init__(self, rng: np.random.Generator, keys: list[str], days: int) -> None:
        super().__init__(rng, keys, days)
        self.power = {key: rng.uniform(0.7, 1.6) for key in keys}

    def score(self, values: Mapping[str, float], day: int) -> float:
        product = 1.0
        for key, w in self.share(values).items():
            _, middle, spread, sign = PEERS[key]
            moved = float(np.exp(spread * self.drifts[key][day]))
            match key:
                case "goods.rating":
                    bad, line = 5.02 - values[key], 0.7 / moved
                case _ if sign > 0:
                    bad, line = 1.002 - values[key], 3.5 * (1 - middle) / moved
                case _:
                    bad, line = values[key], 3.0 * middle / moved
            product *= (1 / (1 + (max(bad, 0.0) / line) ** self.power[key])) ** w
        return LOW + (HIGH - LOW) * product


_MAKE = {"ranks": Ranks, "kinks": Kinks, "population": Population, "saturating": Saturating}


def hidden(family: str, rng: np.random.Generator, keys: list[str], days: int) -> Hidden:
    return _MAKE[family](rng, keys, days)
