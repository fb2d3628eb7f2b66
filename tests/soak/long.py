"""The long forms, by `make soak`: hours are not needed, minutes are. Each prints how much it did."""

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.fuzzing import check_operations, lived_in
from tests.soak.two_accounts import TwoAccounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

EXAMPLES = 100
STEPS = 2000


@pytest.mark.usefixtures("app")
def test_two_accounts_for_two_thousand_steps(database, admin, pair):
    machine = type("Machine", (TwoAccounts,), {"database": database, "admin": admin, "pair": staticmethod(pair)})
    many = settings(
        max_examples=60,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        database=None,
    )
    run_state_machine_as_test(machine, settings=many)
    sys.stdout.write(f"\n{machine.taken} calls of two accounts\n")
    assert machine.taken >= STEPS


def test_every_operation_a_hundred_times(
    app: "Flask", pair: "Callable[..., Paired]", database: "Database", admin: "Engine"
) -> None:
    answered = check_operations(app, lived_in(pair, database, admin), EXAMPLES, derandomize=False)
    for label, counts in answered.items():
        sys.stdout.write(f"\n{label}: {dict(counts)}")
    sys.stdout.write(f"\n{len(answered)} operations, {EXAMPLES} good and {EXAMPLES} bad requests each\n")
