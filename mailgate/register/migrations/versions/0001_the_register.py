"""The register: mail, questions, events and letters, and the triggers that let events only be added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER event_no_{action} BEFORE {action.upper()} ON event "
    "BEGIN SELECT RAISE(ABORT, 'an event of the register is only ever added'); END"
    for action in ("update", "delete")
)
_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION event_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'an event of the register is only ever added';
    END $$
    """,
    "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_only_added()",
    "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_only_added()",
)


def upgrade() -> None:
    """Create every table, then the triggers."""
    _create_mail()
    _create_letters()
    _create_questions()
    _create_events()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_TRIGGERS if on_postgresql else _SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: what came before the first revision is an empty database, and a register is not thrown away."""
    raise NotImplementedError("The first revision of the register cannot be taken back.")


def _create_mail() -> None:
    """Mail in the spool."""
    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("envelope_sender", sa.Text(), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spooled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("archive", sa.Boolean(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('smtp', 'imap', 'file')", name=op.f("ck_inbound_source")),
        sa.CheckConstraint("state IN ('waiting', 'claimed', 'done', 'quarantined')", name=op.f("ck_inbound_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_inbound_fingerprint")),
    )
    op.create_index(op.f("ix_inbound_message_id"), "inbound", ["message_id"])
    op.create_index("ix_inbound_state_received_at", "inbound", ["state", "received_at"])
    op.create_table(
        "inbound_content",
        sa.Column("inbound_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name=op.f("fk_inbound_content_inbound_id")),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound_content")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbound_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("mailbox", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name=op.f("fk_delivery_inbound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name=op.f("uq_delivery_mailbox_uidvalidity_uid")),
    )
    op.create_index("ix_delivery_inbound_id", "delivery", ["inbound_id"])


def _create_letters() -> None:
    """The outbox."""
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_key", sa.Text(), nullable=False),
        sa.Column("envelope_sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_reply", sa.Text(), nullable=True),
        sa.CheckConstraint("effect IN ('none', 'acknowledges', 'answers')", name=op.f("ck_letter_effect")),
        sa.CheckConstraint("role IN ('clerk', 'consultant')", name=op.f("ck_letter_role")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'accepted', 'deferred', 'refused', 'uncertain')",
            name=op.f("ck_letter_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
        sa.UniqueConstraint("token", name=op.f("uq_letter_token")),
    )
    op.create_index("ix_letter_recipient_key_created_at", "letter", ["recipient_key", "created_at"])
    op.create_index("ix_letter_state_id", "letter", ["state", "id"])
    op.create_index("ix_letter_state_next_try_at", "letter", ["state", "next_try_at"])
    op.create_table(
        "letter_content",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_content_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_content")),
    )


def _create_questions() -> None:
    """The register proper, and which letters are about which question."""
    op.create_table(
        "number",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_number")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("form_index", sa.Integer(), nullable=False),
        sa.Column("form_source", sa.Text(), nullable=True),
        sa.Column("by_ocr", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("asker_name", sa.Text(), nullable=True),
        sa.Column("asker_address", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consultant", sa.Text(), nullable=True),
        sa.Column("documentation", sa.Text(), nullable=True),
        sa.Column("continues_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'phone', 'portal')", name=op.f("ck_question_channel")),
        sa.CheckConstraint(
            "kind IN ('question', 'blank_form', 'unformalised', 'unreadable')", name=op.f("ck_question_kind")
        ),
        sa.CheckConstraint("status IN ('pending', 'finished')", name=op.f("ck_question_status")),
        sa.ForeignKeyConstraint(["continues_id"], ["question.id"], name=op.f("fk_question_continues_id")),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name=op.f("fk_question_inbound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("number", name=op.f("uq_question_number")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_question_year_serial")),
    )
    op.create_index(op.f("ix_question_inbound_id"), "question", ["inbound_id"])
    op.create_index("ix_question_received_at", "question", ["received_at"])
    op.create_index("ix_question_status_acknowledge_by", "question", ["status", "acknowledge_by"])
    op.create_table(
        "letter_question",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_question_letter_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_letter_question_question_id")),
        sa.PrimaryKeyConstraint("letter_id", "question_id", name=op.f("pk_letter_question")),
    )
    op.create_index(op.f("ix_letter_question_question_id"), "letter_question", ["question_id"])
    op.create_table(
        "held_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbound_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('held', 'released', 'dropped')", name=op.f("ck_held_reply_state")),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name=op.f("fk_held_reply_inbound_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_held_reply_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_reply")),
    )
    op.create_index(op.f("ix_held_reply_inbound_id"), "held_reply", ["inbound_id"])
    op.create_index(op.f("ix_held_reply_question_id"), "held_reply", ["question_id"])


def _create_events() -> None:
    """The history."""
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name=op.f("fk_event_inbound_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_event_letter_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_event_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_inbound_id", "event", ["inbound_id"])
    op.create_index("ix_event_question_id", "event", ["question_id"])
