"""The two programs of docs/plugin.md, run as a reader would, against a real server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import Koubei, command

ROOT = Path(__file__).parent.parent.parent
PLUGIN = ROOT / "docs" / "plugin"
EXTENSION = ROOT / "extension"


@pytest.fixture(scope="module")
def koubei(tmp_path_factory):
    server = Koubei(tmp_path_factory.mktemp("plugin") / "home")
    server.start()
    yield server
    server.stop()


def run(koubei, *words):
    code = command("pair", "--home", str(koubei.home)).stdout.strip()
    done = subprocess.run(
        [*words, koubei.address.url, code], capture_output=True, text=True, timeout=120, check=False, cwd=EXTENSION
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_said(said):
    receipt = said["receipt"]
    assert (receipt["accepted"] + receipt["unchanged"], receipt["quarantined"]) == (1, [])
    assert said["rules"].startswith("douyin-shop/")
    assert said["unchanged"] is True
    assert said["actions"] >= 0


def test_the_one_in_python(koubei):
    assert_said(run(koubei, sys.executable, str(PLUGIN / "plugin.py")))


def test_the_one_in_typescript_fits_the_types_and_runs(koubei, tmp_path):
    config = {
        "extends": str(EXTENSION / "tsconfig.json"),
        "compilerOptions": {"noEmit": True, "types": ["node"], "typeRoots": [str(EXTENSION / "node_modules/@types")]},
        "include": [],
        "files": [str(PLUGIN / "plugin.ts")],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    checked = subprocess.run(
        [str(EXTENSION / "node_modules/.bin/tsc"), "-p", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    built = tmp_path / "plugin.mjs"
    esbuild = [str(EXTENSION / "node_modules/.bin/esbuild"), str(PLUGIN / "plugin.ts")]
    subprocess.run([*esbuild, "--format=esm", f"--outfile={built}"], check=True, capture_output=True)
    assert_said(run(koubei, "node", str(built)))
