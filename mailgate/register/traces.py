"""Everything on record about one mail: how it came, what became of it, and the questions and letters that followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from mailgate.domain.message.fingerprint import split_message
from mailgate.register import audit, held, letters
from mailgate.register.sentletters import MAX_KEY, key_of
from mailgate.register.spool.arrivals import MAX_MESSAGE_ID
from mailgate.register.sql import run
from mailgate.register.tables import (
    DeliveryRow,
    EventRow,
    InboundContentRow,
    InboundRow,
    LetterQuestionRow,
    LetterRow,
    QuestionRow,
    table_of,
)

_HEAD_BYTES = 65_536
_PORTION = 200
LOOK_BACK = 20_000
"""Mails, the newest, whose headers are searched: some seconds' work.  Nothing there is indexed."""
_FROM_HEADERS = re.compile(
    rb"^(?:from|sender|reply-to|return-path)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_mail = table_of(InboundRow)
_content = table_of(InboundContentRow)
_question = table_of(QuestionRow)
_event = table_of(EventRow)
_letter = table_of(LetterRow)
_about = table_of(LetterQuestionRow)


@dataclass(frozen=True, slots=True)
class Trace:
    """One mail, or a question that came another way (``mail`` is None), with what hangs on it, each list oldest first.

    ``questions`` are those that it asked; of them ``events`` has everything.  ``touched`` are the numbers of others to
    which it was a follow-up, an answer or a notice.
    """

    mail: InboundRow | None
    deliveries: Sequence[DeliveryRow] = ()
    questions: Sequence[QuestionRow] = ()
    touched: Sequence[str] = ()
    events: Sequence[audit.Event] = ()
    letters: Sequence[letters.LetterEntry] = ()
    held: Sequence[held.HeldReply] = ()


def of_mail(session: Session, inbound_id: int) -> Trace | None:
    """The trace of a mail of the spool; None where there is none of that id."""
    mail = session.get(InboundRow, inbound_id)
    if mail is None:
        return None
    deliveries = select_rows(DeliveryRow).where(DeliveryRow.inbound_id == inbound_id)
    asked = session.exec(select_rows(QuestionRow).where(QuestionRow.inbound_id == inbound_id)).all()
    own = audit.history_of_mail(session, inbound_id)
    trace = _of_questions(session, sorted(asked, key=lambda row: (row.year, row.serial)), own)
    return Trace(
        mail,
        sorted(session.exec(deliveries), key=lambda row: (row.received_at, row.id)),
        trace.questions,
        _numbers(session, {event.question_id for event in own} - {row.id for row in asked}),
        trace.events,
        trace.letters,
        held.of_mail(session, inbound_id),
    )


def of_question(session: Session, row: QuestionRow) -> Trace:
    """The trace of the mail with which a question came, or of the question alone."""
    trace = of_mail(session, row.inbound_id) if row.inbound_id is not None else None
    return trace or _of_questions(session, [row], [])


def by_message_id(session: Session, message_id: str) -> list[int]:
    """The mails with a Message-ID, and those that ask what a letter of ours with it is about, newest first."""
    wanted = f"<{message_id.strip().strip('<>')}>"
    ids = set(run(session, select(_mail.c.id).where(_mail.c.message_id == wanted[:MAX_MESSAGE_ID])).scalars())
    about_letter = (
        select(_question.c.inbound_id)
        .join(_about, _about.c.question_id == _question.c.id)
        .join(_letter, _letter.c.id == _about.c.letter_id)
        .where(_letter.c.message_id == wanted, _question.c.inbound_id.is_not(None))
    )
    return sorted(ids | set(run(session, about_letter).scalars()), reverse=True)


def by_address(session: Session, address: str, limit: int) -> list[int]:
    """The newest mails that have to do with an address: as sender of the envelope or the headers, in the form, or as
    whoever did what a mail brought about.  In any spelling of case.
    """
    key = address.lower()
    known = set(run(session, select(_mail.c.id).where(func.lower(_mail.c.envelope_sender) == key)).scalars())
    asked = or_(func.lower(_question.c.asker_address) == key, func.lower(_question.c.email) == key)
    known |= set(
        run(session, select(_question.c.inbound_id).where(asked, _question.c.inbound_id.is_not(None))).scalars()
    )
    acted = func.lower(_event.c.actor).in_([f"{who} {key}" for who in ("clerk", "consultant", "sender")])
    known |= set(run(session, select(_event.c.inbound_id).where(acted, _event.c.inbound_id.is_not(None))).scalars())
    return _with_headers(session, key.encode(), known, limit)


def letters_to(session: Session, address: str, limit: int) -> list[letters.LetterEntry]:
    """The newest letters to an address, in any spelling of case and with any tag behind a plus sign, newest first."""
    # Older registers counted the letters to each tag by themselves.
    keys = {key_of(address), address.lower()[:MAX_KEY]}
    chosen = (
        select(_letter.c.id).where(_letter.c.recipient_key.in_(keys)).order_by(_letter.c.created_at.desc()).limit(limit)
    )
    return sorted(
        letters.by_ids(session, run(session, chosen).scalars().all()), key=lambda one: one.created_at, reverse=True
    )


def raw_of(session: Session, inbound_id: int) -> bytes:
    """A mail's own bytes."""
    return bytes(run(session, select(_content.c.raw).where(_content.c.inbound_id == inbound_id)).scalar() or b"")


def _with_headers(session: Session, address: bytes, known: set[int], limit: int) -> list[int]:
    """Add the mails that name the address in a header of their author's; looks back only until there are enough.

    Mail from a mailbox has no envelope, and not all mail becomes a question: what was set aside or came from a machine
    is found by its headers alone, if it is among the newest ``LOOK_BACK`` mails.
    """
    found: list[int] = []
    looked = 0
    chosen = (
        select(_mail.c.id, func.substr(_content.c.raw, 1, _HEAD_BYTES).label("head"))
        .join(_content, _content.c.inbound_id == _mail.c.id)
        .order_by(_mail.c.id.desc())
        .limit(_PORTION)
    )
    rows = run(session, chosen).all()
    while rows and len(found) < limit and looked < LOOK_BACK:
        found += [row.id for row in rows if row.id in known or _names(bytes(row.head), address)]
        looked += len(rows)
        rows = run(session, chosen.where(_mail.c.id < rows[-1].id)).all()
    return (found + sorted(known.difference(found), reverse=True))[:limit]


def looked_back_to(session: Session) -> datetime | None:
    """When the oldest mail came whose headers ``by_address`` searches; None where it searches those of all."""
    newest = select(_mail.c.spooled_at).order_by(_mail.c.id.desc()).offset(LOOK_BACK - 1).limit(2)
    moments = run(session, newest).scalars().all()
    return moments[0] if len(moments) > 1 else None


def _names(head: bytes, address: bytes) -> bool:
    if address not in head.lower():
        return False
    fields, _ = split_message(head)
    bounded = re.compile(rb"(?<![\w.+-])" + re.escape(address) + rb"(?![\w.-]*\w)", re.IGNORECASE)
    return any(bounded.search(field[0]) for field in _FROM_HEADERS.finditer(fields))


def _of_questions(session: Session, rows: Sequence[QuestionRow], own: Iterable[audit.Event]) -> Trace:
    """What hangs on questions; an event that is about one of them and in the mail stands once."""
    events = list(own)
    entries: dict[int, letters.LetterEntry] = {}
    for row in rows:
        assert row.id is not None
        events += [event for event in audit.history(session, row.id) if event not in events]
        entries |= {entry.id: entry for entry in letters.about(session, row.id)}
    events.sort(key=lambda event: event.at)
    return Trace(None, (), rows, (), events, [entries[id] for id in sorted(entries)])


def _numbers(session: Session, question_ids: set[int | None]) -> list[str]:
    ids = [id for id in question_ids if id is not None]
    return list(
        run(session, select(_question.c.number).where(_question.c.id.in_(ids)).order_by(_question.c.id)).scalars()
    )
