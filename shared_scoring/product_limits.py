"""How many quality returns a product of a category may have, as published. The tables are files of limits/."""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib import resources

import msgspec

from shared_scoring.pack_base import Data, PackSource


class Limit(Data, frozen=True):
    """Of a category and all below it that have none of their own."""

    category: tuple[str, ...]
    limit: float


class Limits(Data, frozen=True, dict=True):
    id: str
    source: PackSource
    limits: tuple[Limit, ...]

    @cached_property
    def _by_category(self) -> Mapping[tuple[str, ...], float]:
        return {one.category: one.limit for one in self.limits}

    def of(self, category: Sequence[str]) -> float | None:
        """The limit of the nearest category that has one."""
        paths = (tuple(category[:at]) for at in range(len(category), 0, -1))
        return next((self._by_category[path] for path in paths if path in self._by_category), None)


@cache
def all_limits() -> Mapping[str, Limits]:
    """The tables by id."""
    files = [one for one in resources.files("shared_scoring.limits").iterdir() if one.name.endswith(".json")]
    tables = [msgspec.json.decode(file.read_bytes(), type=Limits) for file in files]
    return {one.id: one for one in tables}
