"""How records and contributions stand in the database: JSON text, read back into what shared_scoring declares."""

import msgspec

from shared_scoring.ledger import Contribution
from shared_scoring.merge import Told
from shared_scoring.records import AnyRecord, Record

_copies: msgspec.json.Decoder[list[Record]] = msgspec.json.Decoder(list[AnyRecord])
_contributions: msgspec.json.Decoder[list[Contribution]] = msgspec.json.Decoder(list[Contribution])


def told(copies: str) -> Told:
    """The copies of `records.copies`, and what they say together."""
    return Told.of(_copies.decode(copies))


def contributions(text: str) -> list[Contribution]:
    """The rows of `cases.contributions`."""
    return _contributions.decode(text)
