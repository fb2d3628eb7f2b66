"""What the browsers' stores get: the same bytes from the same sources, each browser's manifest, nothing else."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from server.demo.builds import EXTENSION, built_extension

_STORES: Final = ("chromium", "firefox")
_SOURCES: Final = ("src", "specs", "static", "store", "build.mjs", "spec-plugins.mjs", "package.json", "tsconfig.json")


def _packed(folder: Path, zone: str, umask: int) -> dict[str, Path]:
    """The packages of a copy of the sources, in a folder, a time zone and with a umask of its own."""
    folder.mkdir(parents=True)
    for name in _SOURCES:
        if (source := EXTENSION / name).is_dir():
            shutil.copytree(source, folder / name, symlinks=True, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copyfile(source, folder / name)
    for place in (".", "store"):
        (folder / place / "node_modules").symlink_to(EXTENSION / place / "node_modules")
    environment = {**os.environ, "TZ": zone}
    for command in (["node", "build.mjs", "prod"], ["node", "store/pack.mjs"]):
        subprocess.run(command, cwd=folder, check=True, env=environment, umask=umask, capture_output=True, timeout=300)
    return {name: next((folder / "dist").glob(f"koubei-*-{name}.zip")) for name in _STORES}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Path]]:
    built_extension("prod")  # installs what the build needs
    if not (EXTENSION / "store" / "node_modules").is_dir():
        npm = ["npm", "ci", "--no-progress", "--ignore-scripts"]
        subprocess.run(npm, cwd=EXTENSION / "store", check=True, capture_output=True, timeout=300)
    base = tmp_path_factory.mktemp("packages")
    return [
        _packed(base / "one", "Asia/Shanghai", 0o022),
        _packed(base / "deeper" / "another", "America/Los_Angeles", 0o077),
    ]


def _manifest(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        return dict(json.loads(archive.read("manifest.json")))


@pytest.mark.parametrize("store", _STORES)
def test_the_same_sources_give_the_same_bytes(packages: list[dict[str, Path]], store: str) -> None:
    one, other = (each[store].read_bytes() for each in packages)
    assert one == other


@pytest.mark.parametrize("store", _STORES)
def test_a_package_holds_what_runs_and_nothing_else(packages: list[dict[str, Path]], store: str) -> None:
    with zipfile.ZipFile(packages[0][store]) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        text = b"".join(archive.read(name) for name in names)
    assert {Path(name).suffix for name in names} <= {".js", ".json", ".html", ".css", ".png", ".svg"}
    assert {"manifest.json", "worker.js", "content.js", "tap.js", "options.html"} <= set(names)
    assert b"sourceMappingURL" not in text
    assert str(EXTENSION).encode() not in text
    assert "key" not in _manifest(packages[0][store])


def test_each_browser_gets_its_own_manifest(packages: list[dict[str, Path]]) -> None:
    both = json.loads((EXTENSION / "static" / "manifest.json").read_text())
    chromium, firefox = (_manifest(packages[0][store]) for store in _STORES)
    assert chromium["background"] == {"service_worker": "worker.js", "type": "module"}
    assert "browser_specific_settings" not in chromium
    assert chromium["permissions"] == both["permissions"]
    assert firefox["background"] == {"scripts": ["worker.js"], "type": "module"}
    assert "side_panel" not in firefox
    assert firefox["permissions"] == [name for name in both["permissions"] if name != "sidePanel"]
    assert firefox["browser_specific_settings"] == both["browser_specific_settings"]
    for shared in ("version", "content_scripts", "content_security_policy", "options_ui"):
        assert chromium[shared] == firefox[shared] == both[shared]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_summary_fits_the_store_and_stands_in_its_texts(language: str) -> None:
    messages = json.loads((EXTENSION / "static" / "_locales" / language / "messages.json").read_text())
    summary = messages["description"]["message"]
    assert 0 < len(summary) <= 132
    assert summary in (EXTENSION.parent / "docs" / "store.md").read_text()


@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_the_privacy_policy_names_every_permission_and_host(language: str) -> None:
    manifest = json.loads((EXTENSION / "static" / "manifest.json").read_text())
    policy = (EXTENSION.parent / "docs" / f"privacy{language}.md").read_text()
    hosts = {match.split("/")[2].split(".")[0] for script in manifest["content_scripts"] for match in script["matches"]}
    assert [name for name in (*manifest["permissions"], *hosts) if f"`{name}" not in policy] == []
    assert "optional_permissions" not in manifest
    assert "host_permissions" not in manifest
