"""Changes of standing questions are written, each with its event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import assert_never

from sqlmodel import Session

from mailgate import maillog
from mailgate.domain.changes import (
    AddNote,
    CallTask,
    Change,
    ConfirmAddress,
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
from mailgate.domain.mail import Attachment
from mailgate.recording.calls import call_event
from mailgate.recording.decided import Decided
from mailgate.register import audit, held, questions, returned


def written_changes(mail: Decided) -> Sequence[Change]:
    """What of a decision is written: of old mail nothing that asks a person to act today."""
    changes = mail.decision.changes
    if not mail.archive:
        return changes
    return [change for change in changes if not isinstance(change, CallTask | HoldReply)]


def apply(session: Session, mail: Decided, change: Change, now: datetime) -> maillog.Line:
    """Write one change of a standing question, with its event; gives the line for the journal."""
    _write(session, mail, change, now)
    return _line(mail, change)


def _write(session: Session, mail: Decided, change: Change, now: datetime) -> None:
    match change:
        case AddNote(question_id=id, kind=kind, actor=actor, text=text, facts=facts):
            detail = {**dict(facts), "text": text}
            audit.add(session, [audit.Event(now, kind, actor, id, mail.inbound_id, detail=detail)])
        case RecordAnswer():
            _record_answer(session, mail, change, now)
        case Reopen(question_id=id, actor=actor):
            questions.reopen(session, id, actor, now)
        case FinishContinued(question_id=id, actor=actor):
            questions.finish_continued(session, id, actor, now)
        case ConfirmAddress(question_id=id, address=address):
            questions.confirm_address(session, id, address.name, address.address, now)
        case FillFields(question_id=id, actor=actor, values=values):
            questions.complete(session, id, dict(values), actor, now)
        case CallTask():
            audit.add(session, [call_event(change, mail.inbound_id, now)])
        case RecordCall(question_id=id, at=at, text=text):
            caller = f"consultant {change.consultant.address}"
            questions.record_call(session, id, at, caller, now, text=text, inbound_id=mail.inbound_id)
        case UseAuthor(question_id=id, address=address):
            questions.use_author(session, id, address.address, now)
        case Undelivered(returned=undone, actor=actor):
            returned.mark_bounced(session, undone.letter.id, actor, mail.inbound_id, now)
        case HoldReply(question_id=id, hold=hold):
            held.hold(session, mail.inbound_id, id, hold.reason, now)
        case TellReceived() | TellPurpose():
            # Letters alone: the register has nothing new.
            pass
        case _:
            assert_never(change)


def _line(mail: Decided, change: Change) -> maillog.Line:
    match change:
        case AddNote(question_id=id, kind=kind):
            return _noted(mail, id, kind)
        case RecordAnswer(question_id=id):
            return _noted(mail, id, "answer")
        case Reopen(question_id=id):
            return _noted(mail, id, "reopened")
        case FinishContinued(question_id=id):
            return _noted(mail, id, "continued")
        case ConfirmAddress(question_id=id):
            return _noted(mail, id, "address-confirmed")
        case FillFields(question_id=id):
            return _noted(mail, id, "completed")
        case CallTask(question_id=id):
            return _noted(mail, id, "call-task")
        case RecordCall(question_id=id):
            return _noted(mail, id, "call")
        case UseAuthor(question_id=id):
            return _noted(mail, id, "address-replaced")
        case TellReceived(question_ids=ids):
            return _noted(mail, ids[0], "receipt")
        case Undelivered():
            return _bounced(mail, change)
        case HoldReply():
            return _held(mail, change)
        case TellPurpose():
            return partial(maillog.no_question, spool_id=mail.inbound_id, kind=mail.decision.verdict)
        case _:
            assert_never(change)


def _record_answer(session: Session, mail: Decided, answer: RecordAnswer, now: datetime) -> None:
    text, consultant = _described(answer.text, answer.attachments), answer.consultant.address
    questions.record_answer(session, answer.question_id, text, consultant, answer.documentation, now, mail.inbound_id)


def _bounced(mail: Decided, change: Undelivered) -> maillog.Line:
    letter, status, spool_id = change.returned.letter, change.returned.status, mail.inbound_id
    number = letter.number or None
    return partial(maillog.letter_bounced, letter_id=letter.id, status=status, spool_id=spool_id, number=number)


def _held(mail: Decided, change: HoldReply) -> maillog.Line:
    question = mail.standing.get(change.question_id) if change.question_id is not None else None
    number = question.summary.number if question else None
    return partial(maillog.held, spool_id=mail.inbound_id, number=number, reason=change.hold.reason)


def _described(text: str, files: Sequence[Attachment]) -> str:
    """The answer as the register describes it: the files that went along are named."""
    named = f"[Załączniki: {', '.join(file.name for file in files)}]" if files else ""
    return "\n\n".join(part for part in (text, named) if part) or "[Wskazano miejsce w dokumentacji.]"


def _noted(mail: Decided, question_id: int, kind: str) -> maillog.Line:
    number = mail.standing[question_id].summary.number
    return partial(maillog.noted, spool_id=mail.inbound_id, number=number, kind=kind)
