"""What follows from a verdict: entries for the register, changes of standing questions, or setting the mail aside.

Pure: the same mail, the same register and the same calendar give the same decision.  Letters follow from a decision
in ``correspondence``, once new entries have their numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from mailgate.domain.addresses.choice import address_for
from mailgate.domain.automatic import actor, on_automatic
from mailgate.domain.changes import (
    AddNote,
    ConfirmAddress,
    Decision,
    FillFields,
    FinishContinued,
    HoldReply,
    NewEntry,
    Reopen,
    TellReceived,
)
from mailgate.domain.completion import fields_added, supplies
from mailgate.domain.holding import ANSWERS_NOTHING, UNPROVEN
from mailgate.domain.hot01 import MAX_FORMS, Hot01
from mailgate.domain.letters import EntryKind, LetterKind
from mailgate.domain.mail import Envelope
from mailgate.domain.quotation.thanks import only_thanks
from mailgate.domain.reading import Reading
from mailgate.domain.relaying import on_reply
from mailgate.domain.threads import SentLetter, StandingQuestion
from mailgate.domain.verdicts import (
    BlankForm,
    ConsultantReply,
    FollowUp,
    Question,
    Unformalised,
    UnprovenReply,
    Unreadable,
    Verdict,
)
from mailgate.domain.workcalendar import Deadline, WorkCalendar

_SHORTENED = "[…]"
_ASKING: frozenset[LetterKind] = frozenset({"acknowledgement", "follow_up_receipt"})
"""Letters that ask the clerk for what his form lacks, and to correct what we misread."""


def decide(
    verdict: Verdict,
    reading: Reading,
    envelope: Envelope,
    standing: dict[int, StandingQuestion],
    calendar: WorkCalendar,
    colleagues: Collection[str] = (),
) -> Decision:
    """The decision on one message.

    ``standing`` holds the questions of the letter that the verdict names, and for a form, or a consultant's mail without
    a token, those whose numbers the mail mentions; ``colleagues`` are the addresses of all consultants in lower case,
    none of which a clerk is to learn.  Raises CalendarRangeError where the moment of receipt lies outside the calendar.
    """
    deadline = calendar.deadline(envelope.received_at)
    match verdict:
        case Question():
            return _question(verdict, reading, deadline, standing, envelope)
        case BlankForm():
            return Decision(verdict.kind, (_entry("blank_form", reading, deadline, reading.forms.forms[0]),))
        case Unformalised():
            return Decision(verdict.kind, (_entry("unformalised", reading, deadline),))
        case Unreadable(reason=reason):
            return _unreadable(reading, deadline, reason)
        case ConsultantReply():
            return on_reply(verdict, reading, standing, envelope, colleagues)
        case UnprovenReply():
            return _unproven(verdict, reading, standing)
        case FollowUp():
            return _follow_up(verdict, reading, standing, envelope)
        case _:
            # Just ``Automatic`` is left: a verdict that is matched nowhere does not pass the check of types.
            return on_automatic(verdict, reading, envelope, standing, deadline)


def _question(
    verdict: Question,
    reading: Reading,
    deadline: Deadline,
    standing: dict[int, StandingQuestion],
    envelope: Envelope,
) -> Decision:
    """Each filled form is an entry, unless it is only our own letter's quotation of the question that it answers."""
    kind, letter = verdict.kind, verdict.continues
    if reading.forms.too_many:
        return Decision(kind, set_aside=f"it holds more than {MAX_FORMS} forms: a person must look at it")
    if _repeats(reading, standing):
        if letter:
            return _follow_up(FollowUp(letter, verdict.doubt), reading, standing, envelope)
        numbers = ", ".join(question.summary.number for question in standing.values())
        return Decision(kind, set_aside=f"it only repeats a letter of ours about {numbers}")
    entries = tuple(
        _entry("question", reading, deadline, form, index, letter)
        for index, form in enumerate(reading.forms.forms)
        if form.question
    )
    lacking = [standing[id] for id in (letter.question_ids if letter else ()) if id in standing]
    finished = tuple(
        FinishContinued(one.id, actor(reading))
        for one in lacking
        if one.summary.kind != "question" and not one.finished
    )
    return Decision(kind, entries=entries, changes=finished)


def _repeats(reading: Reading, standing: dict[int, StandingQuestion]) -> bool:
    """Whether every form holds just a question of the thread, or one whose number is named: an unmarked quotation."""
    asked = [_folded(question.summary.text) for question in standing.values()]
    return all(any(_same(_folded(form.question or ""), one) for one in asked) for form in reading.forms.forms)


