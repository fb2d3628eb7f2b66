"""For `celery --app worker.main worker` and `… beat`: the one module that reads the settings on import."""

from celery.signals import setup_logging

from server.settings import load_settings
from server.settings.logs import configure
from worker.app import create_app

_settings = load_settings()
configure(_settings.log_level)


@setup_logging.connect(weak=False)
def _leave_logging_alone(**_signal: object) -> None:
    """Celery sets up its own where nobody listens."""


app = create_app(_settings)
