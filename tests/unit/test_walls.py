"""Who may import whom, said as what is allowed, so that a new room is outside until it is let in."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# threadpoolctl is scikit-learn's own way to keep its sums to one thread: small fits are slower, not faster, on many.
PURE = {"msgspec", "numpy", "scipy", "sklearn", "threadpoolctl", "shared_scoring"} | set(sys.stdlib_module_names)
# What would make a pure room impure, although the standard library has it.
IMPURE = {
    "asyncio",
    "http",
    "os",
    "random",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}


def imports(room: str) -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield file.name, node.module


def test_shared_scoring_is_pure() -> None:
    found = {(file, name) for file, name in imports("shared_scoring") if name.split(".")[0] not in PURE - IMPURE}
    assert not found


def test_the_worker_knows_two_rooms_of_the_server() -> None:
    rooms = {".".join(name.split(".")[:2]) for _, name in imports("worker") if name.startswith("server")}
    assert rooms <= {"server.db", "server.settings"}


def test_the_server_never_imports_the_worker() -> None:
    assert not [file for file, name in imports("server") if name.split(".")[0] == "worker"]


def test_the_pure_part_asks_no_clock() -> None:
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "shared_scoring").rglob("*.py")]
    assert len(texts) > 10
    assert not [text for text in texts if ".now(" in text or ".today(" in text]
