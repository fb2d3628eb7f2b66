"""The tables. Whatever belongs to a subject has `subject_id` first in its key and row-level security (tenancy.py)."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # `json` and not `jsonb`: the database stores these and never looks inside, so parsing them would be wasted.
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy's own declaration of this attribute is no ClassVar
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        UUID: Uuid,
        dt.date: Date,
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: ARRAY(Text),
    }


def _subject_key() -> Mapped[str]:
    return mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)


def _now() -> Mapped[dt.datetime]:
    return mapped_column(server_default=func.now())


def _random_id() -> Mapped[UUID]:
    return mapped_column(primary_key=True, server_default=func.gen_random_uuid())


class Account(Base):
    """Who owns subjects and devices; one, `default`, on a merchant's own computer."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = _random_id()
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime] = _now()


class Member(Base):
    """A person of an account. The role says which scopes the tokens of their devices get (members/roles.py)."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        CheckConstraint("role IN ('owner', 'member', 'read_only')", name="role_is_known"),
    )

    id: Mapped[UUID] = _random_id()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[dt.datetime] = _now()


class Device(Base):
    """A browser or program that was paired. Of its token only the SHA-256 is known here.

    `next_token_hash` is of a token given out in exchange and not yet used; its first use ends the old one.
    """

    __tablename__ = "devices"

    id: Mapped[UUID] = _random_id()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    next_token_hash: Mapped[bytes | None]
    scopes: Mapped[list[str]]
    created_at: Mapped[dt.datetime] = _now()
    last_seen_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class PairingCode(Base):
    """A code of `koubei pair` or of an owner, good for one device of one member and a few minutes."""

    __tablename__ = "pairing_codes"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    member: Mapped[str] = mapped_column(server_default=text("'owner'"))
    role: Mapped[str] = mapped_column(server_default=text("'owner'"))
    created_at: Mapped[dt.datetime] = _now()
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"))


class PairingFailure(Base):
    """One wrong code; enough of them close pairing (devices/codes.py)."""

    __tablename__ = "pairing_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), index=True)


class AuditEvent(Base):
    """Who did what (audit.py). Names are those of the moment: what they named may be gone."""

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "account_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())
    member: Mapped[str]
    device: Mapped[str]
    device_id: Mapped[UUID | None]
    event: Mapped[str]
    subject_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]


class Subject(Base):
    """A shop or creator. `input_version` counts what changed in its records, `scored_version` what has been scored.

    The recalculation owes work exactly while the two differ; the broker is only a hint of that.
    `ledger_version` names the rules the stored contributions were made with. `outlook_version` is the input of which
    the outlook was made, on the subject's own `outlook_day`; `outlook_seconds` is how long that took.
    Of the days before `facts_from` records may have been removed, of those before `days_from` also what was counted
    (retention.py); null while nothing was.
    """

    __tablename__ = "subjects"
    __table_args__ = (
        # A setting that was local to a finished transaction reads '' and must own nothing.
        CheckConstraint("id <> ''", name="id_not_empty"),
        Index(None, "account_id", "id"),
        Index("ix_subjects_unscored", "changed_at", postgresql_where=text("input_version > scored_version")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime] = _now()
    input_version: Mapped[int] = mapped_column(server_default=text("0"))
    scored_version: Mapped[int] = mapped_column(server_default=text("0"))
    changed_at: Mapped[dt.datetime | None]
    ledger_version: Mapped[str] = mapped_column(server_default=text("''"))
    outlook_version: Mapped[int] = mapped_column(server_default=text("-1"))
    outlook_day: Mapped[dt.date | None]
    outlook_at: Mapped[dt.datetime | None]
    outlook_seconds: Mapped[float] = mapped_column(Double, server_default=text("0"))
    facts_from: Mapped[dt.date | None]
    days_from: Mapped[dt.date | None]


class Record(Base):
    """The copies of one record that still matter, for the merge by field (records.md).

    `imported`: a file that the merchant imported is among the sources, so it stays. `newest_event` and `ends_on` are
    those of keeping.Days.
    """

    __tablename__ = "records"
    __table_args__ = (Index(None, "subject_id", "case_id"), Index(None, "subject_id", "newest_event"))

    subject_id: Mapped[str] = _subject_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str | None]
    copies: Mapped[list[Any]]
    imported: Mapped[bool] = mapped_column(server_default=false())
    newest_event: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]


class Case(Base):
    """What a case last put into the ledger, so that it can be taken out again. `last_day` is the last it counts on.

    A case whose records were removed stands under a pseudonym (retention.py).
    """

    __tablename__ = "cases"
    __table_args__ = (Index(None, "subject_id", "last_day"),)

    subject_id: Mapped[str] = _subject_key()
    case_id: Mapped[str] = mapped_column(primary_key=True)
    contributions: Mapped[list[Any]]
    last_day: Mapped[dt.date | None]


class LedgerEntry(Base):
    """The sum of all contributions of a series and day that became known on the same day."""

    __tablename__ = "ledger"

    subject_id: Mapped[str] = _subject_key()
    series: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    known_on: Mapped[dt.date] = mapped_column(primary_key=True)
    parts: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    numerator: Mapped[int]
    denominator: Mapped[int]


class Receipt(Base):
    """The answer a batch got, given again when its idempotency key returns."""

    __tablename__ = "receipts"

    subject_id: Mapped[str] = _subject_key()
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = _now()


class Job(Base):
    """A task of a subject that failed, until it succeeds (jobs.py)."""

    __tablename__ = "jobs"
    __table_args__ = (CheckConstraint("state IN ('retrying', 'parked')", name="state_is_known"),)

    subject_id: Mapped[str] = _subject_key()
    task: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempts: Mapped[int]
    reason: Mapped[str]
    place: Mapped[str]
    first_failed_at: Mapped[dt.datetime]
    failed_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]


class Hint(Base):
    """That a hint is under way, where PostgreSQL is the broker too (notes.py). Carries no truth."""

    __tablename__ = "hints"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 -- SQLAlchemy's own declaration is no ClassVar

    subject_id: Mapped[str] = _subject_key()
    task: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[dt.datetime]


class QuarantinedRecord(Base):
    """A record that failed validation: its known fields, and of unknown ones only path and JSON type."""

    __tablename__ = "quarantine"

    subject_id: Mapped[str] = _subject_key()
    id: Mapped[UUID] = _random_id()
    batch_id: Mapped[UUID]
    index: Mapped[int]
    kind: Mapped[str | None]
    record_id: Mapped[str | None]
    path: Mapped[str]
    reason: Mapped[str]
    record: Mapped[dict[str, Any]]
    unknown: Mapped[list[Any]]
    imported: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[dt.datetime] = _now()
    replayed_at: Mapped[dt.datetime | None]


class StoredScore(Base):
    """A computed answer as cli-output.md shapes it, and the input it was made from."""

    __tablename__ = "scores"

    subject_id: Mapped[str] = _subject_key()
    as_of: Mapped[dt.date] = mapped_column(primary_key=True)
    rules: Mapped[str] = mapped_column(primary_key=True)
    input_version: Mapped[int]
    score: Mapped[dict[str, Any]]
    computed_at: Mapped[dt.datetime] = _now()


class Overview(Base):
    """How a subject stands (shared_scoring/overview.py), for lists of many: the one table an account reads at once.

    The columns are what a list is sorted and searched by; `risk` is null until the first outlook.
    """

    __tablename__ = "overviews"

    subject_id: Mapped[str] = _subject_key()
    name: Mapped[str | None]
    type: Mapped[str | None]
    as_of: Mapped[dt.date]
    total: Mapped[float | None] = mapped_column(Double)
    change: Mapped[float | None] = mapped_column(Double)
    at_risk: Mapped[int | None]
    expected_loss: Mapped[float | None] = mapped_column(Double)
    score: Mapped[dict[str, Any]]
    risk: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class DailyRun(Base):
    """A subject's score of one of its days, taken once for the history; the row is the claim."""

    __tablename__ = "daily_runs"

    subject_id: Mapped[str] = _subject_key()
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    claimed_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]


