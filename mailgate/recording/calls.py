"""The tasks to call a clerk, as events of the register."""

from __future__ import annotations

from datetime import datetime

from mailgate.domain.changes import CallTask
from mailgate.register import audit
from mailgate.register.tables import QuestionRow


def needs_call(row: QuestionRow) -> bool:
    """Procedure 1.5.3: acknowledged by telephone where the form gives nothing else, or we have no address."""
    return row.by_phone or (row.asker_address is None and row.phone is not None)


def first_call(row: QuestionRow, question_id: int, now: datetime) -> audit.Event:
    """The call that acknowledges a new entry."""
    call = CallTask(question_id, row.phone or "", row.acknowledge_by, "acknowledge")
    return call_event(call, row.inbound_id, now)


def call_event(call: CallTask, inbound_id: int | None, now: datetime) -> audit.Event:
    """A task with the number to call and its deadline."""
    detail = {"phone": call.phone, "due": call.due.isoformat(), "purpose": call.purpose}
    return audit.Event(now, "call_task", "mailgate", call.question_id, inbound_id, detail=detail)
