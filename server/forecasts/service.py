"""The forecast out of what the worker stored."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from server.db.outlooks import read_part
from server.forecasts.schemas import NOT_MADE, StoredForecast
from shared_scoring.forecast.forecast import Forecast

PART = "forecast"


class Answer(NamedTuple):
    """`tag` names everything the answer depends on."""

    forecast: StoredForecast
    tag: tuple[int | str, ...]


def read_forecast(app: Engine, subject_id: str, days: int) -> Answer:
    """The first days of the newest forecast."""
    made = read_part(app, subject_id, PART, Forecast)
    own = made.part or Forecast(
        rules="",
        subject=subject_id,
        as_of="",
        today=None,
        days=[],
        reason=NOT_MADE,
        methods=[],
        based_on=None,
        learned_from=0,
    )
    found = {name: getattr(own, name) for name in own.__struct_fields__} | {"days": own.days[:days]}
    answer = StoredForecast(**found, stale=made.stale, computed_at=made.computed_at)
    at = "" if made.computed_at is None else msgspec.json.encode(made.computed_at).decode().strip('"')
    return Answer(answer, (made.input_version, at, days, int(made.stale)))
