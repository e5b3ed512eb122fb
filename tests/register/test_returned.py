"""Letters that came back, on either database: what they had brought about is taken back once, and no more than that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from servers.entries import LEASE, NOW, letter, registered
from sqlalchemy import Engine
from sqlmodel import Session

from mailgate.register import audit, letters, outbox, outcomes, questions, sentletters
from mailgate.register.database import reading, unit_of_work
from mailgate.register.returned import mark_bounced
from mailgate.register.settlement import settle
from mailgate.register.tables import LetterRow, QuestionRow

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


def sent(session: Session, name: str, *question_ids: int, at: datetime | None = NOW, **values: Any) -> int:
    """A letter that was accepted at an instant, or is being sent where that is None."""
    [letter_id] = outbox.enqueue(session, [letter(name, *question_ids, **values)])
    outbox.claim(session, "a", 10, NOW, LEASE)
    assert outbox.mark_sending(session, letter_id, "a", NOW)
    if at is not None:
        outcomes.mark_accepted(session, letter_id, "250", at)
    return letter_id


def bounced(session: Session, letter_id: int) -> bool:
    return mark_bounced(session, letter_id, "sender mailer-daemon@mx.example", None, LATER)


def question(engine: Engine, question_id: int) -> QuestionRow:
    with reading(engine) as session:
        return questions.get(session, [question_id])[question_id]


def kinds(engine: Engine, question_id: int) -> list[str]:
    """The kinds of a question's events after it was registered."""
    with reading(engine) as session:
        found = [event.kind for event in audit.history(session, question_id)]
    return [kind for kind in found if kind not in ("received", "registered", "letter_queued")]


def state(engine: Engine, letter_id: int) -> LetterRow:
    with reading(engine) as session:
        row = session.get(LetterRow, letter_id)
        assert row is not None
        return row


def test_e63_an_acknowledgement_that_came_back_acknowledges_none_of_its_questions(engine: Engine) -> None:
    """The history keeps what was believed."""
    with unit_of_work(engine) as session:
        first, second, other = registered(session, 3)
        sent(session, "2", other)
        assert bounced(session, sent(session, "1", first, second))
    assert [question(engine, one).acknowledged_at for one in (first, second, other)] == [None, None, NOW]
    assert kinds(engine, first) == ["acknowledged", "not_acknowledged"]
    with reading(engine) as session:
        event = audit.history(session, first)[-1]
    assert (event.actor, event.detail) == ("sender mailer-daemon@mx.example", {"was": NOW.isoformat(), "is": None})


def test_a_second_bounce_of_the_same_letter_changes_nothing_more(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id)
        assert bounced(session, letter_id)
        sent(session, "2", question_id, at=LATER)
        assert not bounced(session, letter_id)
    assert question(engine, question_id).acknowledged_at == LATER


def test_e104_an_answer_that_came_back_leaves_the_question_open(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        assert bounced(session, sent(session, "1", question_id, effect="answers"))
    row = question(engine, question_id)
    assert (row.status, row.answered_at) == ("pending", None)
    assert kinds(engine, question_id) == ["answered", "finished", "not_answered"]


@pytest.mark.parametrize(
    ("which", "status", "answered_at"),
    [(0, "finished", NOW + MINUTE), (1, "pending", NOW)],
    ids=["the first of two", "the second of two"],
)
def test_e104_the_settlement_counts_from_the_answer_that_was_delivered(
    engine: Engine, which: int, status: str, answered_at: datetime
) -> None:
    """A supplement that came back must reach the clerk all the same, so its question is open."""
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        both = [sent(session, f"{n}", question_id, at=NOW + n * MINUTE, effect="answers") for n in (0, 1)]
        assert bounced(session, both[which])
    row = question(engine, question_id)
    assert (row.status, row.answered_at) == (status, answered_at)


def test_a_bounce_that_is_faster_than_the_smarthosts_reply_counts(engine: Engine) -> None:
    """The acceptance, when it is known, has no effect any more."""
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id, at=None)
        assert bounced(session, letter_id)
        outcomes.mark_accepted(session, letter_id, "250", LATER)
    assert (question(engine, question_id).acknowledged_at, kinds(engine, question_id)) == (None, [])
    assert state(engine, letter_id).state == "accepted"


