"""What follows from a verdict: entries for the register, changes of standing questions, or setting the mail aside.

Pure: the same mail, the same register and the same calendar give the same decision.  Letters follow from a decision
in ``correspondence``, once new entries have their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from mailgate.domain.addresses.choice import address_for
from mailgate.domain.automatic import actor, on_auto_reply, on_invitation, on_notice
from mailgate.domain.autoreply import Automation
from mailgate.domain.changes import (
    AddNote,
    ConfirmAddress,
    Decision,
    FillFields,
    FinishContinued,
    HoldReply,
    NewEntry,
    RecordAnswer,
    Reopen,
)
from mailgate.domain.classify import (
    AutoReply,
    BlankForm,
    Bulk,
    ConsultantReply,
    DeliveryNotice,
    FollowUp,
    Invitation,
    OwnLetter,
    Question,
    SpoofedHotline,
    Unformalised,
    UnprovenReply,
    Unreadable,
    Verdict,
)
from mailgate.domain.completion import fields_added
from mailgate.domain.holding import LOOKS_AUTOMATIC, UNPROVEN, answered_by_another, hold_on
from mailgate.domain.hot01 import MAX_FORMS, Hot01
from mailgate.domain.letters import EntryKind
from mailgate.domain.machines.absence import is_automatic_subject
from mailgate.domain.mail import Attachment, Envelope
from mailgate.domain.quotation.thanks import only_thanks
from mailgate.domain.reading import Reading
from mailgate.domain.reply import ReplyText
from mailgate.domain.threads import SentLetter, StandingQuestion
from mailgate.domain.workcalendar import Deadline, WorkCalendar

_SHORTENED = "[…]"


def decide(
    verdict: Verdict,
    reading: Reading,
    envelope: Envelope,
    standing: dict[int, StandingQuestion],
    calendar: WorkCalendar,
) -> Decision:
    """The decision on one message.

    ``standing`` holds the questions of the letter that the verdict names, and for a form those whose numbers the mail
    mentions.  Raises CalendarRangeError where the moment
    of receipt lies outside the calendar.
    """
    deadline = calendar.deadline(envelope.received_at)
    match verdict:
        case Question(continues=letter):
            return _question(verdict.kind, reading, deadline, letter, standing)
        case BlankForm():
            return Decision(verdict.kind, (_entry("blank_form", reading, deadline, reading.forms.forms[0]),))
        case Unformalised():
            return Decision(verdict.kind, (_entry("unformalised", reading, deadline),))
        case Unreadable(reason=reason):
            return _unreadable(reading, deadline, reason)
        case AutoReply():
            return on_auto_reply(verdict, reading, envelope)
        case DeliveryNotice():
            return on_notice(verdict, reading, standing, deadline)
        case Invitation():
            return on_invitation(verdict, reading, envelope)
        case Bulk(automation=automation):
            return Decision(verdict.kind, set_aside=f"bulk mail ({'; '.join(automation.traits)})")
        case OwnLetter():
            # Dropped: whatever it says, we have said it (E74).  The journal and the spool's verdict tell of it.
            return Decision(verdict.kind)
        case SpoofedHotline(reason=reason):
            return Decision(verdict.kind, set_aside=reason)
        case ConsultantReply():
            return _consultants_reply(verdict, reading, standing, envelope)
        case UnprovenReply():
            return _unproven(verdict, reading)
        case FollowUp(letter=letter):
            return _follow_up(letter, reading, standing)
        case _:
            assert_never(verdict)


def _question(
    kind: str,
    reading: Reading,
    deadline: Deadline,
    letter: SentLetter | None,
    standing: dict[int, StandingQuestion],
) -> Decision:
    """Each filled form is an entry, unless it is only our own letter's quotation of the question that it answers."""
    if reading.forms.too_many:
        return Decision(kind, set_aside=f"it holds more than {MAX_FORMS} forms: a person must look at it")
    if _repeats(reading, standing):
        if letter:
            return _follow_up(letter, reading, standing)
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


def _follow_up(letter: SentLetter, reading: Reading, standing: dict[int, StandingQuestion]) -> Decision:
    """A clerk's further mail joins its question; once an answer was written it opens the question again.

    That holds for an answer which is still on its way, too: the clerk wrote without knowing it.
    """
    questions = [standing[id] for id in letter.question_ids if id in standing]
    by, text = actor(reading), written_text(reading)
    confirmed = _confirmed(questions, reading)
    if _only_thanks(reading, questions):
        notes = tuple(AddNote(one.id, "note", by, text) for one in questions)
        return Decision("follow_up", changes=(*confirmed, *notes))
    notes = tuple(AddNote(one.id, "follow_up", by, text) for one in questions)
    filled = tuple(FillFields(one.id, by, new) for one in questions if (new := fields_added(reading, one)))
    reopened = tuple(Reopen(one.id, by) for one in questions if one.finished or one.answered_by is not None)
    return Decision("follow_up", changes=(*confirmed, *notes, *filled, *reopened))


