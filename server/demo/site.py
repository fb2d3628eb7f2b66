"""The demo site, built when it is first wanted and again when its sources change."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).resolve().parents[2] / "extension" / "demo"


def built_site(folder: Path = SOURCES) -> Path:
    """The folder with the built site's index.html.

    Runs `npm ci` where the locked packages are not installed, `node build.mjs` where a source is newer than the build.
    Raises RuntimeError, saying what to do, where the sources, npm or node are missing or the build fails.
    """
    if not (folder / "package-lock.json").is_file():
        raise RuntimeError(f"no demo site sources in {folder}: run the demo from a checkout of the repository")
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if not _newer(installed, [lock]):
        _run("npm", ["ci", "--no-progress", "--ignore-scripts"], folder)
    sources = [folder / "build.mjs", lock, *(path for path in (folder / "src").rglob("*") if path.is_file())]
    index = folder / "dist" / "index.html"
    if not _newer(index, sources):
        _run("node", ["build.mjs"], folder)
    return index.parent


def _newer(made: Path, sources: list[Path]) -> bool:
    return made.is_file() and made.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


def _run(program: str, arguments: list[str], folder: Path) -> None:
    found = shutil.which(program)
    if found is None:
        raise RuntimeError(
            f"the demo site needs {program}; install Node.js 20 or newer (Debian: apt-get install nodejs npm)"
        )
    done = subprocess.run([found, *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise RuntimeError(f"`{program} {' '.join(arguments)}` failed in {folder}: {' / '.join(words)}")
