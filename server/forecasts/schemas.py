import datetime as dt

from marshmallow import Schema, fields, validate

from server.http.structs import schema_of
from shared_scoring.forecast.forecast import MOST_DAYS, Forecast

NOT_MADE = "not_made_yet"


class StoredForecast(Forecast, frozen=True, kw_only=True):
    """As `koubei forecast` prints it, from what the worker made; `stale` while newer input waits to be looked at.

    Until it has been made, `days` is empty and `reason` is `not_made_yet`.
    """

    stale: bool
    computed_at: dt.datetime | None


StoredForecastSchema = schema_of(StoredForecast)


class ForecastQuerySchema(Schema):
    days = fields.Integer(
        load_default=7,
        strict=False,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "How many days ahead."},
    )
