"""When the clock asks for the tick: by its name, so that it needs nothing of what the tick does."""

from celery import Celery

from server.db.broker import TICK


def keep_time(app: Celery, tick_seconds: int) -> None:
    # A tick that waited for long has nothing to add to those after it.
    options = {"expires": max(60, 2 * tick_seconds)}
    app.conf.beat_schedule = {"tick": {"task": TICK, "schedule": tick_seconds, "options": options}}
