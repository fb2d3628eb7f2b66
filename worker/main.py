"""`celery --app worker.main worker --beat`: the one module that reads the settings when it is imported."""

from worker.app import create_app

app = create_app()