def _same(quoted: str, asked: str) -> bool:
    """A letter of ours shortens a very long question, and says so with an ellipsis in brackets."""
    return quoted == asked or (
        quoted.endswith(_SHORTENED) and asked.startswith(quoted.removesuffix(_SHORTENED).rstrip())
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _entry(
    kind: EntryKind,
    reading: Reading,
    deadline: Deadline,
    form: Hot01 | None = None,
    index: int = 0,
    letter: SentLetter | None = None,
) -> NewEntry:
    return NewEntry(
        kind=kind,
        deadline=deadline,
        subject=reading.mail.subject,
        text=(form.question if form and form.question else reading.text),
        addressing=address_for(reading.mail.sender, form.email if form else None, form.user_name if form else None),
        form=form,
        form_index=index,
        problems=tuple(problem for problem in reading.forms.problems if form and problem.form == index),
        differences=tuple(one for one in reading.forms.differences if form and one.form == index),
        continues=letter.question_ids[0] if letter and letter.question_ids else None,
    )


def _unreadable(reading: Reading, deadline: Deadline, reason: str) -> Decision:
    """Encrypted mail has a sender who can be told; bytes without a sender can only be shown to a person."""
    if reading.mail.sender is None:
        return Decision("unreadable", set_aside=reason)
    return Decision("unreadable", entries=(_entry("unreadable", reading, deadline),))


def _follow_up(
    verdict: FollowUp, reading: Reading, standing: dict[int, StandingQuestion], envelope: Envelope
) -> Decision:
    """A clerk's further mail joins its question; once an answer was written it opens the question again.

    That holds for an answer which is still on its way, too: the clerk wrote without knowing it.
    """
    questions = [standing[id] for id in verdict.letter.question_ids if id in standing]
    by, text = actor(reading), reading.written_text
    confirmed = _confirmed(questions, reading, verdict.doubt)
    told = tuple(_told_received(verdict, reading, envelope, questions, confirmed))
    if _only_thanks(reading, questions):
        notes = tuple(AddNote(one.id, "note", by, text) for one in questions)
        return Decision("follow_up", changes=(*confirmed, *notes, *(told if confirmed else ())))
    notes = tuple(AddNote(one.id, "follow_up", by, text) for one in questions)
    if reading.adds_nothing:
        return Decision("follow_up", changes=(*confirmed, *notes, *(told if confirmed else ())))
    filled = tuple(FillFields(one.id, by, new) for one in questions if (new := fields_added(reading, one)))
    reopened = tuple(Reopen(one.id, by) for one in questions if one.finished or one.answered_by is not None)
    return Decision("follow_up", changes=(*confirmed, *notes, *filled, *reopened, *told))


def _told_received(
    verdict: FollowUp,
    reading: Reading,
    envelope: Envelope,
    questions: Sequence[StandingQuestion],
    confirmed: Sequence[ConfirmAddress | AddNote],
) -> Iterator[TellReceived]:
    """Who sent what a letter of ours asked for is told that it has come; nothing automatic answers a machine (RFC 3834)."""
    sender = reading.mail.sender
    if sender is None or envelope.sender == "" or reading.automation is not None or verdict.doubt:
        return
    if confirmed or (verdict.letter.kind in _ASKING and any(supplies(reading, one) for one in questions)):
        yield TellReceived(tuple(one.id for one in questions), sender)


def _only_thanks(reading: Reading, questions: Sequence[StandingQuestion]) -> bool:
    """Nothing but thanks was written above the quotation, and no file goes along."""
    reply, sender = reading.reply, reading.mail.sender
    if reply is None or reply.in_doubt or reply.new_text is None or reply.attachments or reading.forms.filled:
        return False
    forms = [one.summary.form for one in questions if one.summary.form]
    names = [name for form in forms for name in (form.user_name, form.office) if name]
    return only_thanks(reply.new_text, [*names, sender.name] if sender else names)


def _confirmed(
    questions: list[StandingQuestion], reading: Reading, doubt: str | None
) -> tuple[ConfirmAddress | AddNote, ...]:
    """A mail from the very address that a form names, in answer to our letter, proves that it is the clerk's.

    A forged one would have the answer go to a stranger: where there is doubt, a note says why nothing is confirmed.
    """
    sender = reading.mail.sender
    why = f"the address in the form is not confirmed: {doubt}"
    return tuple(
        AddNote(one.id, "note", "mailgate", why) if doubt else ConfirmAddress(one.id, sender)
        for one in questions
        if sender and one.asker and sender.key != one.asker.key
        and one.summary.form and (one.summary.form.email or "").lower() == sender.key
    )  # fmt: skip


def _unproven(verdict: UnprovenReply, reading: Reading, standing: dict[int, StandingQuestion]) -> Decision:
    """All consultants are told; but one alone who wrote without pressing Reply, and on which question if he names one."""
    text = reading.written_text
    if verdict.consultant is not None:
        named = next(iter(standing)) if len(standing) == 1 else None
        commands = reading.reply.commands if reading.reply else ()
        held = HoldReply(named, ANSWERS_NOTHING, text=text, to=verdict.consultant, commands=commands)
        return Decision(verdict.kind, changes=(held,))
    ids = verdict.letter.question_ids if verdict.letter else ()
    hold = replace(UNPROVEN, reason=verdict.reason)
    held = HoldReply(ids[0] if ids else None, hold, text=text, to=None)
    return Decision(verdict.kind, changes=(held,))
