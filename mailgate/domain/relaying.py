"""What follows from a consultant's proven reply: an answer on its way, a note, a reported call, or a reply held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from mailgate.domain.automatic import on_auto_reply
from mailgate.domain.autoreply import Automation
from mailgate.domain.callreport import moment_of_call
from mailgate.domain.changes import AddNote, Change, Decision, HoldReply, RecordAnswer, RecordCall
from mailgate.domain.holding import (
    CALL_UNCLEAR,
    FROM_NOBODY,
    LOOKS_AUTOMATIC,
    MERE_CONSENT,
    OWN_ADDRESS,
    Hold,
    answered_by_another,
    hold_on,
)
from mailgate.domain.machines.absence import is_automatic_subject
from mailgate.domain.mail import Attachment, Envelope
from mailgate.domain.quotation.consent import only_consents
from mailgate.domain.quotation.outflow import is_note
from mailgate.domain.quotation.owncontact import holds_any, without_own_contact
from mailgate.domain.reading import Reading
from mailgate.domain.reply import ReplyText
from mailgate.domain.threads import StandingQuestion
from mailgate.domain.verdicts import AutoReply, ConsultantReply

_A_MINUTE = timedelta(minutes=1)
"""People tell the minute of a call, and the server the second of a question."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply and what it is about; ``questions`` are those of the letter that it answers, the first one first."""

    verdict: ConsultantReply
    questions: tuple[StandingQuestion, ...]
    text: ReplyText
    files: tuple[Attachment, ...]
    envelope: Envelope

    def arguments(self, wanted: str) -> list[str]:
        """What stands behind a command, as often as it was given; "" where nothing does."""
        return [argument for name, argument in self.text.commands if name == wanted]


def on_reply(
    verdict: ConsultantReply,
    reading: Reading,
    standing: dict[int, StandingQuestion],
    envelope: Envelope,
    colleagues: Collection[str],
) -> Decision:
    """An answer goes to the clerk, unless something must be settled first: then the consultant is told what."""
    if verdict.looks_automatic and is_automatic_subject(reading.mail):
        # Only a program puts these words before the subject (E69): nobody waits for our reasons.
        traits = reading.automation or Automation("auto_reply", ("subject of an automatic reply",))
        return on_auto_reply(AutoReply(traits, verdict.letter), reading, envelope)
    questions = tuple(standing[id] for id in verdict.letter.question_ids if id in standing)
    text = reading.reply or ReplyText(reading.text, in_doubt=False)
    reply = _Reply(verdict, questions, text, answer_files(reading), envelope)
    hold = _hold_on_sender(reply) or _hold_on_text(reply)
    if hold is None and is_note(text.commands):
        return _kept_inside(reply)
    own = {verdict.consultant.key, *colleagues}
    outgoing = without_own_contact(text.new_text or "", own)
    hold = hold or _hold_on_answer(reply, outgoing, own)
    if hold is not None:
        return _held(reply, hold)
    documentation = "; ".join(reply.arguments("dokumentacja")) or None
    answer = RecordAnswer(questions[0].id, verdict.consultant, outgoing, reply.files, documentation)
    return Decision(verdict.kind, changes=(answer,))


def answer_files(reading: Reading) -> tuple[Attachment, ...]:
    """The attachments of a reply that go along, in the order of the mail."""
    if reading.reply is None:
        return reading.mail.attachments
    wanted = set(reading.reply.attachments)
    return tuple(file for file in reading.mail.attachments if file.name in wanted)


def _hold_on_sender(reply: _Reply) -> Hold | None:
    if reply.verdict.looks_automatic:
        return LOOKS_AUTOMATIC
    return FROM_NOBODY if reply.envelope.sender == "" else None


def _hold_on_text(reply: _Reply) -> Hold | None:
    text, leaks = reply.text, reply.text.leak is not None
    return hold_on(
        text.commands, text.new_text, reply.files, in_doubt=text.in_doubt, question=reply.questions[0], leaks=leaks
    )


def _hold_on_answer(reply: _Reply, outgoing: str, own: Collection[str]) -> Hold | None:
    """What only an answer that would go out is asked; ``outgoing`` is its text, ``own`` our consultants' addresses."""
    consultant, letter, question = reply.verdict.consultant, reply.verdict.letter, reply.questions[0]
    if letter.kind == "not_relayed" and not reply.files and only_consents(outgoing, (consultant.name,)):
        return MERE_CONSENT
    if holds_any("\n".join((outgoing, *reply.arguments("dokumentacja"))), own):
        return OWN_ADDRESS
    # Whoever answers a later letter (a follow-up, a held reply given back) knows of the first answer.
    first = question.answered_by
    if first is not None and first.lower() != consultant.key and letter.kind == "question":
        return answered_by_another(first)
    return None


def _held(reply: _Reply, hold: Hold) -> Decision:
    text = reply.text
    held = HoldReply(
        reply.questions[0].id, hold, text=text.new_text or "", to=reply.verdict.consultant, commands=text.commands
    )
    return Decision(reply.verdict.kind, changes=(held,))


def _kept_inside(reply: _Reply) -> Decision:
    """A note, or a call that was made: for the register, and nobody is written to."""
    consultant, first = reply.verdict.consultant, reply.questions[0]
    documentation = "; ".join(reply.arguments("dokumentacja"))
    parts = (*reply.arguments("telefon"), *reply.arguments("notatka"), documentation, reply.text.new_text)
    note = "\n".join(part for part in parts if part)
    calls = reply.arguments("telefon")
    if not calls:
        return Decision(
            reply.verdict.kind, changes=(AddNote(first.id, "note", f"consultant {consultant.address}", note),)
        )
    at = moment_of_call(" ".join(calls), reply.envelope.received_at)
    received_at = max(one.summary.received_at for one in reply.questions)
    if at is None or at <= received_at - _A_MINUTE:
        return _held(reply, CALL_UNCLEAR)
    called_at = max(at, received_at)
    changes: tuple[Change, ...] = tuple(RecordCall(one.id, consultant, called_at, note) for one in reply.questions)
    return Decision(reply.verdict.kind, changes=changes)
