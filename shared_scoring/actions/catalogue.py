"""The kinds of action the product knows, as data: how likely each works, what it costs, what it says.

`success` and `effort` are priors, graded like every number nobody published; what was measured afterwards corrects
them. The texts keep product-rules 7, which a test holds for everything they can say.
"""

from functools import cache
from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shared_scoring.pack_base import Grade, Words


class Effort(Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes: once, and for each thing it is about."""

    once: Annotated[float, Meta(ge=0)]
    each: Annotated[float, Meta(ge=0)] = 0.0


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of action. `title` and `why` take the parameters of the kind, in braces.

    `weight` is how many observations the prior is worth against measured outcomes.
    """

    kind: str
    title: Words
    why: Words
    success: Annotated[float, Meta(gt=0, le=1)]
    weight: Annotated[float, Meta(gt=0)] = 10.0
    grade: Grade
    effort: Effort


@cache
def catalogue() -> dict[str, Entry]:
    """Every kind by its name, in the order in which ties are broken."""
    text = (resources.files(__package__) / "catalogue.json").read_bytes()
    entries = msgspec.json.decode(text, type=list[Entry])
    return {entry.kind: entry for entry in entries}
