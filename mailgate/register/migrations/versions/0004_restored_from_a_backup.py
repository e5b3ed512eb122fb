"""Restored from a backup: when, from which moment, and which mail was read again because of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A small table, and a column that both databases add without rewriting a row."""
    op.create_table(
        "restore",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backup_made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reread_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restore")),
    )
    op.add_column("inbound", sa.Column("retaken", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take both away."""
    op.drop_column("inbound", "retaken")
    op.drop_table("restore")
