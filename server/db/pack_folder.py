"""The packs a user added: files of the folder `packs` in the home, beside those that come with the product.

Every process reads them before a request or a task; a look at the folder's list costs microseconds, and only what
changed is read again.
"""

from pathlib import Path
from typing import NamedTuple

import structlog

from shared_scoring.pack import Pack, PackError, Packs, bundled, know, load
from shared_scoring.pack_check import Fault

log = structlog.get_logger()


class Unusable(NamedTuple):
    """A file of the folder that holds no pack."""

    path: Path
    faults: list[Fault]


class Read(NamedTuple):
    """What a folder gave; `files` names the file of each added pack."""

    packs: Packs
    files: dict[str, Path]
    unusable: list[Unusable]


class PackFolder:
    """Knows a home's packs. One per process; a file that cannot be used is logged and left out."""

    def __init__(self, home: Path) -> None:
        self.path = home / "packs"
        self._seen: list[tuple[str, int, int]] = []
        self._read = Read(bundled(), {}, [])

    def read(self) -> Read:
        """What the folder holds now."""
        seen = self._look()
        if seen != self._seen:
            self._seen, self._read = seen, _read([self.path / name for name, _, _ in seen])
        return self._read

    def tell(self) -> None:
        """From here on, this request or task knows the packs the folder holds now."""
        before, now = self._read, self.read()
        if now is not before:
            for one in now.unusable:
                log.warning("pack_unusable", file=one.path.name, fault=str(one.faults[0]))
        know(now.packs)

    def _look(self) -> list[tuple[str, int, int]]:
        found = []
        for file in self.path.glob("*.json"):
            try:
                stat = file.stat()
            except OSError:  # taken away between the list and the look
                continue
            found.append((file.name, stat.st_mtime_ns, stat.st_size))
        return sorted(found)


def _read(files: list[Path]) -> Read:
    packs, added, unusable = bundled(), dict[str, Path](), list[Unusable]()
    own: list[Pack] = []
    for file in files:
        try:
            pack = load(file.read_bytes(), file.name)
            packs = Packs([*bundled().values(), *own, pack])
        except PackError as error:
            unusable.append(Unusable(file, error.faults))
        except OSError as error:
            unusable.append(Unusable(file, [Fault(1, "", f"cannot be read: {error.strerror or error}")]))
        else:
            own.append(pack)
            added[pack.id] = file
    return Read(packs, added, unusable)
