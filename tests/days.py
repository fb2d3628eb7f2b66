"""The shops' own day, asked for anew by every test: a run of all tests may well go past midnight in Shanghai."""

import datetime as dt
import time

from server.demo.life import SHANGHAI

_LONGEST_TEST = dt.timedelta(seconds=90)


def now() -> dt.datetime:
    return dt.datetime.now(SHANGHAI)


def today() -> dt.date:
    return now().date()


def noon() -> dt.datetime:
    """Today's, by which the times of records are told."""
    return now().replace(hour=12, minute=0, second=0, microsecond=0)


def midnight_in(moment: dt.datetime) -> dt.timedelta:
    """How long it is until the day after `moment` begins where `moment` was told."""
    coming = dt.datetime.combine(moment.date() + dt.timedelta(days=1), dt.time(), moment.tzinfo)
    return coming - moment


def await_a_day_that_stays() -> None:
    """Wait out a midnight that would come in the middle of a test: what it sent and what it asks were of two days."""
    if (left := midnight_in(now())) < _LONGEST_TEST:
        time.sleep(left.total_seconds())
