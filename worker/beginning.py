"""What both programs of the worker do first, `main` and `beat`: they read the settings as they are imported."""

from celery.signals import setup_logging

from server.settings import Settings, SettingsError, load_settings
from server.settings.logs import configure


def begin() -> Settings:
    """Settings with a database and a broker; what the process says goes where koubei's does. Raises SettingsError."""
    settings = load_settings()
    if settings.database_url is None or settings.broker_url is None:
        raise SettingsError(
            "the worker needs a database and a broker; start it with `koubei up`, or set KOUBEI_DATABASE_URL"
            " and KOUBEI_BROKER_URL"
        )
    configure(settings.log_level)
    setup_logging.connect(_leave_logging_alone, weak=False)
    return settings


def _leave_logging_alone(**_signal: object) -> None:
    """Celery sets up its own where nobody listens."""
