"""The history is only ever added to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.entries import NOW, registered, spooled
from sqlalchemy import Engine, text

from mailgate.errors import RegisterError
from mailgate.register import audit
from mailgate.register.database import reading, unit_of_work


def _with_events(engine: Engine) -> int:
    with unit_of_work(engine) as session:
        return registered(session)[0]


@pytest.mark.parametrize("statement", ["UPDATE event SET actor = 'nobody'", "DELETE FROM event WHERE id = 1"])
def test_the_database_refuses_to_change_or_remove_an_event(engine: Engine, statement: str) -> None:
    """Whoever asks, also outside this program."""
    question_id = _with_events(engine)
    with pytest.raises(RegisterError, match="only ever added"), unit_of_work(engine) as session:
        session.connection().execute(text(statement))
    with reading(engine) as session:
        assert [event.actor for event in audit.history(session, question_id)] == ["clerk jan@urzad.example", "mailgate"]


def test_the_history_cannot_be_emptied_at_once(engine: Engine) -> None:
    """TRUNCATE is no way around, nor is what SQLite makes of a DELETE without conditions."""
    _with_events(engine)
    statement = {"postgresql": "TRUNCATE event", "sqlite": "DELETE FROM event"}[engine.dialect.name]
    with pytest.raises(RegisterError, match="only ever added"), unit_of_work(engine) as session:
        session.connection().execute(text(statement))


def test_events_come_back_as_they_were_added_oldest_first(engine: Engine) -> None:
    """Also when they are told in another order; those of one moment in the order in which they were added."""
    question_id = _with_events(engine)
    later, sooner = NOW + timedelta(hours=2), NOW + timedelta(hours=1)
    events = [
        audit.Event(
            later, "follow_up", "clerk jan@urzad.example", question_id, detail={"text": "Żółć\0", "n": [1, None]}
        ),
        audit.Event(sooner, "note", "mailgate", question_id),
        audit.Event(later, "reopened", "mailgate", question_id),
    ]
    with unit_of_work(engine) as session:
        audit.add(session, events)
    with reading(engine) as session:
        told = audit.history(session, question_id)[2:]
    assert [event.kind for event in told] == ["note", "follow_up", "reopened"]
    assert told[1].detail == {"text": "Żółć", "n": [1, None]}


def test_an_event_of_an_unknown_kind_is_a_mistake(engine: Engine) -> None:
    """A typing error must not become history."""
    with pytest.raises(ValueError, match="No such kind of event: aknowledged"), unit_of_work(engine) as session:
        audit.add(session, [audit.Event(NOW, "aknowledged", "mailgate")])


def test_the_history_of_a_mail_holds_that_of_its_questions(engine: Engine) -> None:
    """What happened to my mail?"""
    [inbound_id] = spooled(engine, "a")
    with unit_of_work(engine) as session:
        registered(session, 1, inbound_id=inbound_id)
        audit.add(session, [audit.Event(NOW, "note", "mailgate", inbound_id=inbound_id)])
        kinds = [event.kind for event in audit.history_of_mail(session, inbound_id)]
    assert kinds == ["received", "registered", "note"]
