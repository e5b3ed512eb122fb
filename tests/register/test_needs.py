"""What needs a person is over once somebody has seen to it."""

from __future__ import annotations

from datetime import timedelta

from servers.entries import NOW, question, spooled
from sqlalchemy import Engine

from mailgate.register import held, needs
from mailgate.register.database import reading, unit_of_work

LATER = NOW + timedelta(hours=1)


def waiting(engine: Engine) -> int:
    with reading(engine) as session:
        return needs.in_register(session, LATER).held.count


def test_a_held_reply_waits_until_the_question_has_been_answered_since(engine: Engine) -> None:
    (mail,) = spooled(engine, "a")
    row = question(1)
    with unit_of_work(engine) as session:
        session.add(row)
        session.flush()
        assert row.id is not None
        held.hold(session, mail, row.id, "Why.", NOW)
        number = row.id
    assert waiting(engine) == 1
    for answered_at, left in ((NOW - timedelta(hours=1), 1), (LATER, 0)):
        with unit_of_work(engine) as session:
            session.get_one(type(row), number).answered_at = answered_at
        assert waiting(engine) == left
