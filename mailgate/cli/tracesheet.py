"""A trace in words: each step of a mail with its time, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailgate.cli.output import facts_in, in_warsaw, one_line
from mailgate.domain.counting import counted

if TYPE_CHECKING:
    from mailgate.register.audit import Event
    from mailgate.register.letters import LetterEntry
    from mailgate.register.tables import DeliveryRow, InboundRow
    from mailgate.register.traces import Trace

_VERDICTS = {
    "question": "a question on the form",
    "blank_form": "a form without a question",
    "unformalised": "a mail of a person, without a form",
    "unreadable": "a mail that cannot be read",
    "auto_reply": "an automatic reply: never answered",
    "bounce": "a delivery notice: never answered",
    "bulk": "bulk mail: never answered",
    "own_letter": "a letter of our own that came back: dropped",
    "spoofed": "it bears our own address, and we did not send it",
    "reply": "a consultant's reply",
    "unproven_reply": "a reply that is not proven to be a consultant's",
    "follow_up": "a further mail on a letter of ours",
    "invitation": "an invitation to a meeting",
    "dismissed": "an administrator dismissed it",
    "failed": "it could not be handled",
}
_EVENTS = {
    "received": "received as a question",
    "registered": "registered",
    "acknowledged": "acknowledged: the smarthost has the letter",
    "answer_recorded": "an answer was recorded",
    "answered": "answered: the smarthost has the letter",
    "finished": "finished",
    "reopened": "opened again",
    "follow_up": "the clerk wrote again",
    "note": "a note",
    "reply_held": "a reply was held",
    "reply_returned": "a reply was given back",
    "call_task": "a call is to be made",
    "continued": "the clerk sent the form that was asked for",
    "letter_queued": "a letter was put into the outbox",
    "letter_deferred": "the smarthost did not take a letter yet",
    "letter_refused": "the smarthost refused a letter",
    "letter_uncertain": "nobody knows whether a letter was taken",
    "letter_retried": "an administrator had a letter tried again",
    "letter_settled": "an uncertain letter was settled",
    "quarantined": "set aside for a person",
    "replayed": "an administrator had it handled again",
    "dismissed": "an administrator dismissed it",
    "reply_dismissed": "an administrator dismissed a held reply",
    "bounced": "a notice came about a letter of ours",
    "not_acknowledged": "the acknowledgement came back: it does not count",
    "not_answered": "the answer came back: it does not count",
    "address_confirmed": "the address of the form was confirmed",
    "address_replaced": "the address of the form cannot be reached: letters go to the sender of the mail",
    "absent": "an automatic reply told of an absence",
    "seen": "a receipt told that a letter was opened",
    "completed": "missing fields of the form were filled in",
    "message_id_reused": "Message-ID reused: an earlier mail of other content bears it as well",
    "uid_reused": "UID reused: another mail lies at its place in the mailbox, which was restored or made anew",
}
_WITHOUT_LETTER = {"acknowledged": "acknowledged by telephone"}
_SOURCES = {"smtp": "by SMTP", "imap": "from the mailbox", "file": "from a file"}
_UNSHOWN = frozenset({"text", "because", "number"})
_WIDE = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; ``at`` is None for what stands at present."""

    at: datetime | None
    what: str


def steps(trace: Trace, because: str | None = None) -> list[Step]:
    """Every step of a mail, oldest first; ``because`` tells why its verdict is what it is."""
    found: list[Step] = []
    if trace.mail is not None:
        found += _receipts(trace.mail, trace.deliveries)
        found += _spool(trace.mail, because)
    found += [Step(event.at, _event(event)) for event in trace.events]
    # What has an effect on a question has an event; any other letter tells of its acceptance itself.
    found += [
        Step(one.accepted_at, _accepted(one)) for one in trace.letters if one.accepted_at and one.effect == "none"
    ]
    return sorted(found, key=lambda step: (step.at is None, step.at.timestamp() if step.at else 0.0))


def as_object(trace: Trace, because: str | None) -> dict[str, Any]:
    """For programs."""
    mail = trace.mail
    return {
        "mail": f"m{mail.id}" if mail else None,
        "message_id": mail.message_id if mail else None,
        "state": mail.state if mail else None,
        "verdict": mail.verdict if mail else None,
        "because": because,
        "size": mail.size if mail else None,
        "truncated": mail.truncated if mail else None,
        "sender": mail.envelope_sender if mail else None,
        "numbers": [row.number for row in trace.questions],
        "touched": list(trace.touched),
        "deliveries": [row.model_dump(exclude={"id", "inbound_id"}) for row in trace.deliveries],
        "letters": [_letter_object(one) for one in trace.letters],
        "held": [f"r{one.id}" for one in trace.held if one.state == "held"],
        "steps": [{"at": step.at, "what": step.what} for step in steps(trace, because)],
    }


