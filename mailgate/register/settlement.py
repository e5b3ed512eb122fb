"""What a person found out about an uncertain letter: whether the smarthost took it, or it was lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from mailgate.register import audit
from mailgate.register.outcomes import letter_events, mark_accepted, mark_refused
from mailgate.register.sql import run
from mailgate.register.tables import LetterRow, table_of

ACTOR = "administrator"
ACCEPTED = "The administrator found it accepted in the smarthost's log."
LOST = "The administrator found that the smarthost does not have it."

_letter = table_of(LetterRow)


def settle(session: Session, letter_id: int, *, accepted: bool, now: datetime, at: datetime | None = None) -> bool:
    """Record what became of an uncertain letter; False, and nothing changes, in any other state.

    An accepted one acknowledges or answers its questions as of ``at``, where the smarthost's log tells it, else as of
    the try that was uncertain: that is when the smarthost took it, however late a person looks.  Where the register
    knows of no try (it was restored from a backup) it is as of ``now``: an earlier instant would be invented.  A lost
    one is refused, and may be retried.  The event ``letter_settled`` says who decided, and when.
    """
    chosen = select(_letter.c.last_try_at).where(_letter.c.id == letter_id, _letter.c.state == "uncertain")
    row = run(session, chosen.with_for_update()).one_or_none()
    if row is None:
        return False
    detail = {"outcome": "accepted" if accepted else "lost"}
    audit.add(session, letter_events(session, letter_id, "letter_settled", now, actor=ACTOR, detail=detail))
    if accepted:
        mark_accepted(session, letter_id, ACCEPTED, at or row.last_try_at or now, actor=ACTOR)
    else:
        mark_refused(session, letter_id, LOST, now, actor=ACTOR)
    return True
