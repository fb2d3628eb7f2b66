"""A koubei of its own for a measurement, and the place where results are kept."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.db.engine import psycopg_url
from server.runtime.address import Address, running
from server.runtime.home import Home

RESULTS = Path(__file__).parents[2] / "bench-results"
_PORT = 18787


@dataclass(frozen=True)
class Running:
    address: Address

    @property
    def login(self) -> str:
        """The owner's login, for psycopg."""
        return psycopg_url(self.address.database_url).set(drivername="postgresql").render_as_string(False)


@contextmanager
def koubei() -> Iterator[Running]:
    """`koubei up` in a temporary home, with durable writes as a merchant has them."""
    with tempfile.TemporaryDirectory(prefix="koubei-bench-") as folder:
        words = [sys.executable, "-m", "server", "up", "--home", folder, "--port", str(_PORT)]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                home = Home.at(Path(folder))
                while (address := running(home)) is None:
                    if process.poll() is not None:
                        raise RuntimeError(f"koubei up ended with {process.returncode}")
                    time.sleep(0.1)
                yield Running(address)
            finally:
                process.terminate()
                process.wait()


def result(name: str, figures: dict[str, Any]) -> None:
    """Print the figures and keep them as JSON beside the earlier ones."""
    RESULTS.mkdir(exist_ok=True)
    kept = {"name": name, "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "cpus": os.cpu_count(), **figures}
    kept["python"] = platform.python_version()
    text = json.dumps(kept, indent=1)
    (RESULTS / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json").write_text(text + "\n")
    sys.stdout.write(text + "\n")
