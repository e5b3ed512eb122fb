"""The letters that we write, as values: what each must say, not how it looks (that is ``templates/``).

A letter to a clerk and a letter to a consultant are different types on purpose: nothing internal fits into the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from mailgate.domain.hot01 import Difference, Hot01, Problem
from mailgate.domain.mail import Address, Attachment
from mailgate.domain.telling import Report
from mailgate.domain.unreadfiles import UnreadFile

EntryKind = Literal["question", "blank_form", "unformalised", "unreadable"]
Effect = Literal["none", "acknowledges", "answers"]
"""What it means for its questions that a letter was accepted."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a letter stands in its recipient's thread: Message-IDs with their angle brackets."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """An entry of the register as letters show it; instants are aware, shown in Warsaw time."""

    number: str
    kind: EntryKind
    subject: str
    received_at: datetime
    counted_from: datetime
    acknowledge_by: datetime
    because: tuple[str, ...]
    form: Hot01 | None
    text: str
    """The question as read from the form, or the mail's text where there is no form."""
    problems: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()
    by_phone: bool = False
    """The form gives only a telephone: it will be acknowledged by a call until ``acknowledge_by``."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Our receipt for one mail, naming every question in it; problems of the forms are listed with what to do."""

    to: Address
    thread: Thread
    questions: tuple[QuestionSummary, ...]
    unconfirmed_email: str | None = None
    """An address typed in the form that lies outside the sender's domain: the clerk is asked to confirm it."""
    returned_email: str | None = None
    """The address typed in the form from which this receipt came back: now it goes to the author of the mail."""
    unread: tuple[UnreadFile, ...] = ()
    """Files of the mail that nobody read, since a form was found elsewhere, or that could not be read."""


@dataclass(frozen=True, slots=True)
class FollowUpReceipt:
    """Tells a clerk that what a letter of ours asked for has come: data of the form, or the proof of an address."""

    to: Address
    thread: Thread
    questions: tuple[QuestionSummary, ...]
    """As they stand now, with what was added."""
    confirmed_email: str | None = None
    """The typed address that this mail has proven to be the clerk's: the answer goes there."""
    supplied: tuple[str, ...] = ()
    """The fields of the first question's form that the mail has filled, by their names in ``Hot01``."""


@dataclass(frozen=True, slots=True)
class NoForm:
    """The mail held no filled HOT-01: the blank form goes along, and two sentences on what to do."""

    to: Address
    thread: Thread
    question: QuestionSummary
    unread: tuple[UnreadFile, ...] = ()
    """Files of the mail that could not be read: it would be no use to send them again as they are."""


@dataclass(frozen=True, slots=True)
class QuestionForConsultant:
    """A question with everything needed to answer it; the original files go along."""

    to: Address
    thread: Thread
    question: QuestionSummary
    asker: Address | None
    attachments: tuple[Attachment, ...]
    remarks: tuple[str, ...] = ()
    """Polish sentences on what needs attention: read by OCR, address unconfirmed, no way to acknowledge."""
    beside: str = ""
    """What the mail says beside its forms."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The consultant's own words, composed anew for the clerk; nothing internal."""

    to: Address
    thread: Thread
    number: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    documentation: str | None = None
    question: str = ""
    """What was asked, to remind the clerk of it."""


@dataclass(frozen=True, slots=True)
class FollowUpForConsultant:
    """A clerk's further mail on a question."""

    to: Address
    thread: Thread
    question: QuestionSummary
    author: Address | None
    text: str
    attachments: tuple[Attachment, ...]
    answered: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRelayed:
    """Tells a consultant that a reply was not passed on, why, and what to do; gives the text back."""

    to: Address
    thread: Thread
    number: str | None
    reason: str
    """One or two Polish sentences."""
    author: Address | None
    subject: str
    text: str
    advice: str = ""
    """A Polish sentence on what the author can do."""
    commands: tuple[tuple[str, str], ...] = ()
    """The commands of the reply, given back with its text."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """Tells a consultant that a letter to a clerk came back, why, and that the clerk must be reached otherwise."""

    to: Address
    thread: Thread
    question: QuestionSummary
    answer: bool
    """It was the answer that came back, else our receipt or our request for the form."""
    address: str
    reason: str
    """A Polish clause without a full stop, as it stands behind a colon."""
    diagnostic: str | None = None
    """The words of the other mail server, if it said any."""
    phone: str | None = None
    call_by: datetime | None = None
    others: tuple[str, ...] = ()
    """The numbers of further questions that the letter was about."""
    author: Address | None = None
    """Whoever sent the clerk's mail, where that is another address than the one from which the letter came back."""
    sent_again: bool = False
    """The receipt goes to ``author`` by itself; nobody need call."""


@dataclass(frozen=True, slots=True)
class NoMeeting:
    """Tells whoever invited the hot-line to a meeting, or answered an invitation, what the mailbox is for."""

    to: Address
    thread: Thread
    subject: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Tells an administrator, in English, what needs a person; no name, address or word of a mail stands in it."""

    to: Address
    thread: Thread
    report: Report
    host: str
    """The machine that tells it."""


Letter: TypeAlias = (
    Acknowledgement
    | FollowUpReceipt
    | NoForm
    | QuestionForConsultant
    | Answer
    | FollowUpForConsultant
    | NotRelayed
    | NotDelivered
    | NoMeeting
    | Notice
)

LetterKind = Literal[
    "acknowledgement", "follow_up_receipt", "no_form", "question", "answer", "follow_up", "not_relayed",
    "not_delivered", "no_meeting", "notice",
]  # fmt: skip


def kind_of(letter: Letter) -> LetterKind:
    """The kind under which a letter stands in the outbox; its templates bear the same name."""
    match letter:
        case Acknowledgement():
            return "acknowledgement"
        case FollowUpReceipt():
            return "follow_up_receipt"
        case NoForm():
            return "no_form"
        case QuestionForConsultant():
            return "question"
        case Answer():
            return "answer"
        case FollowUpForConsultant():
            return "follow_up"
        case NotRelayed():
            return "not_relayed"
        case NotDelivered():
            return "not_delivered"
        case NoMeeting():
            return "no_meeting"
        case Notice():
            return "notice"
        case _:
            assert_never(letter)
