"""The letters that follow from a decision, once its new entries have their numbers.

The clerk is acknowledged once a mail, however many forms it held; each consultant gets a letter of his own, because
its token is bound to him.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from mailgate.domain.changes import (
    AddNote,
    CallTask,
    Change,
    ConfirmAddress,
    FillFields,
    FinishContinued,
    HoldReply,
    NewEntry,
    RecordAnswer,
    Reopen,
    TellPurpose,
    Undelivered,
)
from mailgate.domain.decide import written_text
from mailgate.domain.letters import (
    Acknowledgement,
    Answer,
    Effect,
    FollowUpForConsultant,
    Letter,
    NoForm,
    NoMeeting,
    NotDelivered,
    NotRelayed,
    QuestionForConsultant,
    QuestionSummary,
    Thread,
)
from mailgate.domain.mail import Address, Attachment, Envelope, InboundMail
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion, consultants_thread
from mailgate.domain.tokens import Role

_UNREAD_FILE = re.compile(r"attachment:(.+?): (?=.*(?:\bnot (?:read|opened)\b|\bOCR\b|pages were read))")
"""A remark of the readers on a file of which something is left to a person."""
_NAMED_FILES = 5
NEVER_ALONG = frozenset({"smime.p7s", "signature.asc", "winmail.dat"})


@dataclass(frozen=True, slots=True)
class Office:
    """Who takes part: the hot-line's own address and the consultants."""

    hotline: Address
    consultants: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """A new entry with its id and number."""

    id: int
    number: str
    entry: NewEntry

    @property
    def summary(self) -> QuestionSummary:
        """The entry as letters show it."""
        entry, deadline = self.entry, self.entry.deadline
        return QuestionSummary(
            number=self.number,
            kind=entry.kind,
            subject=entry.subject,
            received_at=deadline.received_at,
            counted_from=deadline.counted_from,
            acknowledge_by=deadline.acknowledge_by,
            because=deadline.because,
            form=entry.form,
            text=entry.text,
            problems=entry.problems,
            differences=entry.differences,
            by_phone=entry.by_phone,
        )


@dataclass(frozen=True, slots=True)
class Post:
    """A letter to be sent: whose role it plays, and what its acceptance means for its questions."""

    letter: Letter
    role: Role
    effect: Effect
    question_ids: tuple[int, ...]
    number: str
    """The number that its token is bound to; "" where there is none."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many letters of one kind to one correspondent within a time, and no more."""

    most: int
    within: timedelta


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def limits_on(letter: Letter) -> tuple[Limit, ...]:
    """The brake on letters that answer no question: a machine that bears no sign of it would get them for ever.

    That of a day stops machines which answer slowly; a clerk who has had five explanations in one day needs another
    help than a sixth.
    """
    match letter:
        case NoForm():
            return Limit(3, _HOUR), Limit(5, _DAY)
        case Acknowledgement(questions=questions) if all(one.kind == "blank_form" for one in questions):
            return Limit(3, _HOUR), Limit(5, _DAY)
        case NotRelayed():
            return (Limit(10, _HOUR),)
        case NoMeeting():
            return (Limit(1, _DAY),)
        case _:
            return ()


def clerks_thread(mail: InboundMail) -> Thread:
    """Where our letters to the author of a mail stand (RFC 5322 section 3.6.4)."""
    if mail.message_id is None:
        return Thread()
    return Thread(mail.message_id, (*mail.references, mail.message_id))


def letters_about_entries(
    entries: Sequence[NumberedEntry], reading: Reading, envelope: Envelope, office: Office
) -> Iterator[Post]:
    """The clerk's one letter for the mail, and each consultant's for each entry."""
    if not entries:
        return
    receipt = _receipt(entries, reading, envelope)
    if receipt:
        yield receipt
    files = original_files(reading.mail)
    for numbered in entries:
        thread = consultants_thread(numbered.number, office.hotline.domain)
        for consultant in office.consultants:
            letter = QuestionForConsultant(
                to=consultant,
                thread=thread,
                question=numbered.summary,
                asker=reading.mail.sender,
                attachments=files,
                remarks=(*_remarks(numbered.entry, bool(receipt)), *unread_files(reading.mail)),
            )
            yield Post(letter, "consultant", "none", (numbered.id,), numbered.number)


