"""What a smarthost's reply means for a letter and for its questions."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from servers.entries import LEASE, NOW, letter, registered
from sqlalchemy import Engine

from mailgate.register import audit, outbox, outcomes, questions
from mailgate.register.database import reading, unit_of_work
from mailgate.register.tables import LetterRow, QuestionRow

LATER = NOW + timedelta(minutes=1)


def _sent(engine: Engine, name: str, *question_ids: int, **values: object) -> int:
    """A letter that is being sent."""
    with unit_of_work(engine) as session:
        [letter_id] = outbox.enqueue(session, [letter(name, *question_ids, **values)])
        outbox.claim(session, "a", 10, NOW, LEASE)
        assert outbox.mark_sending(session, letter_id, "a", NOW)
    return letter_id


def _questions(engine: Engine, count: int = 1, **values: object) -> list[int]:
    with unit_of_work(engine) as session:
        return registered(session, count, **values)


def _accept(engine: Engine, letter_id: int, later: timedelta = timedelta(minutes=1)) -> None:
    with unit_of_work(engine) as session:
        outcomes.mark_accepted(session, letter_id, "250 2.0.0 queued", NOW + later)


def _letter(engine: Engine, letter_id: int) -> LetterRow:
    with reading(engine) as session:
        row = session.get(LetterRow, letter_id)
        assert row is not None
        return row


def _question(engine: Engine, question_id: int) -> QuestionRow:
    with reading(engine) as session:
        return questions.get(session, [question_id])[question_id]


def _kinds(engine: Engine, question_id: int) -> list[str]:
    """The kinds of the events after registration and queueing."""
    with reading(engine) as session:
        kinds = [event.kind for event in audit.history(session, question_id)]
    return [kind for kind in kinds if kind not in ("received", "registered", "letter_queued")]


def test_an_accepted_acknowledgement_acknowledges_all_its_questions(engine: Engine) -> None:
    """At the moment of acceptance, with the smarthost's words as proof; other questions are untouched."""
    first, second, other = _questions(engine, 3)
    letter_id = _sent(engine, "1", first, second)
    _accept(engine, letter_id)
    row = _letter(engine, letter_id)
    assert (row.state, row.accepted_at, row.last_reply, row.claimed_by) == ("accepted", LATER, "250 2.0.0 queued", None)
    assert [_question(engine, one).acknowledged_at for one in (first, second, other)] == [LATER, LATER, None]
    assert [_kinds(engine, one) for one in (first, second, other)] == [["acknowledged"], ["acknowledged"], []]
    with reading(engine) as session:
        event = audit.history(session, first)[-1]
    assert (event.at, event.actor, event.letter_id) == (LATER, "smarthost", letter_id)
    assert event.detail == {"reply": "250 2.0.0 queued"}


def test_a_question_is_acknowledged_once(engine: Engine) -> None:
    """A later acknowledgement does not move the first moment."""
    [question_id] = _questions(engine)
    _accept(engine, _sent(engine, "1", question_id))
    _accept(engine, _sent(engine, "2", question_id), later=timedelta(hours=1))
    assert _question(engine, question_id).acknowledged_at == LATER
    assert _kinds(engine, question_id) == ["acknowledged"]


def test_a_mail_does_not_acknowledge_a_question_that_is_acknowledged_by_phone(engine: Engine) -> None:
    """Only the call does (procedure 1.5.3: in the way that the form names)."""
    [question_id] = _questions(engine, by_phone=True)
    _accept(engine, _sent(engine, "1", question_id))
    assert (_question(engine, question_id).acknowledged_at, _kinds(engine, question_id)) == (None, [])


def test_an_accepted_answer_finishes_its_question(engine: Engine) -> None:
    """``answered_at`` is the moment when the smarthost took it."""
    [question_id] = _questions(engine)
    _accept(engine, _sent(engine, "1", question_id, effect="answers"))
    row = _question(engine, question_id)
    assert (row.status, row.answered_at, row.acknowledged_at) == ("finished", LATER, None)
    assert _kinds(engine, question_id) == ["answered", "finished"]


def test_the_time_of_the_first_answer_stays(engine: Engine) -> None:
    """Also when the question was reopened in between and answered again."""
    [question_id] = _questions(engine)
    _accept(engine, _sent(engine, "1", question_id, effect="answers"))
    with unit_of_work(engine) as session:
        questions.reopen(session, question_id, "clerk jan@urzad.example", LATER)
    _accept(engine, _sent(engine, "2", question_id, effect="answers"), later=timedelta(days=2))
    row = _question(engine, question_id)
    assert (row.status, row.answered_at) == ("finished", LATER)
    assert _kinds(engine, question_id) == ["answered", "finished", "reopened", "answered", "finished"]


def test_an_accepted_letter_without_effect_changes_no_question(engine: Engine) -> None:
    """A question sent to a consultant is not answered by that."""
    [question_id] = _questions(engine)
    _accept(engine, _sent(engine, "1", question_id, effect="none", role="consultant"))
    row = _question(engine, question_id)
    assert (row.status, row.acknowledged_at, row.answered_at, _kinds(engine, question_id)) == (
        "pending",
        None,
        None,
        [],
    )


