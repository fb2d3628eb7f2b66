"""When the clock asks for the tick: by its name, so that it needs nothing of what the tick does."""

from celery import Celery

from server.db.broker import TICK, celery_app
from server.settings import Settings, SettingsError


def clocked_app(settings: Settings, *, consumes: bool = False) -> Celery:
    """A Celery app that knows when to tick. Raises SettingsError where the worker has nothing to work with."""
    if settings.database_url is None or settings.broker_url is None:
        raise SettingsError(
            "the worker needs a database and a broker; start it with `koubei up`, or set KOUBEI_DATABASE_URL"
            " and KOUBEI_BROKER_URL"
        )
    app = celery_app(settings.broker_url, consumes=consumes)
    # A tick that waited for long has nothing to add to those after it.
    every, expires = settings.tick_seconds, {"expires": max(60, 2 * settings.tick_seconds)}
    app.conf.beat_schedule = {"tick": {"task": TICK, "schedule": every, "options": expires}}
    return app