def _receipt(entries: Sequence[NumberedEntry], reading: Reading, envelope: Envelope) -> Post | None:
    """The acknowledgement of all entries of a mail, or the answer that no form was found."""
    first = entries[0]
    to = first.entry.addressing.to
    if to is None:
        return None
    thread, ids = clerks_thread(reading.mail), tuple(numbered.id for numbered in entries)
    if first.entry.kind in ("question", "blank_form"):
        summaries = tuple(numbered.summary for numbered in entries)
        unconfirmed = next((n.entry.addressing.unconfirmed for n in entries if n.entry.addressing.unconfirmed), None)
        letter = Acknowledgement(to, thread, summaries, unconfirmed)
        return Post(letter, "clerk", "acknowledges", ids, first.number)
    # RFC 3834 section 2: nothing automatic answers the null sender.  A question is answered all the same, since
    # redirects of careless servers lose the sender (E72); free text from nobody most likely is a machine's.
    if envelope.sender == "":
        return None
    return Post(NoForm(to, thread, first.summary), "clerk", "acknowledges", ids, first.number)


def original_files(mail: InboundMail) -> tuple[Attachment, ...]:
    """The files that a consultant may need: all but the seals of signatures."""
    return tuple(file for file in mail.attachments if file.name.lower() not in NEVER_ALONG)


def unread_files(mail: InboundMail) -> Iterator[str]:
    """A Polish sentence on the files of which something was not read: a person has to look into them."""
    names = dict.fromkeys(found.group(1) for note in mail.notes if (found := _UNREAD_FILE.match(note)))
    if names:
        listed = ", ".join([*list(names)[:_NAMED_FILES], *(["…"] if len(names) > _NAMED_FILES else [])])
        yield f"Program nie odczytał w całości następujących plików, prosimy je przejrzeć: {listed}."


def _remarks(entry: NewEntry, acknowledged_by_mail: bool) -> Iterator[str]:
    """What needs a consultant's attention, in Polish sentences."""
    if entry.kind == "unformalised":
        yield "Wiadomość nie zawierała formularza HOT-01." + (
            " Nadawca otrzymał pusty formularz z prośbą o wypełnienie." if acknowledged_by_mail else ""
        )
    if entry.kind == "unreadable":
        yield "Wiadomości nie udało się odczytać (jest zaszyfrowana, uszkodzona albo zbyt duża)." + (
            " Nadawca otrzymał prośbę o przesłanie pytania jeszcze raz." if acknowledged_by_mail else ""
        )
    if entry.addressing.to is None:
        yield (
            "Nie znamy adresu e-mail, na który można potwierdzić przyjęcie pytania i wysłać odpowiedź; "
            "prosimy skontaktować się z Użytkownikiem telefonicznie."
        )
    elif entry.addressing.unconfirmed:
        yield (
            f"W formularzu podano adres {entry.addressing.unconfirmed}, który różni się od adresu nadawcy i nie jest "
            "potwierdzony. Poprosiliśmy o jego potwierdzenie; na razie piszemy na adres nadawcy."
        )


def letters_about_changes(
    changes: Sequence[Change], standing: dict[int, StandingQuestion], reading: Reading, office: Office
) -> Iterator[Post]:
    """What clerks and consultants are told of changes to standing questions."""
    followed = [change for change in changes if isinstance(change, AddNote) and change.kind == "follow_up"]
    if followed:
        yield from _follow_up([standing[note.question_id] for note in followed], reading, office)
    calls = {change.question_id: change for change in changes if isinstance(change, CallTask)}
    for change in changes:
        match change:
            case RecordAnswer():
                yield from _answer(change, standing[change.question_id])
            case HoldReply():
                yield from _not_relayed(change, standing, reading, office)
            case Undelivered():
                yield from _not_delivered(change, calls, standing, office)
            case TellPurpose(to=to):
                letter = NoMeeting(to, clerks_thread(reading.mail), reading.mail.subject)
                yield Post(letter, "clerk", "none", (), "")
            case AddNote() | Reopen() | FinishContinued() | ConfirmAddress() | FillFields() | CallTask():
                pass
            case _:
                assert_never(change)


