"""The state of the register in a few numbers, for ``status`` and ``doctor``: quick however large it has grown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from mailgate.register.letters import IN_OUTBOX
from mailgate.register.sql import run
from mailgate.register.tables import HeldReplyRow, InboundRow, LetterRow, QuestionRow, table_of


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts; ``oldest_*`` are None where nothing waits.  ``letters`` has every state but ``accepted``."""

    waiting: int
    oldest_waiting: datetime | None
    quarantined: int
    held: int
    letters: Mapping[str, int]
    oldest_letter: datetime | None
    pending: int
    overdue: int
    """Pending questions whose acknowledgement was due before now and has not been given."""


_inbound = table_of(InboundRow)
_letter = table_of(LetterRow)
_question = table_of(QuestionRow)
_held = table_of(HeldReplyRow)


def overview(session: Session, now: datetime) -> Overview:
    """What waits, and for how long."""
    in_spool = _inbound.c.state.in_(("waiting", "claimed"))
    to_send = _letter.c.state.in_(("queued", "sending", "deferred"))
    pending = _question.c.status == "pending"
    late = (pending, _question.c.acknowledge_by < now, _question.c.acknowledged_at.is_(None))
    waiting = select(func.count(), func.min(_inbound.c.received_at)).where(in_spool)
    count, oldest = run(session, waiting).one()
    states = (
        select(_letter.c.state, func.count().label("number"))
        .where(_letter.c.state.in_(IN_OUTBOX))
        .group_by(_letter.c.state)
    )
    return Overview(
        waiting=count,
        oldest_waiting=oldest,
        quarantined=_count(session, _inbound.c.state == "quarantined"),
        held=_count(session, _held.c.state == "held"),
        letters=dict.fromkeys(IN_OUTBOX, 0) | {row.state: row.number for row in run(session, states)},
        oldest_letter=run(session, select(func.min(_letter.c.created_at)).where(to_send)).scalar(),
        pending=_count(session, pending),
        overdue=_count(session, *late),
    )


def _count(session: Session, *conditions: object) -> int:
    number: int = run(session, select(func.count()).where(*conditions)).scalar_one()  # type: ignore[arg-type]
    return number
