"""The rows of the register and nothing else.  Times are aware UTC; every text is NFC without NUL (``columns``).

Rows with a state carry a CHECK constraint; an event row is only ever added (a trigger keeps it so).  Indexes serve
the queries that run for every mail and every letter, so that a register of many years is as quick as an empty one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from mailgate.register.columns import CleanJSON, CleanText

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """The base of all rows: one metadata, so that constraints have the same names on every database."""

    metadata = MetaData(naming_convention=NAMING)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def table_of(row: type[Row]) -> Table:
    """The table behind a row class, for statements on many rows that need no objects."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]


class InboundRow(Row, table=True):
    """One mail in the spool: durable before anyone was told that we have it."""

    __tablename__ = "inbound"
    __table_args__ = (
        _one_of("state", "waiting", "claimed", "done", "quarantined"),
        _one_of("source", "smtp", "imap", "file"),
        Index("ix_inbound_state_received_at", "state", "received_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(unique=True, sa_type=CleanText)
    source: str = Field(sa_type=CleanText)
    envelope_sender: str | None = Field(default=None, sa_type=CleanText)
    recipients: list[str] = Field(sa_column=Column(CleanJSON, nullable=False))
    client: str | None = Field(default=None, sa_type=CleanText)
    received_at: datetime
    spooled_at: datetime
    size: int
    message_id: str | None = Field(default=None, index=True, sa_type=CleanText)
    archive: bool = False
    truncated: bool = False
    retaken: bool = False
    """Read again after the register was restored from a backup: it was most likely dealt with before."""
    state: str = Field(default="waiting", sa_type=CleanText)
    attempts: int = 0
    claimed_by: str | None = Field(default=None, sa_type=CleanText)
    claimed_until: datetime | None = None
    not_before: datetime | None = None
    reason: str | None = Field(default=None, sa_type=CleanText)
    verdict: str | None = Field(default=None, sa_type=CleanText)
    finished_at: datetime | None = None


class InboundContentRow(Row, table=True):
    """The raw bytes of a mail, exactly as received: the sealed original."""

    __tablename__ = "inbound_content"

    inbound_id: int = Field(primary_key=True, foreign_key="inbound.id")
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DeliveryRow(Row, table=True):
    """Every way in which a mail reached us: the first and each repetition (``also came to``)."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("mailbox", "uidvalidity", "uid"),
        Index("ix_delivery_inbound_id", "inbound_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inbound_id: int = Field(foreign_key="inbound.id")
    source: str = Field(sa_type=CleanText)
    recipients: list[str] = Field(sa_column=Column(CleanJSON, nullable=False))
    client: str | None = Field(default=None, sa_type=CleanText)
    mailbox: str | None = Field(default=None, sa_type=CleanText)
    uidvalidity: int | None = Field(default=None, sa_type=BigInteger)
    """32 bits without sign (RFC 3501): more than PostgreSQL's INTEGER holds."""
    uid: int | None = Field(default=None, sa_type=BigInteger)
    received_at: datetime


class NumberRow(Row, table=True):
    """The last number given in a year (of ``received_at`` in Warsaw); a counter, so that a roll-back leaves no gap."""

    __tablename__ = "number"

    year: int = Field(primary_key=True)
    last: int


class QuestionRow(Row, table=True):
    """One entry of the register (procedure 1.2.5)."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        _one_of("channel", "email", "phone", "portal"),
        _one_of("status", "pending", "finished"),
        _one_of("kind", "question", "blank_form", "unformalised", "unreadable"),
        Index("ix_question_received_at", "received_at"),
        Index("ix_question_status_acknowledge_by", "status", "acknowledge_by"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, sa_type=CleanText)
    year: int
    serial: int
    channel: str = Field(default="email", sa_type=CleanText)
    kind: str = Field(default="question", sa_type=CleanText)
    status: str = Field(default="pending", sa_type=CleanText)
    inbound_id: int | None = Field(default=None, foreign_key="inbound.id", index=True)
    form_index: int = 0
    form_source: str | None = Field(default=None, sa_type=CleanText)
    by_ocr: bool = False
    claimed_at: datetime | None = None
    """What the sender's Date header claims."""
    received_at: datetime
    registered_at: datetime
    counted_from: datetime
    acknowledge_by: datetime
    because: list[str] = Field(sa_column=Column(CleanJSON, nullable=False))
    by_phone: bool = False
    acknowledged_at: datetime | None = None
    document_date: date | None = None
    reference: str | None = Field(default=None, sa_type=CleanText)
    user_name: str | None = Field(default=None, sa_type=CleanText)
    office: str | None = Field(default=None, sa_type=CleanText)
    phone: str | None = Field(default=None, sa_type=CleanText)
    email: str | None = Field(default=None, sa_type=CleanText)
    asker_name: str | None = Field(default=None, sa_type=CleanText)
    asker_address: str | None = Field(default=None, sa_type=CleanText)
    """Where the acknowledgement and the answer go; None where only a telephone is known."""
    message_id: str | None = Field(default=None, sa_type=CleanText)
    """Message-ID of the clerk's mail, with brackets: our letters stand in its thread."""
    references: list[str] = Field(sa_column=Column(CleanJSON, nullable=False))
    subject: str = Field(default="", sa_type=CleanText)
    question: str | None = Field(default=None, sa_type=CleanText)
    problems: list[dict[str, Any]] = Field(sa_column=Column(CleanJSON, nullable=False))
    differences: list[dict[str, Any]] = Field(sa_column=Column(CleanJSON, nullable=False))
    answer: str | None = Field(default=None, sa_type=CleanText)
    answered_at: datetime | None = None
    consultant: str | None = Field(default=None, sa_type=CleanText)
    documentation: str | None = Field(default=None, sa_type=CleanText)
    continues_id: int | None = Field(default=None, foreign_key="question.id")
    """The earlier question in whose thread this one was asked."""


class EventRow(Row, table=True):
    """One transition of a question or of a mail: its moment and its actor.  Only ever added."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_question_id", "question_id"), Index("ix_event_inbound_id", "inbound_id"))

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    kind: str = Field(sa_type=CleanText)
    actor: str = Field(sa_type=CleanText)
    """``mailgate``, ``smarthost``, ``clerk ADDRESS``, ``consultant ADDRESS``, ``administrator``."""
    question_id: int | None = Field(default=None, foreign_key="question.id")
    inbound_id: int | None = Field(default=None, foreign_key="inbound.id")
    letter_id: int | None = Field(default=None, foreign_key="letter.id")
    detail: dict[str, Any] = Field(sa_column=Column(CleanJSON, nullable=False))


class LetterRow(Row, table=True):
    """One letter to one recipient, in the outbox until it is accepted, refused, or a person must look."""

    __tablename__ = "letter"
    __table_args__ = (
        _one_of("state", "queued", "sending", "accepted", "deferred", "refused", "uncertain"),
        _one_of("role", "clerk", "consultant", "administrator"),
        _one_of("effect", "none", "acknowledges", "answers"),
        Index("ix_letter_state_id", "state", "id"),
        Index("ix_letter_state_next_try_at", "state", "next_try_at"),
        Index("ix_letter_recipient_key_created_at", "recipient_key", "created_at"),
        Index(
            "ix_letter_notices",
            "created_at",
            sqlite_where=text("role = 'administrator'"),
            postgresql_where=text("role = 'administrator'"),
        ),
        Index(
            "ix_letter_returned",
            "bounced_at",
            sqlite_where=text("bounced_at IS NOT NULL"),
            postgresql_where=text("bounced_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True, sa_type=CleanText)
    token: str = Field(unique=True, sa_type=CleanText)
    kind: str = Field(sa_type=CleanText)
    role: str = Field(sa_type=CleanText)
    effect: str = Field(default="none", sa_type=CleanText)
    recipient: str = Field(sa_type=CleanText)
    recipient_key: str = Field(sa_type=CleanText)
    """``looping.correspondent`` of the recipient, cut to a length that an index holds: for the brake."""
    envelope_sender: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    created_at: datetime
    state: str = Field(default="queued", sa_type=CleanText)
    attempts: int = 0
    next_try_at: datetime | None = None
    claimed_by: str | None = Field(default=None, sa_type=CleanText)
    claimed_until: datetime | None = None
    give_up_at: datetime
    last_try_at: datetime | None = None
    accepted_at: datetime | None = None
    last_reply: str | None = Field(default=None, sa_type=CleanText)
    bounced_at: datetime | None = None
    """When a notice told that it was not delivered after all: its acceptance then means nothing for its questions."""


class LetterQuestionRow(Row, table=True):
    """Which questions a letter is about: an acknowledgement may name several."""

    __tablename__ = "letter_question"

    letter_id: int = Field(primary_key=True, foreign_key="letter.id")
    question_id: int = Field(primary_key=True, foreign_key="question.id", index=True)


class LetterContentRow(Row, table=True):
    """The rendered letter, RFC 5322 bytes with CRLF, exactly as it leaves."""

    __tablename__ = "letter_content"

    letter_id: int = Field(primary_key=True, foreign_key="letter.id")
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class HeldReplyRow(Row, table=True):
    """A reply that was not passed on: why, and to which question it seems to belong."""

    __tablename__ = "held_reply"
    __table_args__ = (_one_of("state", "held", "released", "dropped"),)

    id: int | None = Field(default=None, primary_key=True)
    inbound_id: int = Field(foreign_key="inbound.id", index=True)
    question_id: int | None = Field(default=None, foreign_key="question.id", index=True)
    held_at: datetime
    reason: str = Field(sa_type=CleanText)
    state: str = Field(default="held", sa_type=CleanText)


class AlarmRow(Row, table=True):
    """Something that needs a person: how it stood when the administrators were last told (None: never)."""

    __tablename__ = "alarm"

    kind: str = Field(primary_key=True, sa_type=CleanText)
    what: str = Field(sa_type=CleanText)
    since: datetime
    told_count: int | None = None
    told_newest: datetime | None = None
    told_urgent: bool = False
    ended_at: datetime | None = None
    """It is over, and that is still to be told."""


class WatchRow(Row, table=True):
    """The one row on what the daemon saw at its last look, and when it last wrote to the administrators."""

    __tablename__ = "watch"

    id: int = Field(primary_key=True)
    seen_at: datetime
    notice_at: datetime | None = None
    outside: dict[str, Any] = Field(sa_column=Column(CleanJSON, nullable=False))
    """``domain.facts.Outside`` with instants in ISO 8601."""


class RestoreRow(Row, table=True):
    """One restoration of this register from a backup."""

    __tablename__ = "restore"

    id: int | None = Field(default=None, primary_key=True)
    backup_made_at: datetime
    restored_at: datetime
    reread_at: datetime | None = None
    """When all that had been taken from the mailbox since the backup was read again."""


class LeaseRow(Row, table=True):
    """Which daemon does what only one of them is to do at a time: reads a mailbox."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True, sa_type=CleanText)
    """``intake.account.ImapAccount.key``."""
    holder: str = Field(sa_type=CleanText)
    """The daemon that has it, or had it last: ``HOST:FOLDER``."""
    until: datetime
    """When it runs out, by the clock of the database."""
    looked_at: datetime | None = None
    """The last look at the mailbox that a holder has completed."""
