"""What values an indicator can have, by its unit (records.md)."""

import math
from typing import Final

from shared_scoring.pack import Indicator

_HIGHEST: Final = {"ratio": 1.0, "stars": 5.0}


def within(indicator: Indicator, value: float) -> float:
    """Where page and records contradict each other, a value still is one."""
    return min(max(value, 0.0), _HIGHEST.get(indicator.unit, math.inf))
