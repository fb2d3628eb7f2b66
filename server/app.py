"""The Flask app: `create_app(settings)`; without settings it reads them as every command does."""

import threading
from typing import Any

from flask import Flask

from server.actions.routes import blueprint as actions
from server.audit.routes import blueprint as audit
from server.backtests.routes import blueprint as backtests
from server.batches.routes import blueprint as batches
from server.batches.schemas import document_records
from server.capture_specs.routes import blueprint as capture_specs
from server.compliance.routes import blueprint as compliance
from server.db.engine import Database
from server.db.hints import Hints
from server.db.pack_folder import PackFolder
from server.devices.routes import blueprint as devices
from server.drop_outs.routes import blueprint as drop_outs
from server.explanations.routes import blueprint as explanations
from server.exports.routes import blueprint as exports
from server.forecasts.routes import blueprint as forecasts
from server.health.routes import blueprint as health
from server.history.routes import blueprint as history
from server.http import docs, errors, etag, guard, tracing
from server.http.api import Api
from server.http.body import MAX_BODY, longest_seconds
from server.http.limits import RateLimits
from server.http.silence import Silence
from server.http.state import KEY, State
from server.jobs.routes import blueprint as jobs
from server.members.routes import blueprint as members
from server.metrics import meters
from server.metrics.routes import blueprint as metrics
from server.orders.routes import blueprint as orders
from server.overlay.routes import blueprint as overlay
from server.product_checks.routes import blueprint as product_checks
from server.quarantine.routes import blueprint as quarantine
from server.rule_packs.routes import blueprint as rule_packs
from server.scores.routes import blueprint as scores
from server.settings import Settings, SettingsError, load_settings
from server.subject_settings.routes import blueprint as subject_settings
from server.subjects.routes import blueprint as subjects
from server.what_if.routes import blueprint as what_if

BLUEPRINTS = (
    health,
    devices,
    members,
    audit,
    subjects,
    exports,
    batches,
    quarantine,
    scores,
    overlay,
    what_if,
    rule_packs,
    orders,
    drop_outs,
    history,
    explanations,
    actions,
    compliance,
    product_checks,
    subject_settings,
    capture_specs,
    forecasts,
    backtests,
    jobs,
)


class _App(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """errors.py tells of it; Flask would write down the whole address."""


def create_app(settings: Settings | None = None) -> Flask:
    """Connect nothing yet: the database is first asked when a request needs it."""
    settings = settings or load_settings()
    if settings.database_url is None:
        raise SettingsError("no database is set; start the server with `koubei up`, or set KOUBEI_DATABASE_URL")
    app = _App("server", static_folder=None)
    # One more than allowed: of a body without a declared length werkzeug drops what lies beyond, and would not tell.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY + 1
    app.extensions[KEY] = State(
        settings,
        Database.at(settings.database_url, threads=settings.web_threads),
        None if settings.broker_url is None else Hints(settings.broker_url),
        RateLimits(settings.broker_url, settings.requests_per_minute),
        threading.BoundedSemaphore(settings.body_threads),
        Silence(settings.port, patience=settings.body_seconds, longest=longest_seconds(settings)),
    )
    tracing.register(app)
    app.before_request(PackFolder(settings.home).tell)
    meters.register(app, app.extensions[KEY].database.gate)
    guard.register(app, settings)
    etag.register(app)
    errors.register(app)
    api = Api(app)
    document_records(api.spec)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(metrics)
    return app
