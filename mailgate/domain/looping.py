"""Two machines that write to each other: what gives such a conversation away, and which letters are not written then.

The register tells what went before; whether that is too much is decided here (RFC 3834 section 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.domain.addresses.address import without_tag
from mailgate.domain.addresses.choice import office_domain
from mailgate.domain.letters import (
    Acknowledgement,
    FollowUpReceipt,
    Letter,
    LetterKind,
    NoForm,
    NoMeeting,
    NotRelayed,
    kind_of,
)
from mailgate.domain.polish.words import folded_words

MOST_LETTERS = 3
"""So many letters one correspondent may get within the window before his mails are looked at as a machine's."""
MOST_OF_OFFICE = 5
"""So many an office's addresses together: it may have several clerks, or a help desk with a new address for each mail."""
WINDOW = timedelta(minutes=10)
RECEIPTS: tuple[LetterKind, ...] = ("acknowledgement", "follow_up_receipt", "no_form", "no_meeting")
"""What we write to whoever writes to us, without a person having had a hand in it."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
REMEMBERED = _DAY
"""The longest time that any limit looks back on."""

_MOST_WORDS = 2_000
_NEARLY_EQUAL = 0.8


@dataclass(frozen=True, slots=True)
class Limit:
    """So many letters of one kind to one correspondent within a time, and no more."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter of a kind that was made out at an instant."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asked within the window, the mail in hand included."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Before:
    """What went before a letter.

    ``sent`` are letters to its correspondent within REMEMBERED; ``asked`` what came within the window, newest first: from
    all addresses of his office, or where there is none from his own; ``to_office`` the receipts for it.
    """

    sent: tuple[Sent, ...] = ()
    asked: tuple[Asked, ...] = ()
    to_office: int = 0

    def count(self, kinds: Iterable[str], since: datetime) -> int:
        """How many letters of these kinds the correspondent got since then."""
        return sum(one.kind in kinds and one.at >= since for one in self.sent)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Who gets no letter now, an address or ``@domain``, and how many letters went before."""

    whom: str
    letters: int


def correspondent(address: str) -> str:
    """By what one correspondent's letters are counted: his address in lower case without what follows a plus sign.

    Help desks put the number of a matter there, and would be another correspondent with each mail.
    """
    return without_tag(address.lower())


def limits_on(letter: Letter) -> tuple[Limit, ...]:
    """The brake on letters that answer no question: a machine that bears no sign of it would get them for ever.

    That of a day stops machines which answer slowly; a clerk who has had five explanations in one day needs another
    help than a sixth.
    """
    match letter:
        case NoForm() | FollowUpReceipt():
            return Limit(3, _HOUR), Limit(5, _DAY)
        case Acknowledgement(questions=questions) if all(one.kind == "blank_form" for one in questions):
            return Limit(3, _HOUR), Limit(5, _DAY)
        case NotRelayed():
            return (Limit(10, _HOUR),)
        case NoMeeting():
            return (Limit(1, _DAY),)
        case _:
            return ()


def is_watched(letter: Letter, *, automatic: bool) -> bool:
    """Whether it matters for a letter what went before; ``automatic``: its mail shows a machine's traits.

    The law wants every question acknowledged: a person's filled form is, whatever went before.
    """
    return bool(limits_on(letter)) or (automatic and kind_of(letter) in RECEIPTS)


def stopped(letter: Letter, before: Before, now: datetime, *, automatic: bool) -> Stopped | None:
    """Who has had too many letters for this one to be written; None where it may be."""
    whom, kind = correspondent(letter.to.address), kind_of(letter)
    for limit in limits_on(letter):
        letters = before.count((kind,), now - limit.within)
        if letters >= limit.most:
            return Stopped(whom, letters)
    letters = before.count(RECEIPTS, now - WINDOW)
    own = [one.text for one in before.asked if correspondent(one.address) == whom]
    if letters >= MOST_LETTERS and _looks_like_loop(letter, own, MOST_LETTERS, automatic=automatic):
        return Stopped(whom, letters)
    office = office_domain(letter.to.domain)
    # Clerks of one office may well send a file each, and no word with it.
    texts = [one.text for one in before.asked if one.text.strip()]
    if office and before.to_office >= MOST_OF_OFFICE and _repeats(letter, texts, MOST_OF_OFFICE, automatic=automatic):
        return Stopped(f"@{office}", before.to_office)
    return None


def _looks_like_loop(letter: Letter, asked: Sequence[str], times: int, *, automatic: bool) -> bool:
    """A machine by its traits, or one that says the same again and again."""
    if isinstance(letter, NoForm | NoMeeting | FollowUpReceipt) and automatic:
        return True
    return _repeats(letter, asked, times, automatic=automatic)


def _repeats(letter: Letter, asked: Sequence[str], times: int, *, automatic: bool) -> bool:
    """A filled form, which a group address may send by itself, must bear the traits of a machine as well."""
    match letter:
        case Acknowledgement(questions=asked_now):
            return automatic and all(repeats_itself(one.text, asked, times) for one in asked_now)
        case NoForm(question=question):
            return repeats_itself(question.text, asked, times)
        case _:
            return False


def nearly_equal(first: str, second: str) -> bool:
    """Whether two texts are one with other numbers and dates in it: four fifths of their words are the same."""
    one, other = _words(first), _words(second)
    if not one or not other:
        return one == other
    shared = (one & other).total()
    return shared >= _NEARLY_EQUAL * max(one.total(), other.total())


def repeats_itself(text: str, asked: Sequence[str], times: int = MOST_LETTERS) -> bool:
    """Whether at least so many of the texts that came in the window, ``text`` among them, are nearly equal to it."""
    return sum(nearly_equal(text, one) for one in asked) >= times


def _words(text: str) -> Counter[str]:
    return Counter(word for word in folded_words(text)[:_MOST_WORDS] if not any(map(str.isdigit, word)))
