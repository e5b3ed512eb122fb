"""The letters about changes of standing questions: what clerks and consultants are told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from mailgate.domain.changes import (
    AddNote,
    CallTask,
    Change,
    ConfirmAddress,
    FillFields,
    FinishContinued,
    HoldReply,
    RecordAnswer,
    RecordCall,
    Reopen,
    TellPurpose,
    TellReceived,
    Undelivered,
    UseAuthor,
)
from mailgate.domain.correspondence.aboutreturns import letters_about_return
from mailgate.domain.correspondence.post import Office, Post, original_files
from mailgate.domain.correspondence.supplements import as_changed, confirmed_in, supplied_in
from mailgate.domain.letters import Answer, FollowUpForConsultant, FollowUpReceipt, NoMeeting, NotRelayed, Thread
from mailgate.domain.mail import Address
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion, clerks_thread, consultants_thread


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
                yield from letters_about_return(change, changes, calls, standing, office)
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
    if reading.adds_nothing:
        remarks.append("Wiadomość nie zawiera nowego tekstu, a jedynie cytat wcześniejszej korespondencji.")
    for consultant in office.consultants:
        letter = FollowUpForConsultant(
            to=consultant,
            thread=consultants_thread(first.summary.number, office.hotline.domain),
            question=first.summary,
            author=reading.mail.sender,
            text=reading.written_text,
            attachments=original_files(reading.mail),
            answered=first.answered_by is not None,
            remarks=tuple(remarks),
        )
        ids = tuple(question.id for question in questions)
        yield Post(letter, "consultant", "none", ids, first.summary.number)


def _author_remarks(question: StandingQuestion, author: Address | None, confirmed: Address | None) -> Iterator[str]:
    """A colleague's word joins the question; the answer still goes to the one who asked, or who proved an address."""
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
