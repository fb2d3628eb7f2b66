"""The state machine of tests/soak, a few steps of it."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.soak.two_accounts import TwoAccounts


@pytest.mark.usefixtures("app")
def test_whatever_two_accounts_do_no_record_is_lost_doubled_or_seen_by_the_other(database, admin, pair):
    machine = type("Machine", (TwoAccounts,), {"database": database, "admin": admin, "pair": staticmethod(pair)})
    few = settings(
        max_examples=4, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=few)
    assert machine.taken >= 60
