"""Revision 0003 on a register of revision 0002 with data in it, on either database."""

from __future__ import annotations

import pytest
from alembic import command
from servers.entries import NOW, letter
from sqlalchemy import Engine, inspect, text

from mailgate.errors import RegisterError
from mailgate.register import alarms, letters, outbox, schema
from mailgate.register.database import migrate, open_database, reading, unit_of_work

_LETTER = text(
    "INSERT INTO letter (id, message_id, token, kind, role, effect, recipient, recipient_key, envelope_sender, subject,"
    " created_at, state, attempts, give_up_at, accepted_at, last_reply, bounced_at) VALUES (7,"
    " '<hot01.1.x@csizs.example>', 'token', 'acknowledgement', 'clerk', 'acknowledges', 'jan@urzad.example',"
    " 'jan@urzad.example', 'hotline@csizs.example', 'Potwierdzenie – żółć', :now, 'accepted', 1, :now, :now, '250', :now)"
)
_CONTENT = text("INSERT INTO letter_content (letter_id, content) VALUES (7, :content)")


def upgraded(url: str) -> Engine:
    """A register of revision 0002 with a letter in it, brought up to date."""
    engine = open_database(url)
    with engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0002")
        connection.execute(_LETTER, {"now": NOW.isoformat(sep=" ")})
        connection.execute(_CONTENT, {"content": b"x"})
    migrate(engine)
    return engine


def test_letters_of_earlier_revisions_stay_as_they_are_and_nobody_was_told_anything(empty_url: str) -> None:
    engine = upgraded(empty_url)
    with reading(engine) as session:
        [before] = letters.listed(session, ("accepted",))
        assert (before.id, before.subject, before.bounced_at) == (7, "Potwierdzenie – żółć", NOW)
        assert alarms.remembered(session) == alarms.Memory()
    with engine.begin() as connection:
        command.check(schema.alembic_config(connection))
        names = {index["name"] for index in inspect(connection).get_indexes("letter")}
    expected = {
        "ix_letter_notices",
        "ix_letter_recipient_key_created_at",
        "ix_letter_state_id",
        "ix_letter_state_next_try_at",
    }
    assert expected <= names
    engine.dispose()


def test_a_letter_to_an_administrator_may_be_stored_and_one_to_anybody_else_may_not(empty_url: str) -> None:
    engine = upgraded(empty_url)
    with unit_of_work(engine) as session:
        outbox.enqueue(session, [letter("a", role="administrator", kind="notice", effect="none")])
    for changes in ({"role": "stranger"}, {"effect": "nothing"}):
        with pytest.raises(RegisterError), unit_of_work(engine) as session:
            outbox.enqueue(session, [letter("b", **changes)])
    with pytest.raises(Exception, match="state"), engine.begin() as connection:
        connection.execute(text("UPDATE letter SET state = 'lost'"))
    engine.dispose()


def test_the_way_back_keeps_every_letter(empty_url: str) -> None:
    engine = upgraded(empty_url)
    with unit_of_work(engine) as session:
        outbox.enqueue(session, [letter("a", role="administrator", kind="notice", effect="none")])
    with engine.connect() as connection, schema._foreign_keys_off(connection), connection.begin():
        command.downgrade(schema.alembic_config(connection), "0002")
        roles = connection.execute(text("SELECT role FROM letter ORDER BY role")).scalars().all()
    assert roles == ["clerk", "consultant"]
    engine.dispose()
