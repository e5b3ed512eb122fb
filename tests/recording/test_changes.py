"""Each change of a standing question is written with its event, and the journal is told what it was."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from domain.factories import ANNA, CLERK, RECEIVED, envelope, reading, sent_letter, standing
from servers.entries import NOW, letter, registered, spooled
from sqlalchemy import Engine

from mailgate import maillog
from mailgate.domain.changes import (
    AddNote,
    CallTask,
    Change,
    ConfirmAddress,
    Decision,
    FillFields,
    FinishContinued,
    HoldReply,
    RecordAnswer,
    RecordCall,
    Reopen,
    TellPurpose,
    TellReceived,
    Undelivered,
    UseAuthor,
)
from mailgate.domain.holding import LOOKS_AUTOMATIC
from mailgate.domain.returns import Return
from mailgate.domain.verdicts import FollowUp
from mailgate.recording.changes import apply, written_changes
from mailgate.recording.decided import Decided
from mailgate.register import audit, outbox
from mailgate.register.database import reading as looking
from mailgate.register.database import unit_of_work

LETTER = sent_letter(role="clerk", recipient=CLERK, question_ids=(1,), effect="acknowledges")

CHANGES: list[tuple[Change, str | None, str]] = [
    (
        AddNote(1, "absent", "clerk a@b.example", "Nie ma mnie.", (("until", "2026-12-01"),)),
        "absent",
        "noted kind=absent",
    ),
    (RecordAnswer(1, ANNA, "Tak.", (), None), "answer_recorded", "noted kind=answer"),
    (Reopen(1, "clerk a@b.example"), "reopened", "noted kind=reopened"),
    (FinishContinued(1, "clerk a@b.example"), "finished", "noted kind=continued"),
    (ConfirmAddress(1, CLERK), "address_confirmed", "noted kind=address-confirmed"),
    (FillFields(1, "clerk a@b.example", (("phone", "600700800"),)), "completed", "noted kind=completed"),
    (CallTask(1, "600700800", NOW, "acknowledge"), "call_task", "noted kind=call-task"),
    (RecordCall(1, ANNA, NOW, ""), "acknowledged", "noted kind=call"),
    (UseAuthor(1, CLERK, LETTER), "address_replaced", "noted kind=address-replaced"),
    (
        Undelivered(Return(LETTER, "failed", CLERK.address, "5.1.1"), "sender unknown"),
        None,
        "letter-bounced status=5.1.1",
    ),
    (HoldReply(1, LOOKS_AUTOMATIC, "Nie ma mnie.", ANNA), "reply_held", "held number=HOT-01/2026/000001"),
    (TellReceived((1,), CLERK), None, "noted kind=receipt"),
    (TellPurpose(CLERK), None, "no-question kind=follow_up"),
]


def mail_of(engine: Engine, *changes: Change, archive: bool = False) -> Decided:
    """A mail about the question 1, on which a letter has been written."""
    (spool_id,) = spooled(engine, "a")
    with unit_of_work(engine) as session:
        (question_id,) = registered(session)
        outbox.enqueue(session, [letter("1", question_id)])
    known = {question_id: standing(question_id)}
    decision = Decision(FollowUp.kind, changes=changes)
    return Decided(spool_id, envelope(received_at=RECEIVED), reading(), decision, known, archive)


def test_there_is_a_case_for_each_change() -> None:
    assert {type(change) for change, _, _ in CHANGES} == set(get_args(Change))


@pytest.mark.parametrize(("change", "event", "line"), CHANGES, ids=lambda value: type(value).__name__)
def test_a_change_has_its_event_and_its_line(engine: Engine, change: Change, event: str | None, line: str) -> None:
    mail, told = mail_of(engine, change), []
    with maillog.heard_by(lambda name, values: told.append((name, values))):
        with unit_of_work(engine) as session:
            before = [one.kind for one in audit.history(session, 1)]
            # A reopened question is one whose answer is on its way.
            outbox.enqueue(session, [letter("2", 1, effect="answers")] if isinstance(change, Reopen) else [])
            write_line = apply(session, mail, change, NOW)
        assert told == []
        write_line()
    with looking(engine) as session:
        added = [one.kind for one in audit.history(session, 1)][len(before) :]
    assert event is None or event in added
    ((name, values),) = told
    expected, (key, value) = line.split(" ", maxsplit=1)[0], line.split(" ")[1].split("=")
    assert (name, values[key]) == (expected, value)


def test_old_mail_asks_nobody_to_act_today(engine: Engine) -> None:
    call, hold = CallTask(1, "600700800", NOW, "acknowledge"), HoldReply(1, LOOKS_AUTOMATIC, "", None)
    note = AddNote(1, "note", "mailgate", "x")
    mail = mail_of(engine, call, note, hold)
    assert list(written_changes(mail)) == [call, note, hold]
    assert list(written_changes(replace(mail, archive=True))) == [note]
