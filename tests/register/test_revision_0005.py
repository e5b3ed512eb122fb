"""Revision 0005 on a register of revision 0004 with data in it, on either database."""

from __future__ import annotations

from datetime import timedelta

from alembic import command
from servers.entries import NOW
from sqlalchemy import inspect, text

from mailgate.register import leases, restores, schema
from mailgate.register.database import migrate, open_database, reading, unit_of_work

_RESTORE = text("INSERT INTO restore (id, backup_made_at, restored_at) VALUES (3, :now, :now)")


def test_a_register_without_leases_gets_them_and_nobody_has_one(empty_url: str) -> None:
    engine = open_database(empty_url)
    with engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0004")
        connection.execute(_RESTORE, {"now": NOW.isoformat(sep=" ")})
    migrate(engine)
    with reading(engine) as session:
        assert restores.last(session) == restores.Restore(3, NOW, NOW)
    with unit_of_work(engine) as session:
        assert leases.take(session, "box", "one", NOW, timedelta(seconds=90)) is None
    with engine.begin() as connection:
        command.check(schema.alembic_config(connection))
    with engine.connect() as connection, schema._foreign_keys_off(connection), connection.begin():
        command.downgrade(schema.alembic_config(connection), "0004")
        assert "lease" not in inspect(connection).get_table_names()
        assert connection.execute(text("SELECT id FROM restore")).scalars().all() == [3]
    engine.dispose()