class Outlook(Base):
    """One part of what lies ahead (worker/outlook.py), as its command prints it."""

    __tablename__ = "outlooks"

    subject_id: Mapped[str] = _subject_key()
    part: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[dt.date]
    rules: Mapped[str]
    input_version: Mapped[int]
    body: Mapped[dict[str, Any]]
    computed_at: Mapped[dt.datetime] = _now()


class OrderRisk(Base):
    """An open order of the outlook, as `koubei at-risk` prints it; `rank` is its place, the largest loss first.

    What `koubei at-risk` says besides stands in `outlooks` under the part `at_risk`.
    """

    __tablename__ = "order_risks"
    __table_args__ = (Index(None, "subject_id", "rank"),)

    subject_id: Mapped[str] = _subject_key()
    order_id: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    body: Mapped[dict[str, Any]]


class StoredAction(Base):
    """An action with its life. `rank` is its place today, null once it is no longer proposed.

    `changed_by` is the device that last changed the state; `effect` what was measured after it was done.
    """

    __tablename__ = "actions"
    __table_args__ = (CheckConstraint("state IN ('open', 'done', 'snoozed', 'dismissed')", name="state_is_known"),)

    subject_id: Mapped[str] = _subject_key()
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    rank: Mapped[int | None]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    snoozed_until: Mapped[dt.datetime | None]
    changed_at: Mapped[dt.datetime | None]
    changed_by: Mapped[UUID | None]
    effect: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ActionRecord(Base):
    """A record that a proposed action is about, for the row of a page that shows it."""

    __tablename__ = "action_records"

    subject_id: Mapped[str] = _subject_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    action_id: Mapped[str] = mapped_column(primary_key=True)


class SubjectPreferences(Base):
    """What a merchant set for a subject (shared_scoring/preferences.py); `version` counts the changes."""

    __tablename__ = "subject_preferences"

    subject_id: Mapped[str] = _subject_key()
    version: Mapped[int]
    body: Mapped[dict[str, Any]]


class Counter(Base):
    """A counter of the workers (counters.py)."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(Double)
