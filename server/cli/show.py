"""Import record files into a running koubei and print the score as its user will see it."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from server.cli.client import Client
from server.cli.import_ import send_files, show
from server.cli.table import print_score
from server.runtime.address import Address
from shared_scoring.calendar import DEFAULT_ZONE
from shared_scoring.pack import known
from shared_scoring.score import Score


def import_and_show(address: Address, files: Sequence[Path], lang: str) -> None:
    """Print one score for each subject of the files: today's, or that of the day after their last event."""
    with Client.of_local(address) as client:
        done, found = send_files(client, files, None, lang)
        show(done, lang)
        now = dt.datetime.now(dt.UTC)
        day = (found.newest or now).astimezone(ZoneInfo(DEFAULT_ZONE)).date() + dt.timedelta(days=1)
        as_of = min(day, now.astimezone(ZoneInfo(DEFAULT_ZONE)).date())
        for one in done:
            score = msgspec.json.decode(client.score(one.subject, as_of, "auto"), type=Score)
            print_score(score, known()[score.rules], None, None, lang)
