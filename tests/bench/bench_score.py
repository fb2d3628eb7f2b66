"""`koubei score` on a big file: time as a ratio to decoding the file, memory as a ratio to its size, DuckDB beside it.

Decoding is one pass over the lines of the file with the same structs, each record let go at once: the least that any
reader of the file must do. Both run as processes of their own, by turns; the best of each counts, in CPU seconds.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.bench import duck
from tests.bench.running import result
from tests.bench.shop_file import AS_OF, write

RULES = "douyin-shop/2026-09-08"
_TURNS = 3
_DECODE = """
import sys
from pathlib import Path
from server.cli.files import lines
import msgspec
from shared_scoring.records import AnyRecord
decode = msgspec.json.Decoder(AnyRecord).decode
for line in lines(Path(sys.argv[1])):
    decode(line)
"""


class Ran(msgspec.Struct):
    """`seconds` of the clock, `cpu` of user and system, `peak` in bytes of resident memory."""

    seconds: float
    cpu: float
    peak: int
    out: bytes


def main(orders: int) -> None:
    with tempfile.TemporaryDirectory(prefix="koubei-bench-") as folder:
        file = Path(folder) / "shop.ndjson"
        records = write(file, orders)
        decode = [sys.executable, "-c", _DECODE, str(file)]
        score = [sys.executable, "-m", "server", "score", str(file), "--rules", RULES, "--as-of", str(AS_OF), "--json"]
        turns = [(run(decode), run(score)) for _ in range(_TURNS)]
        counted = run([sys.executable, "-m", "tests.bench.duck", str(file), str(AS_OF)])
        decoded, scored = (min(own, key=lambda ran: ran.cpu) for own in zip(*turns, strict=True))
        size = file.stat().st_size
    indicators = msgspec.json.decode(scored.out)["indicators"]
    result(
        "score",
        {
            "orders": orders,
            "records": records,
            "bytes": size,
            "decode_cpu_seconds": decoded.cpu,
            "score_cpu_seconds": scored.cpu,
            "ratio_to_decoding": scored.cpu / decoded.cpu,
            "ratio_to_decoding_by_the_clock": min(two.seconds / one.seconds for one, two in turns),
            "peak_memory_to_size": max(ran.peak for _, ran in turns) / size,
            "duckdb_cpu_seconds": counted.cpu,
            "duckdb_seconds": counted.seconds,
            "score_seconds": scored.seconds,
            "duckdb_peak_to_size": counted.peak / size,
            "duckdb_differs_in": duck.differences(msgspec.json.decode(counted.out), indicators),
        },
    )


def run(words: Sequence[str]) -> Ran:
    """A command to its end. Raises RuntimeError where it fails."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = os.posix_spawn(words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        _, status, used = os.wait4(process, 0)
        seconds = time.perf_counter() - began
        if status:
            raise RuntimeError(f"{' '.join(words[:4])} … ended with {os.waitstatus_to_exitcode(status)}")
        out.seek(0)
        return Ran(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, out.read())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
