"""Decisions become rows: entries, events and rendered letters, all in the transaction that the caller holds.

Everything of a batch is gathered first and written with few statements.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlmodel import Session

from mailgate import maillog
from mailgate.delivery.composer import Composer
from mailgate.domain.automatic import actor
from mailgate.domain.changes import (
    AddNote,
    CallTask,
    Change,
    ConfirmAddress,
    Decision,
    FillFields,
    FinishContinued,
    HoldReply,
    NewEntry,
    RecordAnswer,
    RecordCall,
    Reopen,
    TellPurpose,
    TellReceived,
    Undelivered,
    UseAuthor,
)
from mailgate.domain.classify import OwnLetter
from mailgate.domain.correspondence import (
    NumberedEntry,
    Office,
    Post,
    clerks_thread,
    letters_about_changes,
    letters_about_entries,
    told_truly,
)
from mailgate.domain.hot01 import Difference, Hot01, Problem
from mailgate.domain.letters import QuestionSummary, Thread, kind_of
from mailgate.domain.mail import Address, Attachment, Envelope, InboundMail
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion
from mailgate.domain.tokens import TokenKey, message_id, reply_address, return_address
from mailgate.domain.workcalendar import WARSAW
from mailgate.register import audit, held, outbox, questions, restores, returned, sightings, spool
from mailgate.register.brake import Candidate, braked
from mailgate.register.tables import QuestionRow

SERIAL_DIGITS = 6
FROM_MACHINES = frozenset({"auto_reply", "bounce", "bulk", "invitation"})
"""Verdicts on mail that no person wrote: of an archive it is put on record, and nobody need look at it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A mail with all that is known of it and what follows."""

    inbound_id: int
    envelope: Envelope
    reading: Reading
    decision: Decision
    standing: dict[int, StandingQuestion]
    archive: bool = False
    retaken: bool = False
    """Read again after a restoration: its letters may have gone out before, and none is sent by itself."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a batch came to: the letters queued, and the lines for the journal, to be written after the commit."""

    letters: int
    journal: tuple[Callable[[], None], ...]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes decisions; holds what letters need beside their content."""

    office: Office
    composer: Composer
    key: TokenKey
    reply_addresses: bool

    def record(self, session: Session, batch: Sequence[Decided], owner: str, now: datetime) -> Recorded:
        """Write a batch that ``owner`` has claimed.  Raises whatever the database raises."""
        candidates: list[Candidate] = []
        doubted: list[Post] = []
        journal: list[Callable[[], None]] = []
        numbered = self._open(session, batch, now)
        audit.add(session, _reused_ids(session, batch, numbered, now))
        audit.add(session, _said_beside(batch, numbered, now))
        for mail, entries in zip(batch, numbered, strict=True):
            journal += [_registered(mail, one, now) for one in entries]
            journal += [_apply(session, mail, change, now) for change in _standing_changes(mail)]
            if mail.retaken:
                doubted += [candidate.post for candidate in self._candidates(mail, entries)]
            elif not mail.archive:
                candidates += self._candidates(mail, entries)
            journal += _close(session, mail, owner, now)
        kept, held_back = braked(session, candidates, now)
        kept = told_truly(kept, [candidate.post for candidate in candidates])
        self.post(session, kept, now)
        journal += self._put_aside(session, doubted, now)
        return Recorded(len(kept), (*journal, *held_back))

    def post(self, session: Session, posts: Sequence[Post], now: datetime) -> None:
        """Render letters and put them into the outbox.  Raises ConfigurationError where a template cannot be filled."""
        outbox.enqueue(session, [self._rendered(post, now) for post in posts])

    def _put_aside(self, session: Session, posts: Sequence[Post], now: datetime) -> list[Callable[[], None]]:
        """Letters that have most likely gone out, before the register was restored: a person settles them."""
        restore = restores.last(session) if posts else None
        if restore is None:
            return []
        letters = [replace(self._rendered(post, now), doubt=restore.note) for post in posts]
        ids = outbox.enqueue(session, letters)
        return [partial(maillog.letter_uncertain, letter_id=id, reply=restore.note) for id in ids]

    def _candidates(self, mail: Decided, entries: Sequence[NumberedEntry]) -> list[Candidate]:
        """Every letter that follows from a mail."""
        reading, automation = mail.reading, mail.reading.automation
        automatic = automation is not None and automation.kind == "auto_reply"
        posts = chain(
            letters_about_entries(entries, reading, mail.envelope, self.office),
            letters_about_changes(mail.decision.changes, mail.standing, reading, self.office),
        )
        return [Candidate(post, mail.inbound_id, automatic) for post in posts]

    def _open(self, session: Session, batch: Sequence[Decided], now: datetime) -> list[list[NumberedEntry]]:
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
            _call_task(row, id, now)
            for (_, index, _), row, id in zip(wanted, rows, ids, strict=True)
            if _needs_call(row) and not batch[index].archive
        ]
        audit.add(session, calls)
        numbered: list[list[NumberedEntry]] = [[] for _ in batch]
        for (_, index, entry), row, question_id in zip(wanted, rows, ids, strict=True):
            numbered[index].append(NumberedEntry(question_id, row.number, entry))
        return numbered

    def _rendered(self, post: Post, now: datetime) -> outbox.NewLetter:
        """A letter with its token, its Message-ID and its bytes; from here on none of them changes."""
        hotline, recipient = self.office.hotline, post.letter.to.address
        tagged = self.reply_addresses
        token = self.key.issue(post.role, post.number, recipient, secrets.token_bytes(5))
        identity = message_id(_serial(post.number), token, hotline.domain)
        reply_to = reply_address(hotline.address, token) if tagged else hotline.address
        composed = self.composer.compose(post.letter, identity, reply_to, now, token)
        return outbox.NewLetter(
            message_id=identity,
            token=token,
            kind=kind_of(post.letter),
            role=post.role,
            effect=post.effect,
            recipient=recipient,
            envelope_sender=return_address(hotline.address, token) if tagged else hotline.address,
            subject=composed.subject,
            question_ids=post.question_ids,
            content=composed.content,
            created_at=now,
        )


def _reused_ids(
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


def _said_beside(
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


def _needs_call(row: QuestionRow) -> bool:
    """Procedure 1.5.3: acknowledged by telephone where the form gives nothing else, or we have no address."""
    return row.by_phone or (row.asker_address is None and row.phone is not None)


def _call_task(row: QuestionRow, question_id: int, now: datetime) -> audit.Event:
    call = CallTask(question_id, row.phone or "", row.acknowledge_by, "acknowledge")
    return _call_event(call, row.inbound_id, now)


def _call_event(call: CallTask, inbound_id: int | None, now: datetime) -> audit.Event:
    detail = {"phone": call.phone, "due": call.due.isoformat(), "purpose": call.purpose}
    return audit.Event(now, "call_task", "mailgate", call.question_id, inbound_id, detail=detail)


def _year(received_at: datetime) -> int:
    """Numbers run per year of receipt in Warsaw."""
    return received_at.astimezone(ZoneInfo(WARSAW)).year


def _serial(number: str) -> int:
    return int(number[-SERIAL_DIGITS:]) if number else 0


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


def standing_question(row: QuestionRow) -> StandingQuestion:
    """A row of the register as decisions see it."""
    assert row.id is not None
    form = Hot01(
        date=row.document_date,
        reference=row.reference,
        user_name=row.user_name,
        office=row.office,
        phone=row.phone,
        email=row.email,
        question=row.question,
        source=row.form_source or "",
        by_ocr=row.by_ocr,
    )
    summary = QuestionSummary(
        number=row.number,
        kind=row.kind,  # type: ignore[arg-type]  # a CHECK constraint keeps it to EntryKind
        subject=row.subject,
        received_at=row.received_at,
        counted_from=row.counted_from,
        acknowledge_by=row.acknowledge_by,
        because=tuple(row.because),
        form=form if row.form_source else None,
        text=row.question or "",
        problems=tuple(Problem(**problem) for problem in row.problems),
        differences=tuple(Difference(**difference) for difference in row.differences),
        by_phone=row.by_phone,
    )
    return StandingQuestion(
        id=row.id,
        summary=summary,
        asker=Address(row.asker_name or "", row.asker_address) if row.asker_address else None,
        thread=Thread(row.message_id, tuple(row.references)),
        finished=row.status == "finished",
        answered_by=row.consultant if row.answer is not None else None,
    )


def _standing_changes(mail: Decided) -> Sequence[Change]:
    """What of a decision is written: of old mail nothing that asks a person to act today."""
    changes = mail.decision.changes
    if not mail.archive:
        return changes
    return [change for change in changes if not isinstance(change, CallTask | HoldReply)]


def _apply(session: Session, mail: Decided, change: Change, now: datetime) -> Callable[[], None]:
    """Write one change of a standing question, with its event; gives the line for the journal."""
    match change:
        case AddNote(question_id=question_id, kind=kind, actor=actor, text=text, facts=facts):
            detail = {**dict(facts), "text": text}
            audit.add(session, [audit.Event(now, kind, actor, question_id, mail.inbound_id, detail=detail)])
            return _noted(mail, question_id, kind)
        case RecordAnswer(question_id=question_id, consultant=consultant, text=text, attachments=files) as answer:
            described = _described(text, files)
            questions.record_answer(
                session, question_id, described, consultant.address, answer.documentation, now, mail.inbound_id
            )
            return _noted(mail, question_id, "answer")
        case Reopen(question_id=question_id, actor=actor):
            questions.reopen(session, question_id, actor, now)
            return _noted(mail, question_id, "reopened")
        case FinishContinued(question_id=question_id, actor=actor):
            questions.finish_continued(session, question_id, actor, now)
            return _noted(mail, question_id, "continued")
        case ConfirmAddress(question_id=question_id, address=address):
            questions.confirm_address(session, question_id, address.name, address.address, now)
            return _noted(mail, question_id, "address-confirmed")
        case FillFields(question_id=question_id, actor=actor, values=values):
            questions.complete(session, question_id, dict(values), actor, now)
            return _noted(mail, question_id, "completed")
        case Undelivered(returned=back, actor=actor):
            returned.mark_bounced(session, back.letter.id, actor, mail.inbound_id, now)
            letter, spool_id = back.letter, mail.inbound_id
            number = letter.number or None
            return partial(
                maillog.letter_bounced, letter_id=letter.id, status=back.status, spool_id=spool_id, number=number
            )
        case CallTask(question_id=question_id):
            audit.add(session, [_call_event(change, mail.inbound_id, now)])
            return _noted(mail, question_id, "call-task")
        case RecordCall(question_id=question_id, at=at, text=text):
            caller = f"consultant {change.consultant.address}"
            questions.record_call(session, question_id, at, caller, now, text=text, inbound_id=mail.inbound_id)
            return _noted(mail, question_id, "call")
        case UseAuthor(question_id=question_id, address=address):
            questions.use_author(session, question_id, address.address, now)
            return _noted(mail, question_id, "address-replaced")
        case TellReceived(question_ids=ids):
            return _noted(mail, ids[0], "receipt")
        case TellPurpose():
            return partial(maillog.no_question, spool_id=mail.inbound_id, kind=mail.decision.verdict)
        case HoldReply(question_id=question_id, hold=hold):
            reason = hold.reason
            held.hold(session, mail.inbound_id, question_id, reason, now)
            number = mail.standing[question_id].summary.number if question_id in mail.standing else None
            return partial(maillog.held, spool_id=mail.inbound_id, number=number, reason=reason)
        case _:
            assert_never(change)


def _described(text: str, files: Sequence[Attachment]) -> str:
    """The answer as the register describes it: the files that went along are named."""
    named = f"[Załączniki: {', '.join(file.name for file in files)}]" if files else ""
    return "\n\n".join(part for part in (text, named) if part) or "[Wskazano miejsce w dokumentacji.]"


def _close(session: Session, mail: Decided, owner: str, now: datetime) -> list[Callable[[], None]]:
    """The mail has had its effect, or stands aside for a person."""
    decision = mail.decision
    if decision.set_aside is None or (mail.archive and decision.verdict in FROM_MACHINES):
        spool.finish(session, mail.inbound_id, decision.verdict, now, owner=owner)
        dropped = decision.verdict == OwnLetter.kind
        lines = [partial(maillog.no_question, spool_id=mail.inbound_id, kind=decision.verdict)] if dropped else []
        return [*lines, partial(maillog.handled, spool_id=mail.inbound_id, verdict=decision.verdict)]
    spool.quarantine(session, mail.inbound_id, decision.set_aside, decision.verdict, now, owner=owner)
    reason, verdict = decision.set_aside, decision.verdict
    return [partial(maillog.quarantined, spool_id=mail.inbound_id, reason=reason, verdict=verdict)]


def _registered(mail: Decided, one: NumberedEntry, now: datetime) -> Callable[[], None]:
    # What an archive or a restoration brings was received long ago, and says nothing of how quick we are.
    seconds = None if mail.archive or mail.retaken else (now - mail.envelope.received_at).total_seconds()
    spool_id, kind = mail.inbound_id, one.entry.kind
    return partial(maillog.registered, spool_id=spool_id, number=one.number, kind=kind, seconds=seconds)


def _noted(mail: Decided, question_id: int, kind: str) -> Callable[[], None]:
    number = mail.standing[question_id].summary.number
    return partial(maillog.noted, spool_id=mail.inbound_id, number=number, kind=kind)
