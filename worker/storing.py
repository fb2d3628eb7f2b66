"""Writing a score where the server and the history read it."""

import datetime as dt

import msgspec
from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from server.db.models import StoredScore
from server.db.reading import Folder
from shared_scoring.pack import choose
from shared_scoring.score import Score


def store_score(connection: Connection, folder: Folder, subject_id: str, day: dt.date, version: int) -> Score:
    """Store the score of a day under the pack in force and return it; one made from newer input stays stored."""
    pack = choose(folder.subject, day)
    score = folder.score(pack, day.toordinal())
    values = {"input_version": version, "score": msgspec.to_builtins(score), "computed_at": func.now()}
    connection.execute(
        insert(StoredScore)
        .values(subject_id=subject_id, as_of=day, rules=pack.id, **values)
        .on_conflict_do_update(
            index_elements=["subject_id", "as_of", "rules"], set_=values, where=StoredScore.input_version <= version
        )
    )
    return score
