"""docs/openapi.json is what the server says; types of the extension are generated from it."""

from pathlib import Path

from server.cli.openapi import document

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document(), "run: .venv/bin/koubei openapi > docs/openapi.json"
