"""Revision 0002 on a register of revision 0001 with data in it, on either database."""

from __future__ import annotations

from alembic import command
from servers.entries import NOW
from sqlalchemy import text

from mailgate.register import letters, schema, sentletters
from mailgate.register.database import migrate, open_database, reading, unit_of_work
from mailgate.register.returned import mark_bounced

_LETTER = text(
    "INSERT INTO letter (id, message_id, token, kind, role, effect, recipient, recipient_key, envelope_sender, subject,"
    " created_at, state, attempts, give_up_at, accepted_at, last_reply) VALUES (1, '<hot01.1.x@csizs.example>', 'token',"
    " 'acknowledgement', 'clerk', 'acknowledges', 'jan@urzad.example', 'jan@urzad.example', 'hotline@csizs.example',"
    " 'Potwierdzenie – żółć', :now, 'accepted', 1, :now, :now, '250')"
)


def test_letters_of_the_first_revision_have_not_come_back_and_may(empty_url: str) -> None:
    engine = open_database(empty_url)
    with engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0001")
        connection.execute(_LETTER, {"now": NOW.isoformat(sep=" ")})
    migrate(engine)
    with unit_of_work(engine) as session:
        [before] = letters.listed(session, ("accepted",))
        assert (before.subject, before.bounced_at) == ("Potwierdzenie – żółć", None)
        assert mark_bounced(session, 1, "sender mailer-daemon@mx.example", None, NOW)
        assert sentletters.by_tokens(session, ["token"])["token"].bounced
    with reading(engine) as session:
        assert [one.bounced_at for one in letters.listed(session, ("accepted",))] == [NOW]
    with engine.begin() as connection:
        command.check(schema.alembic_config(connection))
    engine.dispose()
