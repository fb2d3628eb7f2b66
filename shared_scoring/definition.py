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
    ruling: bool = False
    services: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    blames: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    rating: str | None = None
    stars_at_most: int | None = None
    stars_at_least: int | None = None
    limit_seconds: int | None = None
    steps: tuple[tuple[float, float], ...] = ()
    industries_48h: tuple[str, ...] = ()

    @cached_property
    def series(self) -> str:
        """The name under which the ledger keeps it: the definition itself, written shortly."""
        given = msgspec.to_builtins(self)
        parameters = [
            name if value is True else f"{name}={_written(value)}"
            for name, value in given.items()
            if name not in {"cohort", "measure"}
        ]
        return f"{self.cohort}/{self.measure}" + (f"({';'.join(parameters)})" if parameters else "")

    @cached_property
    def whole(self) -> "Definition":
        """The whole cohort, each member counted once."""
        return Definition(cohort=self.cohort, measure="one", industries_48h=self.industries_48h)


def _written(value: object) -> str:
    return "+".join(map(_written, value)) if isinstance(value, tuple | list) else str(value)