def _only_thanks(reading: Reading, questions: Sequence[StandingQuestion]) -> bool:
    """Nothing but thanks was written above the quotation, and no file goes along."""
    reply, sender = reading.reply, reading.mail.sender
    if reply is None or reply.in_doubt or reply.new_text is None or reply.attachments or reading.forms.filled:
        return False
    forms = [one.summary.form for one in questions if one.summary.form]
    names = [name for form in forms for name in (form.user_name, form.office) if name]
    return only_thanks(reply.new_text, [*names, sender.name] if sender else names)


def _confirmed(questions: list[StandingQuestion], reading: Reading) -> tuple[ConfirmAddress, ...]:
    """A mail from the very address that a form names, in answer to our letter, proves that it is the clerk's."""
    sender = reading.mail.sender
    return tuple(
        ConfirmAddress(one.id, sender)
        for one in questions
        if sender and one.asker and sender.key != one.asker.key
        and one.summary.form and (one.summary.form.email or "").lower() == sender.key
    )  # fmt: skip


def written_text(reading: Reading) -> str:
    """What the author newly wrote; the whole text where that cannot be told (nothing is lost)."""
    return (reading.reply.new_text if reading.reply else None) or reading.text


def _unproven(verdict: UnprovenReply, reading: Reading) -> Decision:
    ids = verdict.letter.question_ids if verdict.letter else ()
    hold = replace(UNPROVEN, reason=verdict.reason)
    held = HoldReply(ids[0] if ids else None, hold, text=written_text(reading), to=None)
    return Decision(verdict.kind, changes=(held,))


def _consultants_reply(
    verdict: ConsultantReply, reading: Reading, standing: dict[int, StandingQuestion], envelope: Envelope
) -> Decision:
    """An answer goes to the clerk, unless something must be settled first: then the consultant is told what."""
    if verdict.looks_automatic and is_automatic_subject(reading.mail):
        # Only a program puts these words before the subject (E69): nobody waits for our reasons.
        traits = reading.automation or Automation("auto_reply", ("subject of an automatic reply",))
        return on_auto_reply(AutoReply(traits, verdict.letter), reading, envelope)
    question = standing[verdict.letter.question_ids[0]]
    reply = reading.reply or ReplyText(reading.text, in_doubt=False)
    text, commands, files = reply.new_text, reply.commands, answer_files(reading)
    hold = LOOKS_AUTOMATIC if verdict.looks_automatic else None
    hold = hold or hold_on(
        commands, text, files, in_doubt=reply.in_doubt, question=question, leaks=reply.leak is not None
    )
    is_note = any(name == "notatka" for name, _ in commands)
    if hold is None and not is_note and _answered_by_another(verdict, question):
        hold = answered_by_another(question.answered_by or "")
    if hold is not None:
        held = HoldReply(question.id, hold, text=text or "", to=verdict.consultant, commands=commands)
        return Decision(verdict.kind, changes=(held,))
    documentation = "; ".join(_arguments(commands, "dokumentacja")) or None
    if is_note:
        note = "\n".join(part for part in (*_arguments(commands, "notatka"), documentation, text) if part)
        actor = f"consultant {verdict.consultant.address}"
        return Decision(verdict.kind, changes=(AddNote(question.id, "note", actor, note),))
    answer = RecordAnswer(question.id, verdict.consultant, text or "", files, documentation)
    return Decision(verdict.kind, changes=(answer,))


def _answered_by_another(verdict: ConsultantReply, question: StandingQuestion) -> bool:
    """Whoever answers a later letter (a follow-up, a held reply given back) knows of the first answer."""
    first = question.answered_by
    return first is not None and first.lower() != verdict.consultant.key and verdict.letter.kind == "question"


def _arguments(commands: tuple[tuple[str, str], ...], wanted: str) -> list[str]:
    return [argument for name, argument in commands if name == wanted]


def answer_files(reading: Reading) -> tuple[Attachment, ...]:
    """The attachments of a reply that go along, in the order of the mail."""
    if reading.reply is None:
        return reading.mail.attachments
    wanted = set(reading.reply.attachments)
    return tuple(file for file in reading.mail.attachments if file.name in wanted)
