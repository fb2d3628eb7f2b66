"""The long form of tests/crash/test_faults_under_load.py, by `make soak`: thousands of batches, every fault again."""

import random
import sys
import time
from pathlib import Path

import pytest

from server.db.broker import postgres_broker
from server.runtime.home import Home
from server.runtime.postgres import Postgres
from server.runtime.valkey import Valkey
from tests.running import paired
from tests.soak.faults import FAKETIME, KILLS, OTHERS, filled_disk, memory_mb, set_back, small_disk
from tests.soak.load import Load

SHOPS, BATCHES, ROUNDS = 4, 540, 3


def say(words: str) -> None:
    sys.stdout.write(f"\n{words}\n")
    sys.stdout.flush()


@pytest.mark.parametrize("broker", ["valkey", "postgres"])
def test_two_thousand_batches_and_every_fault_again_and_again(tmp_path: Path, broker: str):
    chance = random.Random(broker)
    faults = [name for name in [*KILLS, *OTHERS] if broker == "valkey" or name != "valkey"] * ROUNDS
    chance.shuffle(faults)
    with paired(tmp_path / "home", broker=broker, tick_seconds=2) as koubei:
        before, began = memory_mb(koubei), time.monotonic()
        load = Load(koubei, broker, shops=SHOPS, batches=BATCHES, pause=0.05)
        for number, name in enumerate(faults, start=1):
            load.reaches(number / (len(faults) + 1))
            (KILLS | OTHERS)[name](koubei)
        load.ends()
        took = time.monotonic() - began
        caught_up = load.is_whole()
        say(
            f"{broker}: {load.total} batches in {took:.0f} s, {len(faults)} faults, answers {dict(load.answers)};"
            f" last score {caught_up:.1f} s after the last batch; MB before {before}, after {memory_mb(koubei)}"
        )
        assert load.total >= SHOPS * BATCHES * 0.95


@pytest.mark.parametrize("broker", ["valkey", "postgres"])
def test_a_disk_that_is_full_again_and_again(tmp_path: Path, broker: str):
    with small_disk(tmp_path / "disk", 700) as disk:
        if disk is None:
            pytest.skip("only root may mount a small disk")
        with paired(disk / "home", broker=broker, tick_seconds=2) as koubei:
            load = Load(koubei, "full", shops=SHOPS, batches=120, pause=0.05)
            for number in range(1, 5):
                load.reaches(number / 5)
                filled_disk(koubei, seconds=2 * number)
            load.ends()
            told, caught_up = dict(load.answers), load.is_whole()
            say(f"disk, {broker}: {load.total} batches, 4 times full, {told}, scored {caught_up:.1f} s later")


@pytest.mark.skipif(FAKETIME is None, reason="without libfaketime; dated-ahead stands for it")
@pytest.mark.parametrize("broker", ["valkey", "postgres"])
def test_a_clock_that_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broker: str):
    """The clock of PostgreSQL and Valkey, whose times decide; libfaketime cannot do it to Python 3.11's sleep."""
    clock, home = tmp_path / "clock", Home.at(tmp_path / "services")
    clock.write_text("+0s\n")
    services = [Postgres(home), *([Valkey(home)] if broker == "valkey" else [])]
    with monkeypatch.context() as env:
        env.setenv("LD_PRELOAD", str(FAKETIME))
        env.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
        env.setenv("FAKETIME_NO_CACHE", "1")
        env.setenv("DONT_FAKE_MONOTONIC", "1")
        for service in services:
            service.start()
    urls = {"database_url": services[0].url, "broker_url": services[-1].url}
    if broker == "postgres":
        urls["broker_url"] = postgres_broker(services[0].url)
    try:
        with paired(tmp_path / "home", tick_seconds=2, **urls) as koubei:
            load = Load(koubei, "clock", shops=SHOPS, batches=60, pause=0.05)
            for number, seconds in enumerate((60, 3600, 86400, 0), start=1):
                load.reaches(number / 5)
                set_back(clock, seconds)(koubei)
                OTHERS["flushall"](koubei)
            load.ends()
            say(f"clock, {broker}: {load.total} batches, {dict(load.answers)}, scored {load.is_whole():.1f} s later")
    finally:
        for service in reversed(services):
            service.stop()
