"""The one loop guard: is a message written by a machine, and by what traits is that known.

Headers and words are weighed by ``machines.headers`` and ``machines.wording``; the verdict is here.  Delivery reports
are told before, by ``bounce``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailgate.domain.machines.headers import auto_submitted, calendar_method, header_traits
from mailgate.domain.machines.lists import list_addresses, written_beside_list
from mailgate.domain.machines.ownwords import own_text, own_words
from mailgate.domain.machines.statements import Statements
from mailgate.domain.machines.subjects import subject_of
from mailgate.domain.machines.traits import DECISIVE, AutomationKind, Trait, weight_of
from mailgate.domain.machines.wording import (
    asks_or_sends,
    complains,
    statements_of,
    subject_traits,
    within_a_notice,
    word_traits,
)
from mailgate.domain.mail import InboundMail

__all__ = ["Automation", "AutomationKind", "automation_of", "bears_marks"]


@dataclass(frozen=True, slots=True)
class Automation:
    """A machine wrote it; ``traits`` name, in English, each header or phrase that says so."""

    kind: AutomationKind
    traits: tuple[str, ...]
    through: tuple[str, ...] = ()
    """The addresses, in lower case, of the mailing list whose headers alone make it bulk."""


def automation_of(
    mail: InboundMail, envelope_sender: str | None, *, asks: bool = False, said: Statements | None = None
) -> Automation | None:
    """The verdict on one mail by its headers and texts alone (RFC 3834, RFC 2919, RFC 8098, and the world's habits).

    ``envelope_sender`` is "" for the null sender; where it is None, Return-Path is looked at.  Traits are weighed
    together, and those that people's mail bears as well never decide, however many there are.  ``asks`` is true for
    the first mail of somebody who asks by a filled form: no wording makes that a machine's, only what stands above it.
    ``said`` is what the newly written text of a reply says, None where that is not known yet.
    """
    if _is_invitation(mail):
        return None
    by_headers = tuple(header_traits(mail, envelope_sender))
    if asks and not by_headers and not any(subject_traits(subject_of(mail))):
        return None
    text = own_words(mail)
    said = statements_of(own_text(mail)) if said is None else within_a_notice(said, text)
    found = (*by_headers, *word_traits(subject_of(mail), text, said))
    traits = _after_objection(mail, text, found) if found else found
    kind = _kind(traits)
    if kind is None:
        return None
    beside_list = _kind(tuple(trait for trait in traits if not trait.of_list))
    through = () if kind == beside_list else tuple(sorted(list_addresses(mail)))
    return Automation(kind, tuple(trait.words for trait in traits), through)


def bears_marks(mail: InboundMail) -> bool:
    """Whether headers and subject alone are those of an automatic reply, whatever the text says."""
    return _kind((*header_traits(mail, None), *subject_traits(subject_of(mail)))) == "auto_reply"


def _is_invitation(mail: InboundMail) -> bool:
    """A meeting is asked for by a person, also where a calendar service sends the mail.

    An answer to a meeting that says of itself that a machine sent it (the calendar of a room) goes the common way.
    """
    method = calendar_method(mail)
    if method is None:
        return False
    return method not in ("REPLY", "COUNTER") or auto_submitted(mail) in (None, "no")


def _after_objection(mail: InboundMail, text: str, found: tuple[Trait, ...]) -> tuple[Trait, ...]:
    """A wish or a question takes back what has only hinted at a machine, and the headers of a group address.

    It takes back no more than one strong sign: a receipt may ask to be rated.  What is sent to a list alone stays the
    list's: its members ask each other.  A complaint takes back hints alone, for mailings tell of failures, too.
    """
    asks = asks_or_sends(text) or _only_sends_files(mail, text)
    if not asks and not complains(text):
        return found
    hinted = sum(trait.weight for trait in found if trait.soft)
    person = Trait("the text asks or sends something", -min(2, hinted), "auto_reply")
    kept = tuple(trait for trait in found if not trait.of_list) if asks and _written_to_us(mail, found) else found
    return (*kept, person) if hinted else kept


def _only_sends_files(mail: InboundMail, text: str) -> bool:
    """A scanner writes nothing, from an address that takes no answers, and somebody stood at it."""
    return not text and any(not part.inline for part in mail.attachments)


def _written_to_us(mail: InboundMail, found: tuple[Trait, ...]) -> bool:
    """A letter that a group address took along; a mailing to subscribers is sent to each of them by name as well."""
    mailing = mail.header("list-unsubscribe") is not None and mail.header("list-post") is None
    return not mailing and any(trait.of_list for trait in found) and written_beside_list(mail)


def _kind(traits: tuple[Trait, ...]) -> AutomationKind | None:
    """The kind for which the traits weigh enough; the heavier of two, and an answer rather than a mailing."""
    answer = _weight_for(traits, "auto_reply")
    bulk = _weight_for(traits, "bulk")
    if max(answer, bulk) < DECISIVE:
        return None
    own_answer = sum(trait.weight for trait in traits if trait.kind == "auto_reply")
    return "auto_reply" if answer >= DECISIVE and own_answer > 0 and answer >= bulk else "bulk"


def _weight_for(traits: Iterable[Trait], kind: AutomationKind) -> int:
    """What speaks for one kind: its own traits and those of any machine."""
    return weight_of(trait for trait in traits if trait.kind in (kind, None))
