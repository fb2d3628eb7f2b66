"""The one folder that holds everything koubei keeps on this computer."""

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from server.runtime.texts import StartError

# sockaddr_un holds 104 bytes on macOS, 108 on Linux; the longest name put here is `.s.PGSQL.5432.lock`.
_LONGEST_SOCKET_FOLDER = 80
# Spaces, quotes and the like: the clients' libraries do not all take them out of a URL as others put them in.
_PLAIN = re.compile(r"[\w./-]+")


@dataclass(frozen=True)
class Home:
    """Paths below one root; nothing here touches the disk but `create`."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Home":
        return cls(root.expanduser().resolve())

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def server_json(self) -> Path:
        return self.root / "server.json"

    @property
    def sockets(self) -> Path:
        """`run`; where its path is too long or odd, a folder of this user and home under the system's temporary one."""
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"koubei-{_user_id()}-{digest}"
        for folder in (self.run, short):
            if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER and _PLAIN.fullmatch(str(folder)):
                return folder
        raise StartError("no_short_folder", path=short)

    def create(self) -> None:
        """Make the folders, private ones; a folder that was there before keeps its mode.

        Errors: StartError `home_unusable`, `unsafe_folder` (sockets without a password live there), `no_short_folder`.
        """
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self.root, self.valkey, self.logs, self.run, self.sockets):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartError("home_unusable", path=self.root, reason=error.strerror or error) from error
        _check_private(self.sockets)


def _user_id() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _check_private(folder: Path) -> None:
    found = folder.lstat()
    if not hasattr(os, "getuid"):
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StartError("unsafe_folder", path=folder)
