"""The events of the register: what happened to a question or a mail, when, and by whom.  Only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from mailgate.register.tables import EventRow, table_of


@dataclass(frozen=True, slots=True)
class Event:
    """One transition; ``kind`` is one of ``KINDS``, ``at`` aware, ``detail`` a JSON object."""

    at: datetime
    kind: str
    actor: str
    question_id: int | None = None
    inbound_id: int | None = None
    letter_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


KINDS = (
    "received", "registered", "acknowledged", "answer_recorded", "answered", "finished", "reopened",
    "follow_up", "note", "reply_held", "reply_returned", "call_task", "continued",
    "letter_queued", "letter_deferred", "letter_refused", "letter_uncertain", "letter_retried",
    "quarantined", "replayed", "bounced", "address_confirmed", "address_replaced",
    "dismissed", "reply_dismissed", "letter_settled",
    "not_acknowledged", "not_answered", "absent", "seen", "completed",
    "restored", "read_again", "message_id_reused", "uid_reused",
)  # fmt: skip

_INSERT = insert(table_of(EventRow))
_NAMES = tuple(one.name for one in fields(Event))


def add(session: Session, events: Sequence[Event]) -> None:
    """Add events in this transaction.  Raises ValueError for a kind that is none of ``KINDS``."""
    unknown = {event.kind for event in events}.difference(KINDS)
    if unknown:
        raise ValueError(f"No such kind of event: {', '.join(sorted(unknown))}")
    if events:
        session.exec(_INSERT, params=[{name: getattr(event, name) for name in _NAMES} for event in events])


def history(session: Session, question_id: int) -> list[Event]:
    """All events of a question, oldest first."""
    chosen = select(EventRow).where(EventRow.question_id == question_id)
    return [_event(row) for row in session.exec(chosen.order_by(col(EventRow.at), col(EventRow.id)))]


def history_of_mail(session: Session, inbound_id: int) -> list[Event]:
    """All events of a mail, those of the questions in it included, oldest first."""
    chosen = select(EventRow).where(EventRow.inbound_id == inbound_id)
    return [_event(row) for row in session.exec(chosen.order_by(col(EventRow.at), col(EventRow.id)))]


def _event(row: EventRow) -> Event:
    return Event(row.at, row.kind, row.actor, row.question_id, row.inbound_id, row.letter_id, row.detail)
