"""Run by Alembic: works on the connection, and inside the transaction, that ``register.schema`` hands over."""

from __future__ import annotations

from alembic import context

from mailgate.register.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    # SQLite cannot alter a column: Alembic then copies the table ("batch").
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
