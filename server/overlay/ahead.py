"""What the worker stored of the time ahead (worker/outlook.py, worker/actions.py), for the rows and panel of a page.

A part that was not made yet is calmly absent: whatever hangs on it is null.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from server.db.bulk import driver
from server.overlay.schemas import Band, Expected, Risk, RiskReason, RowAction, TodoFigure
from server.texts import Lang
from shared_scoring.preferences import Preferences
from shared_scoring.risk.reasons import text_of as reason_text
from shared_scoring.risk.worst import worst_outcome

FORECAST = "forecast"
_PROPOSED = """
    WITH proposed AS (
      SELECT id, body, rank,
        'action-open-' || coalesce((extract(epoch FROM changed_at) * 1000000)::bigint, 0) AS etag
      FROM actions WHERE subject_id = current_setting('koubei.subject') AND rank IS NOT NULL
      AND (state = 'open' OR (state = 'snoozed' AND snoozed_until <= now()))
    )
"""
_OF_RECORDS = """
    SELECT about.record_id, proposed.id, body -> 'said' -> %s ->> 'title', etag
    FROM action_records about JOIN proposed ON proposed.id = about.action_id
    WHERE about.subject_id = current_setting('koubei.subject') AND about.kind = %s AND about.record_id = ANY(%s)
    ORDER BY rank DESC
"""
_FIRST = """
    SELECT id, body -> 'said' -> %s ->> 'title', (body -> 'rated' -> 'gain' ->> 'mid')::float8,
      body -> 'rated' -> 'candidate' ->> 'deadline', etag
    FROM proposed ORDER BY rank LIMIT 3
"""


class OrderAhead(NamedTuple):
    risk: Risk | None
    expected: Expected


def stored_at(connection: Connection) -> str:
    """Changes with whatever this module reads."""
    row = (
        driver(connection)
        .execute(
            "SELECT (SELECT max(computed_at) FROM outlooks), (SELECT outlook_at FROM subjects"
            " WHERE id = current_setting('koubei.subject')), (SELECT max(changed_at) FROM actions),"
            " (SELECT max(version) FROM subject_preferences)"
        )
        .fetchone()
    )
    return " ".join(str(one) for one in row or ())


def orders_ahead(
    connection: Connection, ids: Sequence[str], preferences: Preferences, lang: Lang
) -> dict[str, OrderAhead]:
    """By id of an open order."""
    rows = driver(connection).execute(
        """
        SELECT body FROM order_risks WHERE subject_id = current_setting('koubei.subject') AND order_id = ANY(%s)
        """,
        (list(ids),),
    )
    return {one["order_id"]: OrderAhead(_risk(one, preferences, lang), _expected(one)) for (one,) in rows}


def _risk(order: dict[str, Any], preferences: Preferences, lang: Lang) -> Risk | None:
    """The outcome that costs most, or where points cannot be given the likeliest; the nearest deadline of all."""
    given = {key: one for key, one in order["outcomes"].items() if one is not None}
    outcome = worst_outcome({key: (one["probability"], one["loss"]) for key, one in given.items()})
    if outcome is None:
        return None
    probability = given[outcome]["probability"]
    reasons = [RiskReason(one["code"], reason_text(one["code"], lang)) for one in order["reasons"]]
    return Risk(
        preferences.risk_level(probability),
        outcome,
        probability,
        given[outcome]["deadline"] or order["deadline"],
        reasons,
    )


def _expected(order: dict[str, Any]) -> Expected:
    """What it does to the total, so a loss turned round; its ends may be missing from what an older worker stored."""
    losses = (order.get(key) for key in ("expected_loss", "expected_loss_high", "expected_loss_low"))
    return Expected(*(None if loss is None else 0.0 - loss for loss in losses))


def row_actions(connection: Connection, kind: str, ids: Sequence[str], lang: Lang) -> dict[str, RowAction]:
    """By id of the record, the first that is proposed for it."""
    rows = driver(connection).execute(_PROPOSED + _OF_RECORDS, (lang, kind, list(ids)))
    return {record: RowAction(*action) for record, *action in rows}


def first_actions(connection: Connection, lang: Lang) -> list[TodoFigure]:
    """What to do first."""
    rows = driver(connection).execute(_PROPOSED + _FIRST, (lang,))
    return [TodoFigure(*row) for row in rows]


def forecast_of(connection: Connection, day: str, stage: str, based_on: str | None) -> Band | None:
    """The total of a day ahead, or of the as-of day before its page was seen; None where it was not forecast.

    Only one that was made from this stage and this newest official day counts: while the first records of a shop still
    come in, an earlier one knows neither.
    """
    row = (
        driver(connection)
        .execute(
            """
            SELECT coalesce(
              (SELECT one -> 'total' FROM json_array_elements(body -> 'days') AS one
               WHERE one ->> 'date' = %s AND one ->> 'stage' = %s),
              CASE WHEN body ->> 'as_of' = %s THEN body -> 'today' END
            ) FROM outlooks WHERE subject_id = current_setting('koubei.subject') AND part = %s
            AND body ->> 'based_on' IS NOT DISTINCT FROM %s
            """,
            (day, stage, day, FORECAST, based_on),
        )
        .fetchone()
    )
    total = None if row is None else row[0]
    if total is None or any(total[end] is None for end in ("low", "mid", "high")):
        return None
    return Band(total["low"], total["mid"], total["high"])