def test_a_bounce_settles_a_letter_that_was_uncertain(engine: Engine) -> None:
    """The smarthost had it, so it must not be sent blindly once more."""
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id, at=None)
        outcomes.mark_uncertain(session, letter_id, "lost", NOW)
        assert bounced(session, letter_id)
        assert not settle(session, letter_id, accepted=True, now=LATER)
    assert (state(engine, letter_id).state, question(engine, question_id).acknowledged_at) == ("accepted", None)
    assert kinds(engine, question_id) == ["letter_uncertain", "letter_settled"]


def test_a_letter_that_came_back_may_be_sent_again_and_then_counts(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id)
        assert not outbox.retry(session, letter_id, LATER)
        bounced(session, letter_id)
        assert outbox.retry(session, letter_id, LATER)
        outcomes.mark_accepted(session, letter_id, "250", LATER)
        assert bounced(session, letter_id)
    assert question(engine, question_id).acknowledged_at is None


def test_a_consultants_letter_that_came_back_is_known_and_changes_no_question(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id, effect="none", role="consultant")
        assert bounced(session, letter_id)
    assert kinds(engine, question_id) == []
    with reading(engine) as session:
        assert [one.bounced_at for one in letters.about(session, question_id)] == [LATER]
        assert sentletters.by_tokens(session, ["token1"])["token1"].bounced


def test_a_bounce_does_not_take_back_an_acknowledgement_that_another_letter_gave(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        sent(session, "1", question_id)
        assert bounced(session, sent(session, "2", question_id, at=NOW + MINUTE))
    assert question(engine, question_id).acknowledged_at == NOW


def test_a_follow_up_before_the_answers_acceptance_keeps_the_question_open(engine: Engine) -> None:
    """The clerk wrote without knowing the answer: somebody must read that, and the answer counts all the same."""
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id, at=None, effect="answers")
        questions.reopen(session, question_id, "sender jan@urzad.example", NOW)
        outcomes.mark_accepted(session, letter_id, "250", LATER)
    row = question(engine, question_id)
    assert (row.status, row.answered_at) == ("pending", LATER)
    with unit_of_work(engine) as session:
        sent(session, "2", question_id, at=LATER, effect="answers")
    assert question(engine, question_id).status == "finished"
    assert kinds(engine, question_id) == ["reopened", "answered", "answered", "finished"]


def test_a_follow_up_to_an_open_question_without_an_answer_on_its_way_adds_no_event(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        questions.reopen(session, question_id, "sender jan@urzad.example", NOW)
    assert kinds(engine, question_id) == []


def test_e21_a_greylisted_acknowledgement_counts_from_its_acceptance(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id, at=None)
        outcomes.mark_deferred(session, letter_id, "450 4.2.0 greylisted", NOW + MINUTE, NOW)
        assert questions.get(session, [question_id])[question_id].acknowledged_at is None
        outcomes.mark_accepted(session, letter_id, "250", LATER)
    assert question(engine, question_id).acknowledged_at == LATER


@pytest.mark.parametrize("accepted", [True, False])
def test_what_an_administrator_settles_stands_in_his_name(engine: Engine, accepted: bool) -> None:
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        letter_id = sent(session, "1", question_id, at=None, effect="answers")
        outcomes.mark_uncertain(session, letter_id, "lost", NOW)
        assert settle(session, letter_id, accepted=accepted, now=LATER)
        actors = {event.kind: event.actor for event in audit.history(session, question_id)}
    settled = ("answered", "finished") if accepted else ("letter_refused",)
    assert {actors[kind] for kind in (*settled, "letter_settled")} == {"administrator"}


def test_what_the_form_lacked_is_filled_and_nothing_else_is_changed(engine: Engine) -> None:
    problems = [{"form": 0, "field": field, "code": "missing"} for field in ("office", "contact", "question")]
    with unit_of_work(engine) as session:
        [question_id] = registered(session, user_name="Jan Bąk", problems=problems)
        values = {"user_name": "Inny", "office": "UG Dębowa", "phone": "+48242614021", "date": "2026-11-20"}
        questions.complete(session, question_id, values, "sender jan@urzad.example", LATER)
    row = question(engine, question_id)
    assert (row.user_name, row.office, row.phone) == ("Jan Bąk", "UG Dębowa", "+48242614021")
    assert row.document_date is not None and row.document_date.isoformat() == "2026-11-20"
    assert [problem["field"] for problem in row.problems] == ["question"]
    with reading(engine) as session:
        event = audit.history(session, question_id)[-1]
    assert (event.kind, set(event.detail)) == ("completed", {"office", "phone", "date"})
