"""Plain rows for tests: an arrival, a question, a letter, each as dull as can be unless told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from mailgate.domain.mail import Envelope
from mailgate.register import audit, outbox, questions, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.tables import InboundRow, QuestionRow

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def arrival(
    fingerprint: str, *, received_at: datetime = NOW, raw: bytes = b"Subject: x\r\n\r\nx", **envelope: Any
) -> spool.Arrival:
    """A mail that came by SMTP; keyword arguments change its envelope."""
    values: dict[str, Any] = {"source": "smtp", "sender": "jan@urzad.example", "recipients": ("hotline@csizs.example",)}
    return spool.Arrival(Envelope(**values | {"received_at": received_at} | envelope), raw, fingerprint)


def placed(fingerprint: str, uid: int, mailbox: str = "INBOX", uidvalidity: int = 1) -> spool.Arrival:
    """A mail that was found in a mailbox."""
    return arrival(fingerprint, source="imap", sender=None, folder=mailbox, uidvalidity=uidvalidity, uid=uid)


def spooled(engine: Engine, *fingerprints: str) -> list[int]:
    """The ids of fresh mails, received a second after each other."""
    mails = [arrival(text, received_at=NOW + timedelta(seconds=index)) for index, text in enumerate(fingerprints)]
    with unit_of_work(engine) as session:
        return [one.id for one in spool.put(session, mails, NOW)]


def question(serial: int, year: int = 2026, **values: Any) -> QuestionRow:
    """A question received at NOW, acknowledged by the next day."""
    plain: dict[str, Any] = {
        "number": questions.printed_number(year, serial),
        "year": year,
        "serial": serial,
        "received_at": NOW,
        "registered_at": NOW,
        "counted_from": NOW,
        "acknowledge_by": NOW + timedelta(days=1),
        "because": ["Wpłynęło w godzinach pracy."],
        "references": [],
        "problems": [],
        "differences": [],
        "subject": "Zaświadczenie",
        "question": "Gdzie znajdę zażółconą gęś?",
        "asker_address": "jan@urzad.example",
    }
    return QuestionRow(**plain | values)


def registered(session: Session, count: int = 1, year: int = 2026, **values: Any) -> list[int]:
    """The ids of freshly numbered questions."""
    serials = questions.take_numbers(session, year, count)
    return questions.add(session, [question(serial, year, **values) for serial in serials])


def letter(name: str, *question_ids: int, **values: Any) -> outbox.NewLetter:
    """A letter to a clerk; ``name`` makes its Message-ID and its token."""
    plain: dict[str, Any] = {
        "message_id": f"<hot01.{name}@csizs.example>",
        "token": f"token{name}",
        "kind": "acknowledgement",
        "role": "clerk",
        "effect": "acknowledges",
        "recipient": "Jan@Urzad.example",
        "envelope_sender": "hotline@csizs.example",
        "subject": "Potwierdzenie",
        "question_ids": question_ids,
        "content": b"Subject: Potwierdzenie\r\n\r\nDzie\xc5\x84 dobry\r\n",
        "created_at": NOW,
    }
    return outbox.NewLetter(**plain | values)


def inbound_row(engine: Engine, inbound_id: int) -> InboundRow:
    """The row of one mail in the spool."""
    with reading(engine) as session:
        row = session.get(InboundRow, inbound_id)
        assert row is not None
        return row


def claimed(engine: Engine, owner: str = "a", limit: int = 10, later: timedelta = timedelta()) -> spool.Claim:
    """A claim on what waits in the spool, ``later`` than NOW."""
    with unit_of_work(engine) as session:
        return spool.claim(session, owner, limit, NOW + later, LEASE)


def kinds_of_mail(engine: Engine, inbound_id: int) -> list[str]:
    """The kinds of the events of one mail, in their order."""
    with reading(engine) as session:
        return [event.kind for event in audit.history_of_mail(session, inbound_id)]


def count_rows(engine: Engine, table: type) -> int:
    """How many rows a table has."""
    with reading(engine) as session:
        return len(session.exec(select(table)).all())