def in_words(trace: Trace, because: str | None) -> Iterator[str]:
    """For people, line by line; nothing in it can steer the terminal."""
    yield _heading(trace)
    for step in steps(trace, because):
        yield f"  {in_warsaw(step.at) or 'now':<19}  {one_line(step.what, _WIDE)}"
    for letter in trace.letters:
        yield f"  {'letter ' + str(letter.id):<19}  {one_line(letter_in_words(letter), _WIDE)}"


def letter_in_words(letter: LetterEntry) -> str:
    """How a letter stands, and the smarthost's last word on it."""
    state = "came back undelivered" if letter.bounced_at else letter.state
    reply = f": {letter.last_reply}" if letter.last_reply else ""
    tries = counted(letter.attempts, "try")
    return f"{letter.kind} to {letter.recipient}: {state} ({tries}){reply}"


def _heading(trace: Trace) -> str:
    mail = trace.mail
    parts = [f"mail m{mail.id}", f"Message-ID {mail.message_id or 'none'}"] if mail else ["no mail"]
    parts += [row.number for row in trace.questions]
    parts += [f"belongs to {number} (mailgate trace {number})" for number in trace.touched]
    return one_line("  ".join(parts), _WIDE)


def _receipts(mail: InboundRow, deliveries: Sequence[DeliveryRow]) -> Iterator[Step]:
    first = True
    for one in deliveries:
        verb = "received" if first else "also came this way (a duplicate: not handled twice):"
        place = f" (UIDVALIDITY {one.uidvalidity}, UID {one.uid})" if one.uid is not None else ""
        to = f", to {', '.join(one.recipients)}" if one.recipients else ""
        yield Step(one.received_at, f"{verb} {_SOURCES.get(one.source, one.source)} {one.client or ''}{place}{to}")
        first = False
    sender = {None: "unknown", "": "the null sender <>"}.get(mail.envelope_sender, mail.envelope_sender)
    size = f"{mail.size} octets" if not mail.truncated else "over the limit on size: only its headers were taken"
    archive = ", from an archive: nobody is written to" if mail.archive else ""
    yield Step(mail.spooled_at, f"stored as m{mail.id}: {size}, envelope sender {sender}{archive}")


def _spool(mail: InboundRow, because: str | None) -> Iterator[Step]:
    verdict = _VERDICTS.get(mail.verdict or "", mail.verdict or "no verdict yet")
    why = f" ({because})" if because else ""
    if mail.state == "done":
        yield Step(mail.finished_at, f"handled: {verdict}{why}")
    elif mail.state == "quarantined":
        reason = mail.reason or "no reason is on record"
        yield Step(mail.finished_at, f"verdict: {verdict}{why}")
        yield Step(None, f"it is in quarantine: {reason} (mailgate quarantine show m{mail.id})")
    else:
        tried = f", after {mail.attempts} attempts: {mail.reason}" if mail.attempts and mail.reason else ""
        until = f" until {in_warsaw(mail.not_before)}" if mail.not_before else ""
        yield Step(None, f"it is {'being read' if mail.state == 'claimed' else f'waiting to be read{until}'}{tried}")


def _event(event: Event) -> str:
    named = _EVENTS.get(event.kind, event.kind)
    if event.letter_id is None:
        named = _WITHOUT_LETTER.get(event.kind, named)
    number = event.detail.get("number")
    letter = f", letter {event.letter_id}" if event.letter_id is not None else ""
    told = facts_in(event.detail, but=_UNSHOWN)
    if event.kind == "note" and isinstance(event.detail.get("text"), str) and event.actor == "mailgate":
        told.append(event.detail["text"])
    by = "" if event.actor == "mailgate" else f", by {event.actor}"
    facts = f" ({', '.join(told)})" if told else ""
    return f"{named}{f' as {number}' if number else ''}{letter}{by}{facts}"


def _accepted(letter: LetterEntry) -> str:
    return f"the smarthost took letter {letter.id} ({letter.kind} to {letter.recipient}): {letter.last_reply or ''}"


def _letter_object(letter: LetterEntry) -> dict[str, Any]:
    names = ("id", "kind", "role", "recipient", "state", "attempts", "created_at", "last_try_at", "accepted_at",
             "bounced_at", "last_reply", "message_id")  # fmt: skip
    return {name: getattr(letter, name) for name in names}
