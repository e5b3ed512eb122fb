"""What a person must look at: mail set aside, and replies that were not passed on, in one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from mailgate.register import audit, held
from mailgate.register.tables import DeliveryRow, InboundContentRow, InboundRow

DISMISSED = "dismissed"
"""The verdict on a mail that a person put away; the one before stands in its event."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing to look at: ``m12`` is the mail 12, ``r3`` the held reply 3, which came in the mail ``mail_id``."""

    id: str
    kind: Literal["mail", "held reply"]
    mail_id: int
    received_at: datetime
    set_aside_at: datetime | None
    sender: str | None
    """The envelope's sender: "" is the null sender, None where it is not known."""
    number: str | None
    """The question to which a held reply seems to belong."""
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class MailRecord:
    """All that the spool knows of one mail, whatever its state; its bytes are ``raw``."""

    mail: InboundRow
    deliveries: Sequence[DeliveryRow]
    events: Sequence[audit.Event]
    held: Sequence[held.HeldReply]
    raw: bytes


def listed(session: Session) -> list[SetAside]:
    """Quarantined mail and held replies, oldest received first."""
    quarantined = select(InboundRow).where(InboundRow.state == "quarantined")
    entries = [_set_aside(row) for row in session.exec(quarantined)]
    entries += [_held(reply) for reply in held.listed(session)]
    return sorted(entries, key=lambda entry: (entry.received_at, entry.mail_id))


def shown(session: Session, inbound_id: int) -> MailRecord | None:
    """One mail of the spool, or None where there is none of that id."""
    mail = session.get(InboundRow, inbound_id)
    content = session.get(InboundContentRow, inbound_id)
    if mail is None or content is None:
        return None
    deliveries = select(DeliveryRow).where(DeliveryRow.inbound_id == inbound_id).order_by(col(DeliveryRow.id))
    return MailRecord(
        mail=mail,
        deliveries=session.exec(deliveries).all(),
        events=audit.history_of_mail(session, inbound_id),
        held=held.of_mail(session, inbound_id),
        raw=content.raw,
    )


def dismiss(session: Session, inbound_id: int, now: datetime) -> bool:
    """A person has seen to a quarantined mail: it is done, with the event ``dismissed``; False if not quarantined.

    The mail and the reason why it was set aside stay on record; nobody is written to.
    """
    mail = session.get(InboundRow, inbound_id, with_for_update=True, populate_existing=True)
    if mail is None or mail.state != "quarantined":
        return False
    detail = {"reason": mail.reason, "verdict": mail.verdict}
    mail.state, mail.verdict, mail.finished_at = "done", DISMISSED, now
    session.flush()
    audit.add(session, [audit.Event(now, "dismissed", "administrator", inbound_id=inbound_id, detail=detail)])
    return True


def _set_aside(row: InboundRow) -> SetAside:
    assert row.id is not None
    return SetAside(
        id=f"m{row.id}",
        kind="mail",
        mail_id=row.id,
        received_at=row.received_at,
        set_aside_at=row.finished_at,
        sender=row.envelope_sender,
        number=None,
        attempts=row.attempts,
        reason=row.reason or "",
    )


def _held(reply: held.HeldReply) -> SetAside:
    return SetAside(
        id=f"r{reply.id}",
        kind="held reply",
        mail_id=reply.inbound_id,
        received_at=reply.received_at,
        set_aside_at=reply.held_at,
        sender=reply.sender,
        number=reply.number,
        attempts=1,
        reason=reply.reason,
    )
