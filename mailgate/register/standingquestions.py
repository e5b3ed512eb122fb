"""The questions of the register as decisions see them."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from mailgate.domain.hot01 import Difference, Hot01, Problem
from mailgate.domain.letters import QuestionSummary, Thread
from mailgate.domain.mail import Address
from mailgate.domain.threads import StandingQuestion
from mailgate.register import questions
from mailgate.register.tables import QuestionRow


def standing_question(session: Session, row: QuestionRow) -> StandingQuestion:
    """A question as it stands; whose answer came back is not answered by anybody, so everybody may answer it."""
    question = _on_record(row)
    if row.answer is None or row.answered_at is not None or questions.answer_on_its_way(session, question.id):
        return question
    return replace(question, answered_by=None)


def with_author(session: Session, question: StandingQuestion) -> StandingQuestion:
    """The question with whoever sent its mail, where we first wrote to the address that its form gives."""
    address = questions.author(session, question.id)
    name = question.asker.name if question.asker else ""
    return replace(question, author=Address(name, address)) if address else question


def _on_record(row: QuestionRow) -> StandingQuestion:
    """What the row itself says."""
    assert row.id is not None
    form = Hot01(
        date=row.document_date,
        reference=row.reference,
        user_name=row.user_name,
        office=row.office,
        phone=row.phone,
        email=row.email,
        question=row.question,
        source=row.form_source or "",
        by_ocr=row.by_ocr,
    )
    summary = QuestionSummary(
        number=row.number,
        kind=row.kind,  # type: ignore[arg-type]  # a CHECK constraint keeps it to EntryKind
        subject=row.subject,
        received_at=row.received_at,
        counted_from=row.counted_from,
        acknowledge_by=row.acknowledge_by,
        because=tuple(row.because),
        form=form if row.form_source else None,
        text=row.question or "",
        problems=tuple(Problem(**problem) for problem in row.problems),
        differences=tuple(Difference(**difference) for difference in row.differences),
        by_phone=row.by_phone,
    )
    return StandingQuestion(
        id=row.id,
        summary=summary,
        asker=Address(row.asker_name or "", row.asker_address) if row.asker_address else None,
        thread=Thread(row.message_id, tuple(row.references)),
        finished=row.status == "finished",
        answered_by=row.consultant if row.answer is not None else None,
    )
