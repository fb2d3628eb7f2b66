"""What the broker forgot: subjects whose newest input has not been scored, or whose ledger was kept by other rules."""

from sqlalchemy import Engine, text

from server.db.casebook import rules_fingerprint

_UNSCORED = text(
    """
    SELECT id FROM subjects
    WHERE (input_version > scored_version
           AND changed_at NOT BETWEEN clock_timestamp() - interval '5 seconds' AND clock_timestamp())
       OR (ledger_version <> '' AND NOT starts_with(ledger_version, :fingerprint))
    ORDER BY changed_at NULLS FIRST LIMIT 1000
    """
)


def unscored(gate: Engine) -> list[str]:
    """Subjects that have waited for five seconds, or were changed by a clock ahead of this one; the longest first."""
    with gate.begin() as connection:
        return list(connection.execute(_UNSCORED, {"fingerprint": rules_fingerprint()}).scalars())
