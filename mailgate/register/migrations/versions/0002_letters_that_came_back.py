"""Letters that came back: when a delivery notice told that a letter was not delivered after all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that both databases add without rewriting a row."""
    op.add_column("letter", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("letter", "bounced_at")
