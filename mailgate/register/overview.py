"""The state of the register in a few numbers, for ``status`` and ``doctor``: quick however large it has grown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session

from mailgate.domain.workcalendar import WARSAW
from mailgate.register.letters import IN_OUTBOX
from mailgate.register.needs import WITHOUT_ACKNOWLEDGEMENT
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
    unacknowledged: int = 0
    """Those, and the others that are still to be acknowledged."""
    nearest_deadline: datetime | None = None
    """By when the first of them must be."""
    today: int = 0
    """Questions received since the day began at the office."""
    next_try: datetime | None = None
    """When the first letter that was deferred is due again."""


_inbound = table_of(InboundRow)
_letter = table_of(LetterRow)
_question = table_of(QuestionRow)
_held = table_of(HeldReplyRow)


def overview(session: Session, now: datetime, timezone: str = WARSAW) -> Overview:
    """What waits, and for how long; ``timezone`` is that of the office, whose day it is."""
    in_spool = _inbound.c.state.in_(("waiting", "claimed"))
    to_send = _letter.c.state.in_(("queued", "sending", "deferred"))
    morning = now.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    due = select(func.count(), func.min(_question.c.acknowledge_by)).where(WITHOUT_ACKNOWLEDGEMENT)
    unacknowledged, nearest_deadline = run(session, due).one()
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
        pending=_count(session, _question.c.status == "pending"),
        overdue=_count(session, WITHOUT_ACKNOWLEDGEMENT, _question.c.acknowledge_by < now) if unacknowledged else 0,
        unacknowledged=unacknowledged,
        nearest_deadline=nearest_deadline,
        today=_count(session, _question.c.received_at >= morning.astimezone(UTC)),
        next_try=run(session, select(func.min(_letter.c.next_try_at)).where(_letter.c.state == "deferred")).scalar(),
    )


def _count(session: Session, *conditions: object) -> int:
    number: int = run(session, select(func.count()).where(*conditions)).scalar_one()  # type: ignore[arg-type]
    return number
