"""What a decision consists of: new entries, changes of standing questions, or setting a mail aside.

Values only; ``decide`` makes them, ``correspondence`` reads letters out of them, ``recording`` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from mailgate.domain.addresses.choice import Addressing
from mailgate.domain.holding import Hold
from mailgate.domain.hot01 import Difference, Hot01, Problem
from mailgate.domain.letters import EntryKind
from mailgate.domain.mail import Address, Attachment
from mailgate.domain.returns import Return
from mailgate.domain.threads import SentLetter
from mailgate.domain.workcalendar import Deadline

NoteKind = Literal["note", "follow_up", "bounced", "absent", "seen"]


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A question to be opened; ``text`` is the form's question, or the mail's text where there is no form."""

    kind: EntryKind
    deadline: Deadline
    subject: str
    text: str
    addressing: Addressing
    form: Hot01 | None = None
    form_index: int = 0
    problems: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()
    continues: int | None = None

    @property
    def by_phone(self) -> bool:
        """The form gives only a telephone: it is acknowledged by a call (procedure 1.5.3)."""
        return bool(self.form and self.form.phone and not self.form.email)


@dataclass(frozen=True, slots=True)
class AddNote:
    """Something that belongs to a question and changes nothing else; ``text`` is what was written.

    ``facts`` are further (name, value) pairs of its event: ``("until", "2026-12-05")``.
    """

    question_id: int
    kind: NoteKind
    actor: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """A consultant's answer; without ``text`` and files only the documentation is recorded."""

    question_id: int
    consultant: Address
    text: str
    attachments: tuple[Attachment, ...]
    documentation: str | None


@dataclass(frozen=True, slots=True)
class Reopen:
    """The clerk wrote again after the answer was written, be it already sent or not yet."""

    question_id: int
    actor: str


@dataclass(frozen=True, slots=True)
class FinishContinued:
    """The clerk sent the form that this entry lacked; a new question goes on from here."""

    question_id: int
    actor: str


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """The clerk wrote from the address typed in the form: from now on we write there (DESIGN section 2 rule 8)."""

    question_id: int
    address: Address


@dataclass(frozen=True, slots=True)
class HoldReply:
    """A reply that is not passed on; ``text`` and ``commands`` are given back, so that nothing is lost."""

    question_id: int | None
    hold: Hold
    text: str
    to: Address | None
    """The one consultant to be told, or None: all of them."""
    commands: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FillFields:
    """The clerk sent what the form lacked; ``values`` are (field, value) pairs, a date in ISO 8601."""

    question_id: int
    actor: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TellReceived:
    """The clerk is told that what we asked for has come; ``question_ids`` are those that the mail is about."""

    question_ids: tuple[int, ...]
    to: Address


@dataclass(frozen=True, slots=True)
class RecordCall:
    """A consultant has called the clerk and confirmed the receipt; ``at`` is the moment of the call, aware."""

    question_id: int
    consultant: Address
    at: datetime
    text: str
    """What he noted of it, for the register alone."""


@dataclass(frozen=True, slots=True)
class UseAuthor:
    """The typed address cannot be reached: from now on we write to the author of the mail (DESIGN section 2 rule 8)."""

    question_id: int
    address: Address
    letter: SentLetter
    """The letter that came back; a receipt goes to the author at once."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter of ours came back: what its acceptance has brought about is taken back."""

    returned: Return
    actor: str


@dataclass(frozen=True, slots=True)
class CallTask:
    """Somebody must be called; ``due`` is aware."""

    question_id: int
    phone: str
    due: datetime
    purpose: Literal["acknowledge", "answer"]


@dataclass(frozen=True, slots=True)
class TellPurpose:
    """Whoever wrote is told what this mailbox is for; nothing is registered."""

    to: Address


Change: TypeAlias = (
    AddNote
    | RecordAnswer
    | Reopen
    | FinishContinued
    | ConfirmAddress
    | HoldReply
    | FillFields
    | TellReceived
    | RecordCall
    | UseAuthor
    | Undelivered
    | CallTask
    | TellPurpose
)


@dataclass(frozen=True, slots=True)
class Decision:
    """All that follows from one mail; ``set_aside`` is the English reason for its quarantine."""

    verdict: str
    entries: tuple[NewEntry, ...] = ()
    changes: tuple[Change, ...] = ()
    set_aside: str | None = None
