"""What became of an attempt to send a letter, and what follows for the questions that it is about.

A report is a fact about the outside world, so it is taken also when it comes late: a letter that a slow courier saw
accepted is accepted, whatever was thought of it meanwhile.  Only what is accepted stays so; whether it then came back
is for ``returned``.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, bindparam, case, func, or_, select, update
from sqlmodel import Session

from mailgate.register import audit
from mailgate.register.sql import run
from mailgate.register.tables import EventRow, LetterQuestionRow, LetterRow, QuestionRow, table_of

_log = logging.getLogger(__name__)

_letter = table_of(LetterRow)
_about = table_of(LetterQuestionRow)
_question = table_of(QuestionRow)
_event = table_of(EventRow)

FEWEST_TRIES = 3
"""A letter is not given up before the smarthost has deferred it so often."""

_UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
_ACCEPT = (
    update(_letter)
    .where(_letter.c.id == bindparam("letter_id"), _letter.c.state != "accepted")
    .values(
        state="accepted", accepted_at=bindparam("now"), last_reply=bindparam("reply"), next_try_at=None, **_UNCLAIMED
    )
    .returning(_letter.c.effect, _letter.c.bounced_at)
)
_OPEN = ("queued", "deferred", "sending", "uncertain")
# ``mark_sending`` counts a try when the content leaves; one that ended before that is counted with its outcome.
_before_content = _letter.c.state.in_(("queued", "deferred"))
_COUNTED: dict[str, Any] = {
    "attempts": case((_before_content, _letter.c.attempts + 1), else_=_letter.c.attempts),
    "last_try_at": case(
        (_before_content, bindparam("now", type_=_letter.c.last_try_at.type)), else_=_letter.c.last_try_at
    ),
}
_END = (
    update(_letter)
    .where(_letter.c.id == bindparam("letter_id"), _letter.c.state.in_(_OPEN))
    .values(state=bindparam("outcome"), last_reply=bindparam("reply"), next_try_at=None, **_COUNTED, **_UNCLAIMED)
)
# One statement decides, so that the give-up instant need not be read first; a letter without further try is refused.
# Time alone is not enough: after an outage of a week, or with a clock that ran ahead, it may be the first try of all.
_given_up = and_(_letter.c.give_up_at <= bindparam("now"), _COUNTED["attempts"] >= FEWEST_TRIES)
_DEFER = (
    update(_letter)
    .where(_letter.c.id == bindparam("letter_id"), _letter.c.state.in_(_OPEN))
    .values(
        state=case((_given_up, "refused"), else_="deferred"),
        next_try_at=case((_given_up, None), else_=bindparam("next_try_at", type_=_letter.c.next_try_at.type)),
        last_reply=bindparam("reply"),
        **_COUNTED,
        **_UNCLAIMED,
    )
    .returning(_letter.c.state)
)
_its_questions = select(_about.c.question_id).where(_about.c.letter_id == bindparam("letter_id"))
_QUESTIONS = (
    select(_question.c.id, _question.c.status, _question.c.acknowledged_at, _question.c.by_phone)
    .where(_question.c.id.in_(_its_questions))
    .order_by(_question.c.id)
    .with_for_update()
)
_ACKNOWLEDGE = (
    update(_question)
    .where(_question.c.id.in_(bindparam("ids", expanding=True)))
    .values(acknowledged_at=bindparam("now"))
)
_ANSWER = (
    update(_question)
    .where(_question.c.id.in_(bindparam("ids", expanding=True)))
    .values(answered_at=func.coalesce(_question.c.answered_at, bindparam("now", type_=_question.c.answered_at.type)))
)
_FINISH = update(_question).where(_question.c.id.in_(bindparam("ids", expanding=True))).values(status="finished")
# The last of these events tells whether the clerk wrote again after the answer was written.
_QUEUED_OR_REOPENED = (
    select(_event.c.question_id, _event.c.kind)
    .where(
        _event.c.question_id.in_(bindparam("ids", expanding=True)),
        or_(
            _event.c.kind == "reopened",
            and_(_event.c.kind == "letter_queued", _event.c.letter_id == bindparam("letter_id")),
        ),
    )
    .order_by(_event.c.id)
)


def mark_accepted(session: Session, letter_id: int, reply: str, now: datetime, *, actor: str = "smarthost") -> None:
    """2xx: sets accepted_at and, by the letter's effect, acknowledged_at or answered_at and status of its questions.

    Events are added for each question, in the name of ``actor``, who knows of the acceptance.  ``acknowledged_at`` is
    not overwritten, nor set where the way is by phone; ``answered_at`` keeps its first value, and a question on which
    the clerk wrote again after the answer was written stays open.  A letter that came back already has no effect.
    A second report of the same acceptance changes nothing.
    """
    accepted = run(session, _ACCEPT, {"letter_id": letter_id, "now": now, "reply": reply}).one_or_none()
    if accepted is None:
        _log.warning("letter %d was reported accepted and is so already, or does not exist", letter_id)
        return
    detail = {"reply": reply}
    if accepted.bounced_at is not None:
        _log.info("letter %d was accepted, and came back before that was known", letter_id)
    elif accepted.effect == "acknowledges":
        _acknowledge(session, letter_id, detail, now, actor)
    elif accepted.effect == "answers":
        _answer(session, letter_id, detail, now, actor)


def mark_deferred(session: Session, letter_id: int, reply: str, next_try_at: datetime, now: datetime) -> None:
    """4xx or no connection: tried again; past ``give_up_at`` it is refused.

    A try that ended before the content left is counted here, as it is for a letter that is refused.
    """
    values = {"letter_id": letter_id, "reply": reply, "next_try_at": next_try_at, "now": now}
    state = run(session, _DEFER, values).scalar()
    if state is None:
        _log.warning("letter %d was reported deferred after its end", letter_id)
        return
    detail = {"reply": reply} | (
        {"next_try_at": next_try_at.isoformat()} if state == "deferred" else {"given_up": True}
    )
    audit.add(session, letter_events(session, letter_id, f"letter_{state}", now, actor="smarthost", detail=detail))


def mark_refused(session: Session, letter_id: int, reply: str, now: datetime, *, actor: str = "smarthost") -> None:
    """5xx, or so it is known to ``actor``: never tried again by itself."""
    _end(session, letter_id, "refused", reply, now, actor)


def mark_uncertain(session: Session, letter_id: int, reply: str, now: datetime) -> None:
    """The connection was lost after DATA: not repeated blindly."""
    _end(session, letter_id, "uncertain", reply, now, "mailgate")


def letter_events(
    session: Session,
    letter_id: int,
    kind: str,
    now: datetime,
    *,
    actor: str,
    detail: dict[str, Any] | None = None,
) -> list[audit.Event]:
    """The same event for each question of a letter; one without a question where it is about none."""
    ids = run(session, _its_questions.order_by(_about.c.question_id), {"letter_id": letter_id}).scalars().all()
    return [audit.Event(now, kind, actor, id, None, letter_id, detail or {}) for id in ids or (None,)]


def _end(
    session: Session,
    letter_id: int,
    outcome: Literal["refused", "uncertain"],
    reply: str,
    now: datetime,
    actor: str,
) -> None:
    if run(session, _END, {"letter_id": letter_id, "outcome": outcome, "reply": reply, "now": now}).rowcount != 1:
        _log.warning("letter %d was reported %s after its end", letter_id, outcome)
        return
    events = letter_events(session, letter_id, f"letter_{outcome}", now, actor=actor, detail={"reply": reply})
    audit.add(session, events)


def _acknowledge(session: Session, letter_id: int, detail: dict[str, Any], now: datetime, actor: str) -> None:
    rows = run(session, _QUESTIONS, {"letter_id": letter_id}).all()
    ids = [row.id for row in rows if row.acknowledged_at is None and not row.by_phone]
    if ids:
        run(session, _ACKNOWLEDGE, {"ids": ids, "now": now})
    audit.add(session, [audit.Event(now, "acknowledged", actor, id, None, letter_id, detail) for id in ids])


def _answer(session: Session, letter_id: int, detail: dict[str, Any], now: datetime, actor: str) -> None:
    rows = run(session, _QUESTIONS, {"letter_id": letter_id}).all()
    if not rows:
        return
    ids = [row.id for row in rows]
    run(session, _ANSWER, {"ids": ids, "now": now})
    last = {
        row.question_id: row.kind for row in run(session, _QUEUED_OR_REOPENED, {"ids": ids, "letter_id": letter_id})
    }
    finished = [row.id for row in rows if row.status != "finished" and last.get(row.id) != "reopened"]
    if finished:
        run(session, _FINISH, {"ids": finished})
    events = [audit.Event(now, "answered", actor, id, None, letter_id, detail) for id in ids]
    events += [audit.Event(now, "finished", actor, id, None, letter_id) for id in finished]
    audit.add(session, events)
