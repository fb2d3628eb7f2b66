"""Who runs PostgreSQL: it refuses euid 0, and koubei neither creates users nor opens folders it did not make."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from server.runtime.texts import StartError

if sys.platform != "win32":
    import pwd


@dataclass(frozen=True)
class Identity:
    """`prefix` goes before the command; `owner` is the user id its files must have, None for our own."""

    prefix: tuple[str, ...] = ()
    owner: int | None = None

    def take_over(self, folder: Path) -> None:
        """Give `folder`, one that koubei made, to `owner`; at once when it already is."""
        if self.owner is None or folder.stat().st_uid == self.owner:
            return
        # The folder itself goes last: an interrupted hand-over is then begun anew.
        for path in sorted(folder.rglob("*"), reverse=True):
            os.chown(path, self.owner, -1, follow_symlinks=False)
        os.chown(folder, self.owner, -1)


def unprivileged() -> Identity:
    """The first that works here: ourselves, a user namespace, the user nobody. Errors: StartError `root_refused`."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Identity()
    reason = "unshare, setpriv"
    for candidate in (in_namespace(), as_nobody()):
        if candidate is None:
            continue
        probe = subprocess.run([*candidate.prefix, "true"], capture_output=True, text=True, check=False)
        if probe.returncode == 0:
            return candidate
        reason = probe.stderr.strip() or reason
    raise StartError("root_refused", reason=reason)


def in_namespace() -> Identity | None:
    """Nobody inside, still root's files outside: nothing changes hands. Docker's default seccomp profile forbids it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    return Identity((unshare, "--user", "--map-user=65534", "--map-group=65534"), owner=0)


def as_nobody() -> Identity | None:
    """The user nobody, with the one capability to pass through folders that only root may enter (such as /root)."""
    setpriv = shutil.which("setpriv")
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return None
    if setpriv is None:
        return None
    only = "-all,+dac_override"
    capabilities = (f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}")
    who = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    return Identity((setpriv, *who, *capabilities), owner=nobody.pw_uid)
