"""What a message can be: a value for each verdict, and their union, which ``decide`` matches exhaustively.

Each says no more than a decision needs beside the reading; ``classify`` tells which of them a message is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from mailgate.domain.autoreply import Automation
from mailgate.domain.bounce import Bounce
from mailgate.domain.mail import Address
from mailgate.domain.threads import SentLetter


@dataclass(frozen=True, slots=True)
class Question:
    """At least one filled HOT-01; ``continues`` is the letter of ours in whose thread it was sent.

    ``doubt`` is as that of a follow-up, which it is where the form only repeats the letter.
    """

    kind: ClassVar[str] = "question"
    continues: SentLetter | None = None
    doubt: str | None = None


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
class NoticeAnswered:
    """What a notice to the administrators brought about, without its token: nobody's question, and no news to them."""

    kind: ClassVar[str] = "auto_reply"


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
class Invitation:
    """A calendar's mail: an invitation to a meeting, or an answer to one; ``method`` is that of RFC 5546."""

    kind: ClassVar[str] = "unformalised"
    method: str


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
    """It says that we sent it, and we did not; ``reason`` is an English clause."""

    kind: ClassVar[str] = "spoofed"
    reason: str = "spoofed own address: it bears the hot-line's address and we did not send it"


@dataclass(frozen=True, slots=True)
class ConsultantReply:
    """The consultant to whom the letter was sent answers it."""

    kind: ClassVar[str] = "reply"
    letter: SentLetter
    consultant: Address
    looks_automatic: bool = False
    """By its words, or by marks that are no proof."""


@dataclass(frozen=True, slots=True)
class UnprovenReply:
    """It speaks as a consultant, and that is not proven; ``reason`` is an English clause."""

    kind: ClassVar[str] = "unproven_reply"
    reason: str
    letter: SentLetter | None
    consultant: Address | None = None
    """The consultant from whom it seems to be: it merely answers no letter of ours, and he alone is told how to."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Somebody on the clerk's side answers a letter of ours to the clerk."""

    kind: ClassVar[str] = "follow_up"
    letter: SentLetter
    doubt: str | None = None
    """Why the sender may not be who the mail says, as an English clause."""


Automatic: TypeAlias = AutoReply | NoticeAnswered | DeliveryNotice | Bulk | Invitation | OwnLetter | SpoofedHotline
"""What no person wrote to be answered here: it never is a question."""

Verdict: TypeAlias = (
    Question | BlankForm | Unformalised | Unreadable | ConsultantReply | UnprovenReply | FollowUp | Automatic
)
