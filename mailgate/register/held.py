"""Replies that were not passed on: they wait for a person, who sees why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from mailgate.register import audit
from mailgate.register.tables import HeldReplyRow, InboundRow, QuestionRow


@dataclass(frozen=True, slots=True)
class HeldReply:
    """A reply that was not passed on; ``number`` is that of the question to which it seems to belong."""

    id: int
    inbound_id: int
    question_id: int | None
    number: str | None
    sender: str | None
    """The envelope's sender, which proves nothing."""
    received_at: datetime
    held_at: datetime
    reason: str
    state: str
    """``held``, ``released`` or ``dropped``."""


def hold(session: Session, inbound_id: int, question_id: int | None, reason: str, now: datetime) -> int:
    """Hold a reply, with the reason in an English sentence, and add the event ``reply_held``; returns its id."""
    row = HeldReplyRow(inbound_id=inbound_id, question_id=question_id, held_at=now, reason=reason)
    session.add(row)
    session.flush()
    assert row.id is not None
    detail = {"reason": reason}
    event = audit.Event(now, "reply_held", "mailgate", question_id, inbound_id, detail=detail)
    audit.add(session, [event])
    return row.id


def is_held(session: Session, reason: str) -> bool:
    """Whether something stands in the list for just this reason."""
    chosen = select(HeldReplyRow.id).where(HeldReplyRow.state == "held", HeldReplyRow.reason == reason).limit(1)
    return session.exec(chosen).first() is not None


def dismiss(session: Session, held_id: int, now: datetime) -> bool:
    """A person has seen to a held reply: it is dropped, with the event ``reply_dismissed``; False if it is not held."""
    row = session.get(HeldReplyRow, held_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "held":
        return False
    row.state = "dropped"
    session.flush()
    detail = {"reason": row.reason}
    audit.add(
        session, [audit.Event(now, "reply_dismissed", "administrator", row.question_id, row.inbound_id, detail=detail)]
    )
    return True


def listed(session: Session) -> Sequence[HeldReply]:
    """The replies that are held now, oldest first."""
    return _chosen(session, HeldReplyRow.state == "held")


def about(session: Session, question_id: int) -> Sequence[HeldReply]:
    """Every reply to a question that was ever held, oldest first."""
    return _chosen(session, HeldReplyRow.question_id == question_id)


def of_mail(session: Session, inbound_id: int) -> Sequence[HeldReply]:
    """Every reply in a mail that was ever held, oldest first."""
    return _chosen(session, HeldReplyRow.inbound_id == inbound_id)


def mail_of(session: Session, held_id: int) -> int | None:
    """The id of the mail in which a reply came that was held; None where there is no such reply."""
    row = session.get(HeldReplyRow, held_id)
    return None if row is None else row.inbound_id


def _chosen(session: Session, condition: Any) -> Sequence[HeldReply]:
    chosen = (
        select(HeldReplyRow, InboundRow, QuestionRow.number)
        .join(InboundRow, col(InboundRow.id) == col(HeldReplyRow.inbound_id))
        .outerjoin(QuestionRow, col(QuestionRow.id) == col(HeldReplyRow.question_id))
        .where(condition)
        .order_by(col(HeldReplyRow.id))
    )
    return [_held_reply(reply, mail, number) for reply, mail, number in session.exec(chosen)]


def _held_reply(reply: HeldReplyRow, mail: InboundRow, number: str | None) -> HeldReply:
    assert reply.id is not None
    return HeldReply(
        id=reply.id,
        inbound_id=reply.inbound_id,
        question_id=reply.question_id,
        number=number,
        sender=mail.envelope_sender,
        received_at=mail.received_at,
        held_at=reply.held_at,
        reason=reply.reason,
        state=reply.state,
    )
