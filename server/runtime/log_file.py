"""A log that grows under a program that keeps it open: what is old moves to a second file, the newest stays."""

import os
import shutil
from pathlib import Path

LOG_BYTES = 8 * 1024 * 1024
"""Two files of this size are the most that a program's log takes."""


def rotate(log: Path, limit: int = LOG_BYTES) -> bool:
    """Empty a log beyond its limit into `<name>.1`; whether it was.

    The program goes on writing into the same open file: it appends, so it writes at the new end. A line that falls
    between the last look and the cut is lost.
    """
    try:
        if log.stat().st_size <= limit:
            return False
        older = log.with_name(f"{log.name}.1")
        draft = log.with_name(f"{log.name}.part")
        with log.open("rb") as source, draft.open("wb") as target:
            shutil.copyfileobj(source, target)
            while chunk := source.read():  # what came while it was copied
                target.write(chunk)
            os.truncate(log, 0)
        draft.replace(older)
    except FileNotFoundError:
        return False
    return True
