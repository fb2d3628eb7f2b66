"""Whatever is sent, the API answers what its document says: without anything there, and in a shop that was lived in."""

from typing import TYPE_CHECKING

from tests.integration.fuzzing import check_operations, empty, lived_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

# They want what is hardly made by chance: a code that was given out, records that name no other subject.
HARDLY_MET = {"POST /v1/devices", "POST /v1/subjects/{subject_id}/what-if"}


def test_answers_fit_the_document_where_nothing_is_there(app: "Flask", paired: "Paired") -> None:
    check_operations(app, empty(paired), 5)


def test_answers_fit_the_document_in_a_shop_that_was_lived_in(
    app: "Flask", pair: "Callable[..., Paired]", database: "Database", admin: "Engine"
) -> None:
    answered = check_operations(app, lived_in(pair, database, admin), 10)
    well = {label for label, counts in answered.items() if any(status < 400 for status in counts)}
    assert well | HARDLY_MET == answered.keys()
