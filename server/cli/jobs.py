"""`koubei jobs`: what the worker could not do, why, and trying it again."""

from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy import RowMapping, select

from server.cli.local import local_address
from server.cli.options import HOME, JSON, LANG
from server.cli.texts import text
from server.db import jobs as failures
from server.db.engine import Database
from server.db.hints import Hints
from server.db.models import Job
from server.db.tenancy import tenant


@click.group
def jobs() -> None:
    """Tasks of the worker that failed: list them, and try them again."""


@jobs.command("list")
@HOME
@LANG
@JSON
def list_jobs(home: Path | None, lang: str, as_json: bool) -> None:
    """Say of every subject which task failed, how often, why, and when it is tried again."""
    found = _failed(home)
    if as_json:
        click.echo(msgspec.json.encode({"command": "jobs list", "jobs": [dict(one) for one in found]}))
        return
    for one in found:
        click.echo(text(lang, f"job_{one['state']}", **one))
    if not found:
        click.echo(text(lang, "no_jobs"))


@jobs.command("retry")
@click.argument("subject", required=False)
@click.option("--task", type=click.Choice(list(failures.TASKS)), help="Only this one.  [default: all that failed]")
@HOME
@LANG
@JSON
def retry(subject: str | None, task: str | None, home: Path | None, lang: str, as_json: bool) -> None:
    """Try what failed again, now: of SUBJECT, or of all. What it has waited and counted before is forgotten."""
    address = local_address(home)
    database, hints = Database.at(address.database_url, threads=1), Hints(address.broker_url)
    asked: list[dict[str, Any]] = []
    try:
        for one in dict.fromkeys(row["subject_id"] for row in _failed(home) if subject in {None, row["subject_id"]}):
            with database.app.connect() as connection, tenant(connection, one):
                again = failures.retry(connection, task)
            for name in again:
                hints.give(one, name)
                asked.append({"subject_id": one, "task": name.removeprefix("koubei.")})
    finally:
        hints.close()
        database.dispose()
    if as_json:
        click.echo(msgspec.json.encode({"command": "jobs retry", "jobs": asked}))
    else:
        click.echo(text(lang, "jobs_retried", count=len(asked)))


def _failed(home: Path | None) -> list[RowMapping]:
    database = Database.at(local_address(home).database_url, threads=1)
    try:
        with database.gate.begin() as connection:
            return list(connection.execute(select(Job.__table__).order_by(Job.subject_id, Job.task)).mappings())
    finally:
        database.dispose()
