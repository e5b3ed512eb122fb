"""The letters that follow from a decision, once its new entries have their numbers.

The clerk is acknowledged once a mail, however many forms it held; each consultant gets a letter of his own, because
its token is bound to him.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    RecordCall,
    Reopen,
    TellPurpose,
    TellReceived,
    Undelivered,
    UseAuthor,
)
from mailgate.domain.decide import adds_nothing, written_text
from mailgate.domain.entryremarks import remarks_on, unread_files, without_receipt
from mailgate.domain.letters import (
    Acknowledgement,
    Answer,
    Effect,
    FollowUpForConsultant,
    FollowUpReceipt,
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
from mailgate.domain.supplements import as_changed, confirmed_in, supplied_in
from mailgate.domain.threads import StandingQuestion, consultants_thread
from mailgate.domain.tokens import Role
from mailgate.domain.unreadfiles import told_to_clerk

NEVER_ALONG = frozenset({"smime.p7s", "signature.asc", "winmail.dat"})


@dataclass(frozen=True, slots=True)
class Office:
    """Who takes part: the hot-line's own address, the consultants, and who is told of what needs a person."""

    hotline: Address
    consultants: tuple[Address, ...]
    administrators: tuple[Address, ...] = ()


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
    unread = () if reading.unreadable else tuple(unread_files(reading.mail))
    for numbered in entries:
        thread = consultants_thread(numbered.number, office.hotline.domain)
        for consultant in office.consultants:
            letter = QuestionForConsultant(
                to=consultant,
                thread=thread,
                question=numbered.summary,
                asker=reading.mail.sender,
                attachments=files,
                remarks=(*remarks_on(numbered.entry, acknowledged_by_mail=bool(receipt)), *unread),
                beside=reading.beside,
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
        letter = Acknowledgement(to, thread, summaries, unconfirmed, unread=told_to_clerk(reading))
        return Post(letter, "clerk", "acknowledges", ids, first.number)
    # RFC 3834 section 2: nothing automatic answers the null sender.  A question is answered all the same, since
    # redirects of careless servers lose the sender (E72); free text from nobody most likely is a machine's.
    if envelope.sender == "":
        return None
    no_form = NoForm(to, thread, first.summary, told_to_clerk(reading))
    return Post(no_form, "clerk", "acknowledges", ids, first.number)


def original_files(mail: InboundMail) -> tuple[Attachment, ...]:
    """The files that a consultant may need: all but the seals of signatures."""
    return tuple(file for file in mail.attachments if file.name.lower() not in NEVER_ALONG)


def told_truly(kept: Sequence[Post], wanted: Sequence[Post]) -> list[Post]:
    """The letters that are sent, of all that were ``wanted``: none says of one that is held back that it was sent."""
    sent = {id(post) for post in kept}
    silenced = {
        question_id
        for post in wanted
        if isinstance(post.letter, Acknowledgement | NoForm) and id(post) not in sent
        for question_id in post.question_ids
    }
    return [_without_receipt(post) if silenced.intersection(post.question_ids) else post for post in kept]


def _without_receipt(post: Post) -> Post:
    if not isinstance(post.letter, QuestionForConsultant):
        return post
    return replace(post, letter=replace(post.letter, remarks=without_receipt(post.letter.remarks)))


def letters_about_changes(
    changes: Sequence[Change], standing: dict[int, StandingQuestion], reading: Reading, office: Office
) -> Iterator[Post]:
    """What clerks and consultants are told of changes to standing questions, as they are once these are written."""
    standing = as_changed(changes, standing)
    followed = [change for change in changes if isinstance(change, AddNote) and change.kind == "follow_up"]
    if followed:
        about = [standing[note.question_id] for note in followed]
        yield from _follow_up(about, reading, office, confirmed=confirmed_in(changes))
    calls = {change.question_id: change for change in changes if isinstance(change, CallTask)}
    for change in changes:
        match change:
            case RecordAnswer():
                yield from _answer(change, standing[change.question_id])
            case HoldReply():
                yield from _not_relayed(change, standing, reading, office)
            case Undelivered():
                yield from _not_delivered(change, changes, calls, standing, office)
            case TellReceived():
                yield _received(change, changes, standing, reading)
            case TellPurpose(to=to):
                letter = NoMeeting(to, clerks_thread(reading.mail), reading.mail.subject)
                yield Post(letter, "clerk", "none", (), "")
            case AddNote() | Reopen() | FinishContinued() | ConfirmAddress() | FillFields() | CallTask():
                pass
            case UseAuthor() | RecordCall():
                pass
            case _:
                assert_never(change)


def _received(
    told: TellReceived, changes: Sequence[Change], standing: Mapping[int, StandingQuestion], reading: Reading
) -> Post:
    """The receipt for what a letter of ours asked for; it means nothing for the register."""
    questions = tuple(standing[id] for id in told.question_ids)
    confirmed = confirmed_in(changes)
    first = questions[0]
    letter = FollowUpReceipt(
        to=told.to,
        thread=clerks_thread(reading.mail),
        questions=tuple(one.summary for one in questions),
        confirmed_email=confirmed.address if confirmed else None,
        supplied=supplied_in(changes, first.id),
    )
    return Post(letter, "clerk", "none", told.question_ids, first.summary.number)


def _sent_again(undelivered: Undelivered, questions: Sequence[StandingQuestion]) -> Iterator[Post]:
    """The receipt once more, to the author of the mail: the address in the form cannot be reached."""
    letter = undelivered.returned.letter
    if letter.effect != "acknowledges" or not questions:
        return
    first = questions[0]
    assert first.asker is not None
    summaries = tuple(one.summary for one in questions)
    receipt = Acknowledgement(first.asker, first.thread, summaries, returned_email=letter.recipient)
    yield Post(receipt, "clerk", "acknowledges", tuple(one.id for one in questions), first.summary.number)


def _not_delivered(
    undelivered: Undelivered,
    changes: Sequence[Change],
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
    redirected = {one.question_id for one in changes if isinstance(one, UseAuthor) and one.letter == letter}
    moved = [one for one in questions if one.id in redirected]
    yield from _sent_again(undelivered, moved)
    first, *others = questions
    author = moved[0].asker if moved else None
    sent_again = author is not None and letter.effect == "acknowledges"
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
            phone=reachable.phone if author is None else None,
            call_by=due if reachable.phone and author is None else None,
            others=tuple(one.summary.number for one in others),
            author=author,
            sent_again=sent_again,
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


def _follow_up(
    questions: Sequence[StandingQuestion], reading: Reading, office: Office, *, confirmed: Address | None
) -> Iterator[Post]:
    """One letter a consultant, on the first of the questions; the others are named."""
    first, *others = questions
    remarks = list(_author_remarks(first, reading.mail.sender, confirmed))
    if others:
        numbers = ", ".join(other.summary.number for other in others)
        remarks.append(f"Wiadomość dotyczy także pytań: {numbers}.")
    if adds_nothing(reading):
        remarks.append("Wiadomość nie zawiera nowego tekstu, a jedynie cytat wcześniejszej korespondencji.")
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


def _author_remarks(question: StandingQuestion, author: Address | None, confirmed: Address | None) -> Iterator[str]:
    """E92: a colleague's word joins the question; the answer still goes to the one who asked, or who proved an address."""
    if confirmed:
        yield f"Autor tej wiadomości potwierdził adres podany w formularzu; odpowiedź wyślemy na adres {confirmed.address}."
    elif author and question.asker and author.key != question.asker.key:
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
