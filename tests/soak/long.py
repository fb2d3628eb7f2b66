"""The long forms, by `make soak`: hours are not needed, minutes are. Each prints how much it did."""

import sys

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.test_http_document import check_operation
from tests.soak.two_accounts import TwoAccounts

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


def test_every_operation_a_hundred_times(app, pair):
    operations = [found.ok() for found in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()]
    for operation in operations:
        check_operation(operation, pair(name=operation.label[:100]), EXAMPLES, derandomize=False)
    sys.stdout.write(f"\n{len(operations)} operations, {EXAMPLES} examples each\n")
