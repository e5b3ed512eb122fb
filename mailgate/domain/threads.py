"""Which letter of ours a mail answers: only a token that we signed for that very letter is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailgate.domain.letters import Effect, QuestionSummary, Thread
from mailgate.domain.mail import Address, InboundMail
from mailgate.domain.tokens import Role, TokenKey


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter of ours as the register knows it; ``number`` is that of its first question ("" where none)."""

    id: int
    message_id: str
    token: str
    kind: str
    role: Role
    recipient: str
    question_ids: tuple[int, ...]
    number: str
    created_at: datetime
    effect: Effect = "none"
    bounced: bool = False
    """It came back undelivered, and that has had its consequences."""


@dataclass(frozen=True, slots=True)
class StandingQuestion:
    """An entry that is in the register already, as far as a decision needs it."""

    id: int
    summary: QuestionSummary
    asker: Address | None
    thread: Thread
    """The clerk's thread, for letters to the clerk."""
    finished: bool
    answered_by: str | None
    """The consultant whose answer is recorded, accepted by the smarthost or not yet."""
    author: Address | None = None
    """Whoever sent the mail, where we first wrote to another address, which its form gives; looked up for a letter that
    came back."""

    @property
    def phone(self) -> str | None:
        """The telephone number that the form gives."""
        return self.summary.form.phone if self.summary.form else None


def proven(tokens: Iterable[str], letters: Mapping[str, SentLetter], key: TokenKey) -> SentLetter | None:
    """The first of the letters whose token was truly signed for it."""
    for token in tokens:
        letter = letters.get(token)
        if letter and key.verifies(token, letter.role, letter.number, letter.recipient):
            return letter
    return None


def lost_letter_about(
    tokens: Iterable[str], letters: Mapping[str, SentLetter], numbers: Iterable[str], sender: str, key: TokenKey
) -> str | None:
    """The number, of those that a mail mentions, about which we wrote to this consultant a letter that nobody knows.

    A token proves itself: where we signed it and the register has no such letter, the register was restored from a
    backup that is older than the letter.  Which question bears that number now is another matter.
    """
    unknown = [token for token in tokens if token not in letters]
    for number in numbers:
        if any(key.verifies(token, "consultant", number, sender) for token in unknown):
            return number
    return None


def clerks_thread(mail: InboundMail) -> Thread:
    """Where our letters to the author of a mail stand (RFC 5322 section 3.6.4)."""
    if mail.message_id is None:
        return Thread()
    return Thread(mail.message_id, (*mail.references, mail.message_id))


def consultants_thread(number: str, domain: str) -> Thread:
    """The thread in which all letters to consultants about one question stand; its root is never sent."""
    return Thread(None, (f"<hot01.thread.{number.removeprefix('HOT-01/').replace('/', '.')}@{domain}>",))