def _not_delivered(
    undelivered: Undelivered,
    calls: Mapping[int, CallTask],
    standing: Mapping[int, StandingQuestion],
    office: Office,
) -> Iterator[Post]:
    """What consultants must know of a clerk's letter that came back: whose answer it was, he; else all of them.

    Nobody is written to about a letter to a consultant: that is for a person who can mend it.
    """
    returned, letter = undelivered.returned, undelivered.returned.letter
    questions = [standing[id] for id in letter.question_ids if id in standing]
    if letter.role == "consultant" or not questions:
        return
    first, *others = questions
    reachable = next((one for one in questions if one.phone), first)
    due = calls[reachable.id].due if reachable.id in calls else reachable.summary.acknowledge_by
    for consultant in _concerned(first, office) if letter.effect == "answers" else office.consultants:
        told = NotDelivered(
            to=consultant,
            thread=consultants_thread(first.summary.number, office.hotline.domain),
            question=first.summary,
            answer=letter.effect == "answers",
            address=letter.recipient,
            reason=returned.reason,
            diagnostic=returned.diagnostic,
            phone=reachable.phone,
            call_by=due if reachable.phone else None,
            others=tuple(one.summary.number for one in others),
        )
        yield Post(told, "consultant", "none", tuple(one.id for one in questions), first.summary.number)


def _concerned(question: StandingQuestion, office: Office) -> tuple[Address, ...]:
    """The consultant who answered, or all of them where he is none any more."""
    answered_by = (question.answered_by or "").lower()
    return tuple(one for one in office.consultants if one.key == answered_by) or office.consultants


def _answer(answer: RecordAnswer, question: StandingQuestion) -> Iterator[Post]:
    """The consultant's own words to the clerk, or the place in the documentation that holds the answer."""
    if question.asker is None:
        return
    letter = Answer(
        to=question.asker,
        thread=question.thread,
        number=question.summary.number,
        subject=question.summary.subject,
        text=answer.text,
        attachments=answer.attachments,
        documentation=answer.documentation,
        question=question.summary.text,
    )
    yield Post(letter, "clerk", "answers", (question.id,), question.summary.number)


def _follow_up(questions: Sequence[StandingQuestion], reading: Reading, office: Office) -> Iterator[Post]:
    """One letter a consultant, on the first of the questions; the others are named."""
    first, *others = questions
    remarks = list(_author_remarks(first, reading.mail.sender))
    if others:
        numbers = ", ".join(other.summary.number for other in others)
        remarks.append(f"Wiadomość dotyczy także pytań: {numbers}.")
    for consultant in office.consultants:
        letter = FollowUpForConsultant(
            to=consultant,
            thread=consultants_thread(first.summary.number, office.hotline.domain),
            question=first.summary,
            author=reading.mail.sender,
            text=written_text(reading),
            attachments=original_files(reading.mail),
            answered=first.answered_by is not None,
            remarks=tuple(remarks),
        )
        ids = tuple(question.id for question in questions)
        yield Post(letter, "consultant", "none", ids, first.summary.number)


def _author_remarks(question: StandingQuestion, author: Address | None) -> Iterator[str]:
    """E92: a colleague's word joins the question; the answer still goes to the one who asked."""
    if author and question.asker and author.key != question.asker.key:
        yield f"Autorem tej wiadomości jest {author.address}; odpowiedź wyślemy na adres {question.asker.address}."


def _not_relayed(
    held: HoldReply, standing: dict[int, StandingQuestion], reading: Reading, office: Office
) -> Iterator[Post]:
    """Why a reply was not passed on; to its author where he is proven, else to all consultants."""
    question = standing.get(held.question_id) if held.question_id is not None else None
    number = question.summary.number if question else None
    for consultant in (held.to,) if held.to else office.consultants:
        letter = NotRelayed(
            to=consultant,
            thread=consultants_thread(number, office.hotline.domain) if number else Thread(),
            number=number,
            reason=held.hold.told,
            author=reading.mail.sender,
            subject=reading.mail.subject,
            text=held.text,
            advice=held.hold.advice,
            commands=held.commands,
        )
        yield Post(letter, "consultant", "none", (question.id,) if question else (), number or "")
