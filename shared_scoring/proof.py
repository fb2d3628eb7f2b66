"""The proof of all predictions about one subject: past answers against what came, of the score and of order risk."""

from msgspec import structs

from shared_scoring.forecast.backtest import Backtest
from shared_scoring.risk.backtest import RiskBacktest


class Proof(Backtest, frozen=True, kw_only=True):
    """`risk` is null in what was stored before it was kept."""

    risk: RiskBacktest | None = None


def proof(forecasts: Backtest, risk: RiskBacktest | None) -> Proof:
    """Both halves as one answer."""
    return Proof(**structs.asdict(forecasts), risk=risk)
