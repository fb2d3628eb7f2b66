"""What a merchant may set for a subject. Everything has a default; what is set is kept by the server."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

Hours = Annotated[float, Meta(ge=0, le=720)]
Hour = Annotated[int, Meta(ge=0, le=23)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Preferences(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of one subject.

    `warn_*_hours`: how long before a deadline an action turns yellow, and red. `quiet_from` … `quiet_to`: hours of the
    subject's own clock in which nothing is red; equal for none. `risk_*`: from which probability a row is marked.
    `keep_*_days`: how long facts and daily figures are kept, counted back from the subject's newest event; what was
    imported from files stays (product-rules.md, 11).
    """

    warn_yellow_hours: Hours = 48
    warn_red_hours: Hours = 2
    quiet_from: Hour = 0
    quiet_to: Hour = 0
    risk_high: Share = 0.5
    risk_medium: Share = 0.2
    risk_low: Share = 0.05
    keep_facts_days: Annotated[int, Meta(ge=31, le=3650)] = 180
    keep_daily_days: Annotated[int, Meta(ge=31, le=3650)] = 400

    def faults(self) -> list[tuple[str, str]]:
        """What contradicts itself, as (field, reason)."""
        found = []
        if self.warn_red_hours > self.warn_yellow_hours:
            found.append(("warn_red_hours", "must not be more than warn_yellow_hours"))
        if not self.risk_low <= self.risk_medium <= self.risk_high:
            found.append(("risk_medium", "must lie between risk_low and risk_high"))
        if self.keep_daily_days < self.keep_facts_days:
            found.append(("keep_daily_days", "must not be less than keep_facts_days"))
        return found

    def is_quiet(self, local: dt.datetime) -> bool:
        """Whether a moment of the subject's own clock lies in its quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= local.hour < self.quiet_to
        return local.hour >= self.quiet_from or local.hour < self.quiet_to

    def risk_level(self, probability: float) -> str:
        levels = (("high", self.risk_high), ("medium", self.risk_medium), ("low", self.risk_low))
        return next((name for name, least in levels if probability >= least), "none")


DEFAULT = Preferences()
