"""Revision 0006 on a register of revision 0005 with data in it, on either database."""

from __future__ import annotations

from alembic import command
from servers.entries import NOW
from sqlalchemy import inspect, text

from mailgate.register import schema
from mailgate.register.database import migrate, open_database

_LETTER = text(
    "INSERT INTO letter (id, message_id, token, kind, role, effect, recipient, recipient_key, envelope_sender, subject,"
    " created_at, state, attempts, give_up_at, accepted_at, last_reply, bounced_at) VALUES (7,"
    " '<hot01.1.x@csizs.example>', 'token', 'acknowledgement', 'clerk', 'acknowledges', 'jan@urzad.example',"
    " 'jan@urzad.example', 'hotline@csizs.example', 'Potwierdzenie – żółć', :now, 'accepted', 1, :now, :now, '250', :now)"
)


def test_letters_that_came_back_before_are_found_by_the_index(empty_url: str) -> None:
    engine = open_database(empty_url)
    with engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0005")
        connection.execute(_LETTER, {"now": NOW.isoformat(sep=" ")})
    migrate(engine)
    with engine.begin() as connection:
        command.check(schema.alembic_config(connection))
        assert "ix_letter_returned" in {index["name"] for index in inspect(connection).get_indexes("letter")}
        assert connection.execute(text("SELECT id FROM letter WHERE bounced_at IS NOT NULL")).scalars().all() == [7]
    with engine.connect() as connection, schema._foreign_keys_off(connection), connection.begin():
        command.downgrade(schema.alembic_config(connection), "0005")
        assert "ix_letter_returned" not in {index["name"] for index in inspect(connection).get_indexes("letter")}
    engine.dispose()
