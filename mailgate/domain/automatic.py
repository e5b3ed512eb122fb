"""What follows from mail that no person wrote to be answered: delivery notices, automatic replies, receipts, meetings,
bulk mail, letters of our own that come back.

None of it is ever a question, and none of it is answered; the one exception are people who invite to a meeting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never
from zoneinfo import ZoneInfo

from mailgate.domain.changes import AddNote, CallTask, Change, Decision, NoteKind, TellPurpose, Undelivered, UseAuthor
from mailgate.domain.machines.absence import absence_of
from mailgate.domain.machines.receipts import receipt_of
from mailgate.domain.mail import Envelope
from mailgate.domain.reading import Reading
from mailgate.domain.returns import Return, return_of
from mailgate.domain.threads import SentLetter, StandingQuestion
from mailgate.domain.verdicts import (
    Automatic,
    AutoReply,
    Bulk,
    DeliveryNotice,
    Invitation,
    NoticeAnswered,
    OwnLetter,
    SpoofedHotline,
)
from mailgate.domain.workcalendar import WARSAW, Deadline

MOST_WORDS_KEPT = 10_000
"""Characters of an automatic mail that its event keeps; the whole of it lies in the spool."""

NO_LETTER = "a delivery notice about no letter of ours"


def on_automatic(
    verdict: Automatic,
    reading: Reading,
    envelope: Envelope,
    standing: Mapping[int, StandingQuestion],
    deadline: Deadline,
) -> Decision:
    """The decision on such a mail; ``standing`` holds the questions of the letters that the verdict names."""
    match verdict:
        case AutoReply():
            return on_auto_reply(verdict, reading, envelope)
        case NoticeAnswered():
            # Kept in the spool; an entry anywhere else would make the next notice.
            return Decision(verdict.kind)
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
        case _:
            assert_never(verdict)


def on_notice(
    verdict: DeliveryNotice, reading: Reading, standing: Mapping[int, StandingQuestion], deadline: Deadline
) -> Decision:
    """A failed letter is undone once, and somebody is to be called or told; anything else is only noted (E63 to E66).

    Where the notice does not say what became of the letter, a person looks at it.

    ``deadline`` is that of a question received together with the notice: a clerk who did not get an answer is to be
    called by its ``acknowledge_by``.
    """
    if not verdict.letters:
        return Decision(verdict.kind, set_aside=NO_LETTER)
    returns = [return_of(verdict.bounce, letter) for letter in verdict.letters]
    changes: list[Change] = []
    alarms: list[str] = []
    for one in returns:
        changes += _notice_notes(one, reading)
        if one.outcome == "failed" and not one.letter.bounced:
            changes.append(Undelivered(one, actor(reading)))
            replaced = list(_other_addresses(one.letter, standing))
            changes += replaced or _calls(one.letter, standing, deadline)
            alarms += () if replaced else _alarms(one, standing)
        if one.outcome == "unknown" and not one.letter.bounced:
            alarms += _unclear(one.letter)
    return Decision(verdict.kind, changes=tuple(changes), set_aside="; ".join(alarms) or None)


def _notice_notes(returned: Return, reading: Reading) -> Iterator[AddNote]:
    facts = [("outcome", returned.outcome), ("recipient", returned.letter.recipient), ("letter", returned.letter.kind)]
    facts += [("status", returned.status)] if returned.status else []
    facts += [("diagnostic", returned.diagnostic)] if returned.diagnostic else []
    for question_id in returned.letter.question_ids:
        yield AddNote(question_id, "bounced", actor(reading), reading.text[:MOST_WORDS_KEPT], tuple(facts))


def _other_addresses(letter: SentLetter, standing: Mapping[int, StandingQuestion]) -> Iterator[UseAuthor]:
    """Whoever wrote the mail can be reached, though the address in his form cannot: a typing error, most likely.

    Once, for the next letter goes to him; and without risk, for he is of the same office and has written to us.
    """
    if letter.role != "clerk" or letter.effect == "none":
        return
    for question_id in letter.question_ids:
        question = standing.get(question_id)
        if question is None or question.author is None or question.asker is None:
            continue
        if question.asker.key == letter.recipient.lower() != question.author.key:
            yield UseAuthor(question_id, question.author, letter)


def _calls(letter: SentLetter, standing: Mapping[int, StandingQuestion], deadline: Deadline) -> Iterator[CallTask]:
    """Procedure 1.5.3: a receipt that cannot be given by mail is given by telephone; so is an answer.

    Where the form named the telephone alone, the call for the receipt is on record since the question came.
    """
    for question_id in letter.question_ids:
        question = standing.get(question_id)
        phone = question.phone if question else None
        if question is None or phone is None:
            continue
        if letter.effect == "answers":
            yield CallTask(question_id, phone, deadline.acknowledge_by, "answer")
        elif letter.effect == "acknowledges" and not question.summary.by_phone:
            yield CallTask(question_id, phone, question.summary.acknowledge_by, "acknowledge")


def _unclear(letter: SentLetter) -> Iterator[str]:
    """Undone is only what surely did not arrive; what became of a notice to the administrators is no news to them."""
    if letter.role != "administrator":
        about = f" about {letter.number}" if letter.number else ""
        yield f"a notice on a letter to a {letter.role}{about} does not say whether it was delivered"


def _alarms(returned: Return, standing: Mapping[int, StandingQuestion]) -> Iterator[str]:
    """Why a person must look at the notice: no consultant can be expected to.  No address stands in it (the journal)."""
    status = f" ({returned.status})" if returned.status else ""
    letter = returned.letter
    about = f" about {letter.number}" if letter.number else ""
    if letter.role == "consultant":
        yield f"a letter to a consultant{about} was not delivered{status}"
    elif letter.question_ids and not any(standing[id].phone for id in letter.question_ids if id in standing):
        yield f"a letter to a clerk{about} was not delivered{status}, and there is no telephone number to call"


def on_auto_reply(verdict: AutoReply, reading: Reading, envelope: Envelope) -> Decision:
    """A machine answered a letter of ours: who is away until when, what was seen, or merely what it said."""
    traits = "; ".join(verdict.automation.traits)
    if verdict.letter is None:
        return Decision(verdict.kind, set_aside=f"an automatic reply to no letter of ours ({traits})")
    kind, facts = _told(reading, envelope)
    text = f"automatic reply ({traits}):\n\n{reading.text[:MOST_WORDS_KEPT]}" if kind == "note" else reading.text
    notes = automatic_notes(verdict.letter, kind, reading, text[:MOST_WORDS_KEPT], facts)
    return Decision(verdict.kind, changes=notes)


def _told(reading: Reading, envelope: Envelope) -> tuple[NoteKind, tuple[tuple[str, str], ...]]:
    receipt = receipt_of(reading.mail)
    if receipt is not None:
        return ("seen" if receipt == "seen" else "note"), ()
    absence = absence_of(reading.mail, envelope.received_at.astimezone(ZoneInfo(WARSAW)).date())
    if absence is None:
        return "note", ()
    return "absent", (("until", absence.until.isoformat()),) if absence.until else ()


def automatic_notes(
    letter: SentLetter, kind: NoteKind, reading: Reading, text: str, facts: tuple[tuple[str, str], ...] = ()
) -> tuple[AddNote, ...]:
    """The same note on each question of a letter; whoever got the letter is named by his role."""
    sender = reading.mail.sender
    by_recipient = sender is not None and sender.key == letter.recipient.lower()
    who = f"{letter.role} {letter.recipient}" if by_recipient else actor(reading)
    return tuple(AddNote(id, kind, who, text, facts) for id in letter.question_ids)


def on_invitation(verdict: Invitation, reading: Reading, envelope: Envelope) -> Decision:
    """Nobody here keeps a calendar: whoever invites is told, and a person may look (E79)."""
    reason = f"a calendar mail ({verdict.method}): no question"
    sender = reading.mail.sender
    # RFC 3834 section 2: nothing automatic answers the null sender.
    told = (TellPurpose(sender),) if sender and envelope.sender != "" else ()
    return Decision("invitation", changes=told, set_aside=reason)


def actor(reading: Reading) -> str:
    """Whose doing an event is, by the mail alone: its From header, which proves nothing."""
    sender = reading.mail.sender
    return f"sender {sender.address}" if sender else "sender unknown"
