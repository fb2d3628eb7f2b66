"""The proof of the predictions out of what the worker stored, drawn when a picture is asked for."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from server.backtests.pictures import picture
from server.backtests.schemas import StoredBacktest
from server.db.outlooks import read_part
from shared_scoring.proof import Proof

PART, NOT_MADE = "backtest", "not_made_yet"


class Answer(NamedTuple):
    """`tag` names everything the answer depends on."""

    backtest: StoredBacktest
    tag: tuple[int | str, ...]


def read_backtest(app: Engine, subject_id: str, lang: str | None) -> Answer:
    """The newest backtest, with its pictures where a language is named."""
    made = read_part(app, subject_id, PART, Proof)
    own = made.part or Proof(
        rules="",
        subject=subject_id,
        as_of="",
        first=None,
        last=None,
        total=[],
        dimensions={},
        answers={},
        methods=[],
        reason=NOT_MADE,
    )
    found = {name: getattr(own, name) for name in own.__struct_fields__}
    drawn = None if lang is None else picture(own, lang)
    answer = StoredBacktest(**found, picture=drawn, stale=made.stale, computed_at=made.computed_at)
    at = "" if made.computed_at is None else msgspec.json.encode(made.computed_at).decode().strip('"')
    return Answer(answer, (made.input_version, at, lang or "", int(made.stale)))
