"""What a message is: its reading, beside what the register knows, becomes one verdict.

The order of the questions asked below is the policy.  A bounce is a bounce whatever it quotes; our own mail is never
taken for somebody's; a reply with a proven token is a reply; a filled form beats every sign of automation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from mailgate.domain.authentication import objection
from mailgate.domain.autoreply import Automation
from mailgate.domain.bounce import Bounce
from mailgate.domain.mail import Address
from mailgate.domain.reading import Reading
from mailgate.domain.threads import SentLetter

FORWARD = re.compile(r"\s*(?:PD|FW|FWD|WG|TR|Przekazan[ao])\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the message itself.

    ``letter`` is the one whose token the mail carries and proves; ``own_letter`` the one whose Message-ID it bears;
    ``bounced`` those that a notification names.
    """

    hotline: Address | None = None
    consultants: Mapping[str, Address] = field(default_factory=dict)
    """By ``Address.key``."""
    trusted_authserv_id: str | None = None
    letter: SentLetter | None = None
    own_letter: SentLetter | None = None
    bounced: tuple[SentLetter, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """At least one filled HOT-01; ``continues`` is the letter of ours in whose thread it was sent."""

    kind: ClassVar[str] = "question"
    continues: SentLetter | None = None


@dataclass(frozen=True, slots=True)
class BlankForm:
    """A HOT-01 whose question is empty."""

    kind: ClassVar[str] = "blank_form"


@dataclass(frozen=True, slots=True)
class Unformalised:
    """A person wrote, without a form."""

    kind: ClassVar[str] = "unformalised"


@dataclass(frozen=True, slots=True)
class AutoReply:
    """A machine answered; ``letter`` is what it answered, if that is proven."""

    kind: ClassVar[str] = "auto_reply"
    automation: Automation
    letter: SentLetter | None


@dataclass(frozen=True, slots=True)
class DeliveryNotice:
    """A bounce or a note of delay about the letters."""

    kind: ClassVar[str] = "bounce"
    bounce: Bounce
    letters: tuple[SentLetter, ...]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A mailing list or newsletter."""

    kind: ClassVar[str] = "bulk"
    automation: Automation


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be made of it: encrypted, empty, or no message at all."""

    kind: ClassVar[str] = "unreadable"
    reason: str


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of ours came back to us, by an alias, a redirect or a group."""

    kind: ClassVar[str] = "own_letter"
    letter: SentLetter


@dataclass(frozen=True, slots=True)
class SpoofedHotline:
    """It says that we sent it, and we did not."""

    kind: ClassVar[str] = "spoofed"


@dataclass(frozen=True, slots=True)
class ConsultantReply:
    """The consultant to whom the letter was sent answers it."""

    kind: ClassVar[str] = "reply"
    letter: SentLetter
    consultant: Address


@dataclass(frozen=True, slots=True)
class UnprovenReply:
    """It speaks as a consultant, and that is not proven; ``reason`` is an English clause."""

    kind: ClassVar[str] = "unproven_reply"
    reason: str
    letter: SentLetter | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Somebody on the clerk's side answers a letter of ours to the clerk."""

    kind: ClassVar[str] = "follow_up"
    letter: SentLetter


Verdict: TypeAlias = (
    Question | BlankForm | Unformalised | AutoReply | DeliveryNotice | Bulk | Unreadable
    | OwnLetter | SpoofedHotline | ConsultantReply | UnprovenReply | FollowUp
)  # fmt: skip


def classify(reading: Reading, known: Known) -> Verdict:
    """The verdict on one message."""
    if reading.unreadable:
        return Unreadable(reading.unreadable)
    if reading.bounce:
        return DeliveryNotice(reading.bounce, known.bounced)
    return _own(reading, known) or _correspondence(reading, known) or _by_content(reading)


def kind_of(reading: Reading) -> str:
    """The kind that ``mailgate parse`` prints: the verdict where there is no register."""
    return classify(reading, Known()).kind


def _own(reading: Reading, known: Known) -> Verdict | None:
    """Mail that bears our own Message-ID or our own address."""
    if known.own_letter:
        return OwnLetter(known.own_letter)
    sender = reading.mail.sender
    if sender and known.hotline and sender.key == known.hotline.key:
        return SpoofedHotline()
    return None


def _correspondence(reading: Reading, known: Known) -> Verdict | None:
    """Mail that answers a letter of ours, or comes from a consultant as if it did."""
    letter, sender = known.letter, reading.mail.sender
    consultant = known.consultants.get(sender.key) if sender else None
    if reading.automation and reading.automation.kind == "auto_reply" and (letter or consultant):
        return None if reading.forms.filled and not consultant else AutoReply(reading.automation, letter)
    if letter and letter.role == "consultant":
        return _consultants_reply(reading, known, letter, consultant)
    if letter and consultant is None:
        return Question(letter) if reading.forms.filled else FollowUp(letter)
    if consultant and not reading.forms.filled and _answers_something(reading):
        return UnprovenReply("it carries no token of a letter that we sent to this consultant", None)
    return None


def _consultants_reply(
    reading: Reading, known: Known, letter: SentLetter, consultant: Address | None
) -> ConsultantReply | UnprovenReply:
    """A reply to a letter for consultants: relayed only if the very consultant wrote it."""
    if consultant is None or consultant.key != letter.recipient.lower():
        return UnprovenReply("its sender is not the consultant to whom the letter was sent", letter)
    doubt = objection(reading.mail, known.trusted_authserv_id)
    if doubt:
        return UnprovenReply(f"the receiving server does not confirm its sender: {doubt}", letter)
    if FORWARD.match(reading.mail.subject):
        return UnprovenReply("it is a forwarded letter, not an answer", letter)
    return ConsultantReply(letter, consultant)


def _answers_something(reading: Reading) -> bool:
    return bool(reading.mail.in_reply_to or reading.mail.references or reading.reply)


def _by_content(reading: Reading) -> Verdict:
    """What the message is by itself."""
    if reading.forms.filled:
        return Question()
    if reading.automation:
        automation = reading.automation
        return Bulk(automation) if automation.kind == "bulk" else AutoReply(automation, None)
    return BlankForm() if reading.forms.forms else Unformalised()
