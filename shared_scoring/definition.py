"""How a rule pack says what an indicator counts: a cohort, a measure and their few parameters. Data, not code."""

from functools import cached_property

import msgspec


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """One series of the ledger. Two packs that define the same thing share it.

    `cohort` says what is counted and which moment puts it in a day, `measure` what each adds; both name functions of
    `cohorts.py` and `measures.py`. The rest are their parameters.
    """

    cohort: str
    measure: str
    reasons: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    stars_at_most: int | None = None

    @cached_property
    def series(self) -> str:
        """The name under which the ledger keeps it: the definition itself, written shortly."""
        parameters = [*self.reasons, *self.services]
        if self.stars_at_most is not None:
            parameters.append(f"<={self.stars_at_most}")
        return f"{self.cohort}/{self.measure}" + (f"({','.join(parameters)})" if parameters else "")

    @cached_property
    def whole(self) -> "Definition":
        """The whole cohort, each member counted once."""
        return Definition(cohort=self.cohort, measure="one")
