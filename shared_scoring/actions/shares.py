"""Counting parts against the rest: is one courier, product or partner really worse than the others?"""

import math
from typing import NamedTuple

_Z = 1.645  # nine in ten such differences would not come from chance


class Share(NamedTuple):
    """`bad` of `whole`."""

    bad: int
    whole: int

    @property
    def rate(self) -> float:
        return self.bad / self.whole if self.whole else 0.0

    def without(self, part: "Share") -> "Share":
        return Share(self.bad - part.bad, self.whole - part.whole)


def is_worse(part: Share, rest: Share) -> bool:
    """Whether a part is worse than the rest by more than chance would make it; two of each is too few to say."""
    if part.whole < 2 or rest.whole < 2 or part.rate <= rest.rate:
        return False
    pooled = (part.bad + rest.bad + 1) / (part.whole + rest.whole + 2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / part.whole + 1 / rest.whole))
    return part.rate - rest.rate > _Z * spread


def excess(part: Share, rest: Share) -> int:
    """How many of the bad ones would not be there if the part were like the rest."""
    return max(part.bad - round(rest.rate * part.whole), 0)


def percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"
