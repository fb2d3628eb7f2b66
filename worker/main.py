"""For `celery --app worker.main worker` and `… beat`: the one module that reads the settings on import."""

from worker.app import create_app

app = create_app()
