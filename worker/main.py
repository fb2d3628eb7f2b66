"""For `celery --app worker.main worker`."""

from worker.app import create_app
from worker.beginning import begin

app = create_app(begin())
