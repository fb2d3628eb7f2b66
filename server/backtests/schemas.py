import datetime as dt

from marshmallow import Schema, fields, validate

from server.http.structs import schema_of
from shared_scoring.proof import Proof


class StoredBacktest(Proof, frozen=True, kw_only=True):
    """As `koubei backtest` prints it, from what the worker made; `picture` is an SVG document where it was asked for.

    Until it has been made, nothing is listed and `reason` is `not_made_yet`.
    """

    picture: str | None
    stale: bool
    computed_at: dt.datetime | None


StoredBacktestSchema = schema_of(StoredBacktest)


class BacktestQuerySchema(Schema):
    picture = fields.String(
        load_default=None,
        validate=validate.OneOf(["zh", "en"]),
        metadata={"description": "Adds the pictures as one SVG document, worded in this language."},
    )
