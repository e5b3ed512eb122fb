"""An index of the letters that came back: status and alarms ask for them every minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_RETURNED = sa.text("bounced_at IS NOT NULL")


def upgrade() -> None:
    """Of these few letters only."""
    op.create_index(
        "ix_letter_returned", "letter", ["bounced_at"], sqlite_where=_RETURNED, postgresql_where=_RETURNED
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_letter_returned", "letter")
