"""New entries become questions of the register: numbered, with their deadlines, call tasks and first remarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from mailgate.domain.automatic import actor
from mailgate.domain.changes import NewEntry
from mailgate.domain.correspondence.aboutentries import NumberedEntry
from mailgate.domain.mail import InboundMail
from mailgate.domain.threads import clerks_thread
from mailgate.domain.workcalendar import WARSAW
from mailgate.recording.calls import first_call, needs_call
from mailgate.recording.decided import Decided
from mailgate.register import audit, questions, sightings
from mailgate.register.tables import QuestionRow


def open_entries(session: Session, batch: Sequence[Decided], now: datetime) -> list[list[NumberedEntry]]:
    """Number and insert every new entry of the batch, in order of receipt; the lists stand in the batch's order."""
    wanted = sorted(
        ((mail.envelope.received_at, index, entry) for index, mail in enumerate(batch) for entry in mail.decision.entries),
        key=lambda item: item[:2],
    )  # fmt: skip
    serials = _serials(session, [_year(received_at) for received_at, _, _ in wanted])
    rows = [
        _row(batch[index], entry, _year(received_at), serial, now)
        for (received_at, index, entry), serial in zip(wanted, serials, strict=True)
    ]
    authors = [_author(batch[index].reading.mail) for _, index, _ in wanted]
    ids = questions.add(session, rows, authors) if rows else []
    calls = [
        first_call(row, id, now)
        for (_, index, _), row, id in zip(wanted, rows, ids, strict=True)
        if needs_call(row) and not batch[index].archive
    ]
    audit.add(session, calls)
    numbered: list[list[NumberedEntry]] = [[] for _ in batch]
    for (_, index, entry), row, question_id in zip(wanted, rows, ids, strict=True):
        numbered[index].append(NumberedEntry(question_id, row.number, entry))
    return numbered


def reused_ids(
    session: Session, batch: Sequence[Decided], numbered: Sequence[Sequence[NumberedEntry]], now: datetime
) -> list[audit.Event]:
    """A remark on each mail, and on each entry in it, whose Message-ID another mail had before: whoever looks a mail up
    by it finds both.
    """
    first = sightings.borne_before(session, [mail.inbound_id for mail in batch])
    remarks: list[audit.Event] = []
    for mail, entries in zip(batch, numbered, strict=True):
        if mail.inbound_id in first:
            detail = {"mail": f"m{first[mail.inbound_id]}"}
            remark = audit.Event(now, "message_id_reused", "mailgate", inbound_id=mail.inbound_id, detail=detail)
            remarks += [replace(remark, question_id=one.id) for one in entries] or [remark]
    return remarks


def said_beside(
    batch: Sequence[Decided], numbered: Sequence[Sequence[NumberedEntry]], now: datetime
) -> list[audit.Event]:
    """What a mail says beside its forms, as a note on each of its questions: the question itself holds the form alone."""
    return [
        audit.Event(now, "note", actor(mail.reading), one.id, mail.inbound_id, detail={"text": mail.reading.beside})
        for mail, entries in zip(batch, numbered, strict=True)
        if mail.reading.beside
        for one in entries
    ]


def _author(mail: InboundMail) -> str | None:
    """Whom the mail names plainly as its author."""
    return mail.sender.address if mail.sender and not mail.doubtful_sender else None


def _year(received_at: datetime) -> int:
    """Numbers run per year of receipt in Warsaw."""
    return received_at.astimezone(ZoneInfo(WARSAW)).year


def _serials(session: Session, years: Sequence[int]) -> list[int]:
    """A serial for each of the years, in their order."""
    streams = {year: iter(questions.take_numbers(session, year, years.count(year))) for year in sorted(set(years))}
    return [next(streams[year]) for year in years]


def _row(mail: Decided, entry: NewEntry, year: int, serial: int, now: datetime) -> QuestionRow:
    form, inbound = entry.form, mail.reading.mail
    thread = clerks_thread(inbound)
    to = entry.addressing.to
    return QuestionRow(
        number=questions.printed_number(year, serial),
        year=year,
        serial=serial,
        kind=entry.kind,
        inbound_id=mail.inbound_id,
        form_index=entry.form_index,
        form_source=form.source if form else None,
        by_ocr=bool(form and form.by_ocr),
        claimed_at=inbound.date,
        received_at=entry.deadline.received_at,
        registered_at=now,
        counted_from=entry.deadline.counted_from,
        acknowledge_by=entry.deadline.acknowledge_by,
        because=list(entry.deadline.because),
        by_phone=entry.by_phone,
        document_date=form.date if form else None,
        reference=form.reference if form else None,
        user_name=form.user_name if form else None,
        office=form.office if form else None,
        phone=form.phone if form else None,
        email=form.email if form else None,
        asker_name=to.name if to else None,
        asker_address=to.address if to else None,
        message_id=thread.in_reply_to,
        references=list(thread.references),
        subject=entry.subject,
        question=entry.text or None,
        problems=[asdict(problem) for problem in entry.problems],
        differences=[asdict(difference) for difference in entry.differences],
        continues_id=entry.continues,
    )
