"""Letters that came back: what their acceptance had brought about is taken back, once.

Nothing is recomputed from guesses: the register's instants are those of letters that were accepted and did not come
back, so the settlement counts from the real delivery.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlmodel import Session

from mailgate.register import audit
from mailgate.register.outcomes import letter_events, mark_accepted
from mailgate.register.sql import run
from mailgate.register.tables import LetterQuestionRow, LetterRow, QuestionRow, table_of

PROVEN_BY_NOTICE = "A delivery notice proves that the smarthost had it."

_letter = table_of(LetterRow)
_about = table_of(LetterQuestionRow)
_question = table_of(QuestionRow)

_BOUNCE = (
    update(_letter)
    .where(_letter.c.id == bindparam("letter_id"), _letter.c.bounced_at.is_(None))
    .values(bounced_at=bindparam("now"))
    .returning(_letter.c.id, _letter.c.state, _letter.c.effect, _letter.c.accepted_at)
)
_QUESTIONS = (
    select(_question.c.id, _question.c.status, _question.c.acknowledged_at, _question.c.answered_at)
    .join(_about, _about.c.question_id == _question.c.id)
    .where(_about.c.letter_id == bindparam("letter_id"))
    .order_by(_question.c.id)
    .with_for_update()
)
_delivered = (
    select(func.min(_letter.c.accepted_at).label("first"), func.max(_letter.c.id).label("last"))
    .join(_about, _about.c.letter_id == _letter.c.id)
    .where(
        _about.c.question_id == bindparam("question_id"),
        _letter.c.effect == bindparam("effect"),
        _letter.c.state == "accepted",
        _letter.c.bounced_at.is_(None),
    )
)
_UPDATE = update(_question).where(_question.c.id == bindparam("question_id"))
_ACKNOWLEDGED = _UPDATE.values(acknowledged_at=bindparam("at", type_=_question.c.acknowledged_at.type))
_ANSWERED = _UPDATE.values(
    answered_at=bindparam("at", type_=_question.c.answered_at.type), status=bindparam("new_status")
)


def mark_bounced(session: Session, letter_id: int, actor: str, inbound_id: int | None, now: datetime) -> bool:
    """A notice tells that a letter was not delivered: its questions are no longer acknowledged or answered by it.

    A question whose answer came back is open again, unless a later answer was delivered.  A letter that was uncertain
    is settled: the smarthost had it.  One whose acceptance is not yet known will have no effect when it is.  False,
    and nothing changes, where the letter came back before.
    """
    letter = run(session, _BOUNCE, {"letter_id": letter_id, "now": now}).one_or_none()
    if letter is None:
        return False
    if letter.state == "uncertain":
        settled = {"outcome": "accepted", "reason": PROVEN_BY_NOTICE}
        audit.add(session, letter_events(session, letter_id, "letter_settled", now, actor=actor, detail=settled))
        mark_accepted(session, letter_id, PROVEN_BY_NOTICE, now, actor=actor)
    questions = run(session, _QUESTIONS, {"letter_id": letter_id}).all()
    events = [
        event
        for question in questions
        if (event := _taken_back(session, letter, question, actor, inbound_id, now)) is not None
    ]
    audit.add(session, events)
    return True


def _taken_back(
    session: Session, letter: Row[Any], question: Row[Any], actor: str, inbound_id: int | None, now: datetime
) -> audit.Event | None:
    """Change one question, and give the event; None where the letter had no effect on it."""
    match letter.effect:
        case "acknowledges":
            was, kind = question.acknowledged_at, "not_acknowledged"
        case "answers":
            was, kind = question.answered_at, "not_answered"
        case _:
            return None
    if letter.accepted_at is None or was is None:
        return None
    delivered = run(session, _delivered, {"question_id": question.id, "effect": letter.effect}).one()
    at = delivered.first if was == letter.accepted_at else was
    if letter.effect == "acknowledges":
        run(session, _ACKNOWLEDGED, {"question_id": question.id, "at": at})
    else:
        later = delivered.last is not None and delivered.last > letter.id
        status = question.status if later else "pending"
        run(session, _ANSWERED, {"question_id": question.id, "at": at, "new_status": status})
    detail = {"was": was.isoformat(), "is": at.isoformat() if at else None}
    return audit.Event(now, kind, actor, question.id, inbound_id, letter.id, detail)