def test_a_second_report_of_an_acceptance_changes_nothing(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """It is only noted in the journal."""
    [question_id] = _questions(engine)
    letter_id = _sent(engine, "1", question_id)
    _accept(engine, letter_id)
    with caplog.at_level(logging.WARNING):
        _accept(engine, letter_id, later=timedelta(hours=1))
        with unit_of_work(engine) as session:
            outcomes.mark_deferred(session, letter_id, "451", LATER, LATER)
            outcomes.mark_refused(session, letter_id, "550", LATER)
            outcomes.mark_uncertain(session, letter_id, "?", LATER)
    assert (_letter(engine, letter_id).state, _letter(engine, letter_id).accepted_at) == ("accepted", LATER)
    assert (len(caplog.records), _kinds(engine, question_id)) == (4, ["acknowledged"])


def test_an_acceptance_is_believed_also_when_it_comes_late(engine: Engine) -> None:
    """The courier was so slow that its letter was already thought uncertain: it must not be tried again."""
    [question_id] = _questions(engine)
    letter_id = _sent(engine, "1", question_id)
    with unit_of_work(engine) as session:
        assert outbox.recover(session, "", NOW + outbox.SENDING_LEASE) == 1
    _accept(engine, letter_id)
    with unit_of_work(engine) as session:
        assert not outbox.retry(session, letter_id, LATER)
    assert _kinds(engine, question_id) == ["acknowledged", "letter_uncertain"]


def test_a_deferred_letter_keeps_the_words_and_the_next_moment(engine: Engine) -> None:
    """And its question an event."""
    [question_id] = _questions(engine)
    letter_id = _sent(engine, "1", question_id)
    with unit_of_work(engine) as session:
        outcomes.mark_deferred(session, letter_id, "451 4.7.1 greylisted", LATER, NOW)
    row = _letter(engine, letter_id)
    assert (row.state, row.next_try_at, row.last_reply) == ("deferred", LATER, "451 4.7.1 greylisted")
    assert (row.claimed_by, _kinds(engine, question_id)) == (None, ["letter_deferred"])


@pytest.mark.parametrize("leaves", [False, True], ids=["before the content", "after the content"])
@pytest.mark.parametrize("state", ["deferred", "refused"])
def test_a_try_counts_once_however_far_it_came(engine: Engine, state: str, *, leaves: bool) -> None:
    """Greylisting ends most tries at RCPT, before the content leaves."""
    with unit_of_work(engine) as session:
        [letter_id] = outbox.enqueue(session, [letter("1")])
        outbox.claim(session, "a", 10, NOW, LEASE)
        assert not leaves or outbox.mark_sending(session, letter_id, "a", LATER)
        if state == "deferred":
            outcomes.mark_deferred(session, letter_id, "450 4.2.0 greylisted", NOW + LEASE, LATER)
        else:
            outcomes.mark_refused(session, letter_id, "550 5.1.1 nobody", LATER)
    row = _letter(engine, letter_id)
    assert (row.state, row.attempts, row.last_try_at) == (state, 1, LATER)


def test_a_letter_deferred_for_five_days_is_refused(engine: Engine) -> None:
    """Nobody would ever be told otherwise."""
    [question_id] = _questions(engine)
    letter_id = _sent(engine, "1", question_id)
    end = NOW + timedelta(days=5)
    with unit_of_work(engine) as session:
        for at in (NOW, LATER, end):
            outcomes.mark_deferred(session, letter_id, "451", at + timedelta(hours=1), at)
    row = _letter(engine, letter_id)
    assert (row.state, row.next_try_at) == ("refused", None)
    assert _kinds(engine, question_id) == ["letter_deferred", "letter_deferred", "letter_refused"]


def test_a_letter_that_could_not_be_tried_for_five_days_gets_its_tries(engine: Engine) -> None:
    """A smarthost that comes back after a week greylists whoever it has forgotten."""
    letter_id = _sent(engine, "1", *_questions(engine))
    end = NOW + timedelta(days=7)
    with unit_of_work(engine) as session:
        outcomes.mark_deferred(session, letter_id, "451", end + timedelta(hours=1), end)
    assert _letter(engine, letter_id).state == "deferred"


@pytest.mark.parametrize("state", ["refused", "uncertain"])
def test_refused_and_uncertain_letters_are_tried_by_nobody(engine: Engine, state: str) -> None:
    """Until a person decides."""
    [question_id] = _questions(engine)
    letter_id = _sent(engine, "1", question_id)
    with unit_of_work(engine) as session:
        {"refused": outcomes.mark_refused, "uncertain": outcomes.mark_uncertain}[state](session, letter_id, "why", NOW)
        assert outbox.claim(session, "b", 5, NOW + timedelta(days=30), LEASE) == []
    assert (_letter(engine, letter_id).state, _letter(engine, letter_id).last_reply) == (state, "why")
    assert _kinds(engine, question_id) == [f"letter_{state}"]


def test_a_letter_about_no_question_has_its_event_all_the_same(engine: Engine) -> None:
    """A reply given back to a consultant may concern none."""
    letter_id = _sent(engine, "1")
    with unit_of_work(engine) as session:
        outcomes.mark_refused(session, letter_id, "550", NOW)
        events = session.connection().exec_driver_sql(f"SELECT kind FROM event WHERE letter_id = {letter_id}").scalars()
        assert list(events) == ["letter_queued", "letter_refused"]
