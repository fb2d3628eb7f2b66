"""What both programs of the worker do first, `main` and `beat`: they read the settings as they are imported."""

from celery.signals import setup_logging

from server.settings import Settings, load_settings
from server.settings.logs import configure


def begin() -> Settings:
    """The settings every command reads; what the process says goes where koubei's does."""
    settings = load_settings()
    configure(settings.log_level)
    setup_logging.connect(_leave_logging_alone, weak=False)
    return settings


def _leave_logging_alone(**_signal: object) -> None:
    """Celery sets up its own where nobody listens."""
