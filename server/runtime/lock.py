"""One supervisor per home."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[str]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Whether the lock is ours; the kernel frees it however this process ends. The file names the holder's pid."""
    with path.open("a+", encoding="ascii") as file:
        ours = _try_lock(file)
        if ours:
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield ours


def holder(path: Path) -> int | None:
    """The pid of whoever holds the lock now; None when nobody does."""
    if not path.exists():
        return None
    with path.open("r+", encoding="ascii") as file:
        if _try_lock(file):
            return None
        content = file.read()
    return int(content) if content.isdigit() else None
