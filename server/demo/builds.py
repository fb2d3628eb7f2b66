"""What the demo shows is built from the checkout when it is first wanted, and again when its sources change."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

EXTENSION: Final = Path(__file__).resolve().parents[2] / "extension"
SITE: Final = EXTENSION / "demo"


def built_site(folder: Path = SITE) -> Path:
    """The folder with the built demo site's index.html. Raises RuntimeError as `built` does."""
    return built(folder, Path("dist/index.html"), ("build.mjs",)).parent


def built_extension(target: str = "prod", folder: Path = EXTENSION) -> Path:
    """The folder of the unpacked extension; `target` is prod or test. Raises RuntimeError as `built` does."""
    return built(folder, Path(f"dist/{target}/manifest.json"), ("build.mjs", target)).parent


def built(folder: Path, made: Path, command: Sequence[str]) -> Path:
    """`folder / made`, after `npm ci` where the locked packages are missing and `node COMMAND` where a source is newer.

    Raises RuntimeError, saying what to do, where the sources, npm or node are missing or the build fails.
    """
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if not lock.is_file():
        raise RuntimeError(f"no sources to build in {folder}: run the demo from a checkout of the repository")
    if not _newer(installed, [lock]):
        _run("npm", ["ci", "--no-progress", "--ignore-scripts"], folder)
    places = [path for name in ("src", "specs", "static") for path in (folder / name).rglob("*") if path.is_file()]
    if not _newer(folder / made, [folder / "build.mjs", lock, *places]):
        _run("node", command, folder)
    return folder / made


def _newer(made: Path, sources: list[Path]) -> bool:
    return made.is_file() and made.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


def _run(program: str, arguments: Sequence[str], folder: Path) -> None:
    found = shutil.which(program)
    if found is None:
        raise RuntimeError(f"the demo needs {program}: install Node.js 20 or newer (apt-get install nodejs npm)")
    done = subprocess.run([found, *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise RuntimeError(f"`{program} {' '.join(arguments)}` failed in {folder}: {' / '.join(words)}")
