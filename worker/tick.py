"""What the broker forgot: subjects whose newest input has not been scored, or whose ledger was kept by other rules."""

from sqlalchemy import Engine, text

from server.db.casebook import rules_fingerprint

_UNSCORED = text(
    """
    SELECT id FROM subjects
    WHERE (input_version > scored_version AND changed_at < clock_timestamp() - interval '5 seconds')
       OR (ledger_version <> '' AND NOT starts_with(ledger_version, :fingerprint))
    ORDER BY changed_at NULLS FIRST LIMIT 1000
    """
)


def unscored(gate: Engine) -> list[str]:
    """Subjects that have waited for more than five seconds, the longest first."""
    with gate.begin() as connection:
        return list(connection.execute(_UNSCORED, {"fingerprint": rules_fingerprint()}).scalars())
