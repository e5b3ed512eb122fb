"""A person tells what became of an uncertain letter, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.entries import LEASE, NOW, letter, registered
from sqlalchemy import Engine
from sqlmodel import Session

from mailgate.register import audit, letters, outbox, outcomes, questions
from mailgate.register.database import reading, unit_of_work
from mailgate.register.settlement import settle

LATER = NOW + timedelta(days=3)


def uncertain(session: Session) -> tuple[int, int]:
    """The ids of a question and of its acknowledgement, which was lost after DATA."""
    [question_id] = registered(session)
    [letter_id] = outbox.enqueue(session, [letter("1", question_id)])
    outbox.claim(session, "a", 1, NOW, LEASE)
    outbox.mark_sending(session, letter_id, "a", NOW)
    outcomes.mark_uncertain(session, letter_id, "Connection lost.", NOW)
    return question_id, letter_id


@pytest.mark.parametrize(("accepted", "state"), [(True, "accepted"), (False, "refused")])
def test_an_acknowledgement_counts_from_its_try_if_it_arrived_and_never_if_it_was_lost(
    engine: Engine, accepted: bool, state: str
) -> None:
    with unit_of_work(engine) as session:
        question_id, letter_id = uncertain(session)
        assert settle(session, letter_id, accepted=accepted, now=LATER)
        assert not settle(session, letter_id, accepted=accepted, now=LATER)
    with reading(engine) as session:
        assert letters.states(session, [letter_id, 999]) == {letter_id: state}
        acknowledged = questions.get(session, [question_id])[question_id].acknowledged_at
        events = audit.history(session, question_id)
    assert acknowledged == (NOW if accepted else None)
    [settled] = [event for event in events if event.kind == "letter_settled"]
    assert (settled.at, settled.actor) == (LATER, "administrator")


@pytest.mark.parametrize("state", ["queued", "refused", "accepted"])
def test_what_is_not_uncertain_is_left_alone(engine: Engine, state: str) -> None:
    with unit_of_work(engine) as session:
        [letter_id] = outbox.enqueue(session, [letter("1")])
        if state == "refused":
            outcomes.mark_refused(session, letter_id, "550", NOW)
        elif state == "accepted":
            outcomes.mark_accepted(session, letter_id, "250", NOW)
        assert not settle(session, letter_id, accepted=True, now=LATER)
        assert not settle(session, 999, accepted=True, now=LATER)
        assert letters.states(session, [letter_id]) == {letter_id: state}
