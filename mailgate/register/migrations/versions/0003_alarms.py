"""Alarms: what the administrators were told, what the daemon saw last, and letters to administrators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROLES = ("clerk", "consultant", "administrator")
_OLD_ROLES = _ROLES[:2]


def upgrade() -> None:
    """Two tables, and a third role of a letter."""
    op.create_table(
        "alarm",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_count", sa.Integer(), nullable=True),
        sa.Column("told_newest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_urgent", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_alarm")),
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    _allow_roles(_ROLES)
    notices = sa.text("role = 'administrator'")
    op.create_index("ix_letter_notices", "letter", ["created_at"], sqlite_where=notices, postgresql_where=notices)


def downgrade() -> None:
    """Take the tables away; letters to administrators become letters to consultants."""
    op.drop_index("ix_letter_notices", "letter")
    op.execute("UPDATE letter SET role = 'consultant' WHERE role = 'administrator'")
    _allow_roles(_OLD_ROLES)
    op.drop_table("watch")
    op.drop_table("alarm")


def _allow_roles(roles: tuple[str, ...]) -> None:
    """SQLite cannot change a CHECK: there the table is copied."""
    listed = ", ".join(f"'{role}'" for role in roles)
    role = f"role IN ({listed})"
    with op.batch_alter_table("letter") as batch:
        batch.drop_constraint(op.f("ck_letter_role"), type_="check")
        batch.create_check_constraint(op.f("ck_letter_role"), role)
