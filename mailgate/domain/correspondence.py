"""The letters that follow from a decision, once its new entries have their numbers.

The clerk is acknowledged once a mail, however many forms it held; each consultant gets a letter of his own, because
its token is bound to him.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from mailgate.domain.decide import (
    AddNote,
    Change,
    ConfirmAddress,
    FinishContinued,
    HoldReply,
    NewEntry,
    RecordAnswer,
    Reopen,
    written_text,
)
from mailgate.domain.letters import (
    Acknowledgement,
    Answer,
    FollowUpForConsultant,
    Letter,
    NoForm,
    NotRelayed,
    QuestionForConsultant,
    QuestionSummary,
    Thread,
)
from mailgate.domain.mail import Address, Attachment, Envelope, InboundMail
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion, consultants_thread
from mailgate.domain.tokens import Role

Effect = Literal["none", "acknowledges", "answers"]
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


def most_an_hour(letter: Letter) -> int | None:
    """How many letters of its kind one correspondent may get within an hour; None where there is no such brake."""
    match letter:
        case NoForm():
            return 3
        case Acknowledgement(questions=questions) if all(one.kind == "blank_form" for one in questions):
            return 3
        case NotRelayed():
            return 10
        case _:
            return None


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
                remarks=tuple(_remarks(numbered.entry, bool(receipt))),
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


def _remarks(entry: NewEntry, acknowledged_by_mail: bool) -> Iterator[str]:
    """What needs a consultant's attention, in Polish sentences."""
    if entry.kind == "unformalised":
        yield "Wiadomość nie zawierała formularza HOT-01." + (
            " Nadawca otrzymał pusty formularz z prośbą o wypełnienie." if acknowledged_by_mail else ""
        )
    if entry.kind == "unreadable":
        yield "Wiadomości nie udało się odczytać (jest zaszyfrowana albo uszkodzona)." + (
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
    changes: Iterable[Change], standing: dict[int, StandingQuestion], reading: Reading, office: Office
) -> Iterator[Post]:
    """What clerks and consultants are told of changes to standing questions."""
    followed = [change for change in changes if isinstance(change, AddNote) and change.kind == "follow_up"]
    if followed:
        yield from _follow_up([standing[note.question_id] for note in followed], reading, office)
    for change in changes:
        match change:
            case RecordAnswer():
                yield from _answer(change, standing[change.question_id])
            case HoldReply():
                yield from _not_relayed(change, standing, reading, office)
            case AddNote() | Reopen() | FinishContinued() | ConfirmAddress():
                pass
            case _:
                assert_never(change)


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
