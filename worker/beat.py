"""For `celery --app worker.beat beat`: the clock alone, in a third of the memory and of the time to start."""

from server.db.broker import celery_app
from worker.beginning import begin
from worker.clock import keep_time

_settings = begin()
app = celery_app(str(_settings.broker_url))
keep_time(app, _settings.tick_seconds)
