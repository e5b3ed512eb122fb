"""Changes of standing questions are written, each with its event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def apply(session: Session, mail: Decided, change: Change, now: datetime) -> Callable[[], None]:
    """Write one change of a standing question, with its event; gives the line for the journal."""
    match change:
        case AddNote(question_id=question_id, kind=kind, actor=actor, text=text, facts=facts):
            detail = {**dict(facts), "text": text}
            audit.add(session, [audit.Event(now, kind, actor, question_id, mail.inbound_id, detail=detail)])
            return _noted(mail, question_id, kind)
        case RecordAnswer(question_id=question_id):
            _record_answer(session, mail, change, now)
            return _noted(mail, question_id, "answer")
        case Reopen(question_id=question_id, actor=actor):
            questions.reopen(session, question_id, actor, now)
            return _noted(mail, question_id, "reopened")
        case FinishContinued(question_id=question_id, actor=actor):
            questions.finish_continued(session, question_id, actor, now)
            return _noted(mail, question_id, "continued")
        case ConfirmAddress(question_id=question_id, address=address):
            questions.confirm_address(session, question_id, address.name, address.address, now)
            return _noted(mail, question_id, "address-confirmed")
        case FillFields(question_id=question_id, actor=actor, values=values):
            questions.complete(session, question_id, dict(values), actor, now)
            return _noted(mail, question_id, "completed")
        case Undelivered():
            return _take_back(session, mail, change, now)
        case CallTask(question_id=question_id):
            audit.add(session, [call_event(change, mail.inbound_id, now)])
            return _noted(mail, question_id, "call-task")
        case RecordCall(question_id=question_id, at=at, text=text):
            caller = f"consultant {change.consultant.address}"
            questions.record_call(session, question_id, at, caller, now, text=text, inbound_id=mail.inbound_id)
            return _noted(mail, question_id, "call")
        case UseAuthor(question_id=question_id, address=address):
            questions.use_author(session, question_id, address.address, now)
            return _noted(mail, question_id, "address-replaced")
        case TellReceived(question_ids=ids):
            return _noted(mail, ids[0], "receipt")
        case TellPurpose():
            return partial(maillog.no_question, spool_id=mail.inbound_id, kind=mail.decision.verdict)
        case HoldReply():
            return _hold(session, mail, change, now)
        case _:
            assert_never(change)


def _record_answer(session: Session, mail: Decided, answer: RecordAnswer, now: datetime) -> None:
    text, consultant = _described(answer.text, answer.attachments), answer.consultant.address
    questions.record_answer(session, answer.question_id, text, consultant, answer.documentation, now, mail.inbound_id)


def _take_back(session: Session, mail: Decided, change: Undelivered, now: datetime) -> Callable[[], None]:
    """What the acceptance of the letter gave its questions."""
    letter, spool_id = change.returned.letter, mail.inbound_id
    returned.mark_bounced(session, letter.id, change.actor, spool_id, now)
    status, number = change.returned.status, letter.number or None
    return partial(maillog.letter_bounced, letter_id=letter.id, status=status, spool_id=spool_id, number=number)


def _hold(session: Session, mail: Decided, change: HoldReply, now: datetime) -> Callable[[], None]:
    question_id, reason = change.question_id, change.hold.reason
    held.hold(session, mail.inbound_id, question_id, reason, now)
    number = mail.standing[question_id].summary.number if question_id in mail.standing else None
    return partial(maillog.held, spool_id=mail.inbound_id, number=number, reason=reason)


def _described(text: str, files: Sequence[Attachment]) -> str:
    """The answer as the register describes it: the files that went along are named."""
    named = f"[Załączniki: {', '.join(file.name for file in files)}]" if files else ""
    return "\n\n".join(part for part in (text, named) if part) or "[Wskazano miejsce w dokumentacji.]"


def _noted(mail: Decided, question_id: int, kind: str) -> Callable[[], None]:
    number = mail.standing[question_id].summary.number
    return partial(maillog.noted, spool_id=mail.inbound_id, number=number, kind=kind)
