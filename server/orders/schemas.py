from msgspec import Struct

from server.http.structs import schema_of
from shared_scoring.delta import Delta
from shared_scoring.standing import Standing


class CaseRecord(Struct, frozen=True):
    """A record of the case: its standing, and what its row of the overlay shows."""

    standing: Standing
    delta: Delta


class OrderCase(Struct, frozen=True):
    """`records` begins with the order, where it has been seen; the rest by kind and id."""

    id: str
    rules: str
    as_of: str
    records: list[CaseRecord]


OrderCaseSchema = schema_of(OrderCase)
