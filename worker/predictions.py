"""The parts of an outlook that say what the score will be, and how well such answers held."""

from typing import TYPE_CHECKING

from shared_scoring.forecast.backtest import backtest
from shared_scoring.forecast.forecast import MOST_DAYS, Forecast, forecast
from shared_scoring.proof import Proof, proof
from shared_scoring.risk.at_risk import AtRisk, at_risk_history
from shared_scoring.risk.backtest import risk_backtest

if TYPE_CHECKING:
    from worker.outlook import Ahead


def make_forecast(ahead: "Ahead") -> Forecast:
    return forecast(ahead.past, ahead.as_of, MOST_DAYS, None, ahead.subject_id)


def make_at_risk(ahead: "Ahead") -> AtRisk:
    """Learned anew each time: a model is a second's work and never older than what it answers for."""
    return at_risk_history(ahead.history, ahead.pack, ahead.as_of, ahead.subject_id)


def make_backtest(ahead: "Ahead") -> Proof | None:
    """Once a day: what came changes no faster, and it asks of every past day."""
    if ahead.made.get("backtest") == ahead.as_of:
        return None
    risk = risk_backtest(ahead.history, ahead.pack, ahead.as_of)
    return proof(backtest(ahead.past, ahead.as_of, subject_id=ahead.subject_id), risk)
