"""Delivery status notifications, standard (RFC 3464) and not: whether a mail is one, and of which letter.

The recipients are read by ``deliverystatus``, the letter is found by ``returned``.  A notification is told by its sender
and shape as well as by its words, so that a person who forwards one, or asks about one, stays a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.domain.machines import bouncephrases as phrases
from mailgate.domain.machines.deliverystatus import (
    Action,
    FailedRecipient,
    recipients_named,
    recipients_of_report,
    recipients_of_text,
    report_texts,
    status_in,
)
from mailgate.domain.machines.deliverywords import told_in_words
from mailgate.domain.machines.ownwords import first_text, own_words
from mailgate.domain.machines.phrases import ABSENT_TEXT
from mailgate.domain.machines.reasons import Reason, reason_of
from mailgate.domain.machines.returned import message_ids_of
from mailgate.domain.machines.subjects import answers_or_forwards, opening_of, subject_of
from mailgate.domain.machines.traits import Trait
from mailgate.domain.mail import Attachment, InboundMail
from mailgate.domain.polish.words import fold

__all__ = ["Action", "Bounce", "FailedRecipient", "bounce_of", "notice_in"]

_DECISIVE = 4
_BY_A_SERVER = 3
"""Signs in shape and sender that weigh this much are a server's, whatever the words."""
_OPENING = 1_000

_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|microsoftexchange[0-9a-f]{20,}|bounces?)(?:[-+].*)?"
)
_POSTMASTER = re.compile(r"postmaster|mailer|mail[-_.]?(?:router|system)|poczta-zwrot")
_OF_THE_FORM = re.compile(r"\btresc pytania\b|\bimie i nazwisko uzytkownika\b")
_STATUS_OR_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]|\b[45]\.\d{1,3}\.\d{1,3}\b|\b[45][05]\d\b")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery status notification; ``message_ids`` are those of our letter as far as it quotes them."""

    recipients: tuple[FailedRecipient, ...]
    message_ids: tuple[str, ...]
    traits: tuple[str, ...]
    reason: Reason | None = None
    """Why, by the first recipient that failed, else by the first that waits; None where all was delivered."""
    told: Action = "failed"
    """What became of the letter, where no recipient is named."""

    @property
    def failed(self) -> bool:
        """Whether a recipient failed, or all of it where none is named."""
        actions = [recipient.action for recipient in self.recipients] or [self.told]
        return "failed" in actions


def bounce_of(mail: InboundMail, envelope_sender: str | None) -> Bounce | None:
    """The notification that a mail is, or None.

    ``envelope_sender`` is "" for the null sender; where it is None, Return-Path is looked at.  Whose the Message-IDs
    are is for the register to tell.
    """
    if "disposition-notification" in (mail.header("content-type") or "").lower():
        return None
    machine = (*_shape_traits(mail), *_sender_traits(mail, envelope_sender))
    if not machine:
        return None
    words = own_words(mail)
    said = tuple(_word_traits(subject_of(mail), words))
    traits = (*machine, *said, *_details(words, machine, said), *_persons_traits(mail, words, machine))
    if sum(trait.weight for trait in traits) < _needed(machine):
        return None
    return _told(mail, words, tuple(trait.words for trait in traits))


def notice_in(mail: InboundMail) -> Bounce:
    """What a mail tells as a notification, for one that is known as such by the return address to which it came (E64)."""
    by_server = mail.sender is None or _is_servers_name(mail)
    return _told(mail, own_words(mail), ("sent to the return address of a letter",), by_server=by_server)


def _told(mail: InboundMail, words: str, traits: tuple[str, ...], *, by_server: bool = True) -> Bounce:
    subject = subject_of(mail)
    told = told_in_words(subject, words, by_server=by_server)
    recipients = _recipients(mail, told)
    message_ids = message_ids_of(mail, first_text(mail))
    reason = _reason(recipients, f"{subject}\n{words[:_OPENING]}")
    return Bounce(recipients, message_ids, traits, reason, told)


def _reason(recipients: tuple[FailedRecipient, ...], words: str) -> Reason | None:
    """By what is told of a recipient, else by the words of the notice as a whole."""
    for action in ("failed", "delayed"):
        for recipient in recipients:
            if recipient.action == action:
                return recipient.reason if recipient.reason != "other" else reason_of(status_in(words), words)
    return None if recipients else reason_of(status_in(words), words)


def _needed(machine: tuple[Trait, ...]) -> int:
    """How much the signs must weigh together.

    A redirect gives people's mail a null sender as well, and administrators write as postmaster: where only one of the
    two speaks for a server, all words must.
    """
    return _DECISIVE if _by_server(machine) else _DECISIVE + 2


def _by_server(machine: tuple[Trait, ...]) -> bool:
    return sum(trait.weight for trait in machine) >= _BY_A_SERVER


def _shape_traits(mail: InboundMail) -> Iterator[Trait]:
    """What only mail servers make."""
    content_type = (mail.header("content-type") or mail.content_type).lower()
    if content_type.startswith("multipart/report") and "delivery-status" in content_type:
        yield Trait("multipart/report of delivery-status (RFC 3464)", _DECISIVE + 3)
    elif reports := report_texts(mail):
        yield Trait("a delivery-status part", 2)
        if any(map(recipients_of_report, reports)):
            yield Trait("it reports on a recipient (RFC 3464)", 1)
    if mail.header("x-failed-recipients"):
        yield Trait("X-Failed-Recipients header", _DECISIVE)
    if mail.header("x-mddsn-message") or mail.header("x-ms-exchange-message-is-ndr") is not None:
        yield Trait("a header of notifications of MDaemon or Exchange", 3)


def _sender_traits(mail: InboundMail, envelope_sender: str | None) -> Iterator[Trait]:
    # Some write a name alone, "MAILER-DAEMON <>", which is no address at all.
    local = mail.sender.address.rpartition("@")[0].lower() if mail.sender else ""
    name = fold((mail.sender.name if mail.sender else mail.header("from") or "")[:200])
    if _DAEMON.fullmatch(local):
        yield Trait("sent by a mailer daemon", 3)
    elif _POSTMASTER.fullmatch(local) or phrases.SENDER_NAME.search(name):
        yield Trait("sent by a postmaster", 2)
    if (mail.header("from") or "").strip() == "<>":
        # RFC 5322 knows no mail from nobody; servers copy the null sender of the envelope.
        yield Trait("sent from nobody", 2)
    return_path = mail.header("return-path") if envelope_sender is None else envelope_sender
    if return_path is not None and return_path.strip() in ("", "<>"):
        yield Trait("null envelope sender", 1)


def _word_traits(subject: str, words: str) -> Iterator[Trait]:
    """What subject and opening say of a delivery."""
    if not answers_or_forwards(subject) and phrases.SUBJECT.match(opening_of(subject)):
        yield Trait("subject of a delivery notification", 2)
    if phrases.TEXT.search(words[:_OPENING]):
        yield Trait("text of a delivery notification", 2)


def _details(words: str, machine: tuple[Trait, ...], said: tuple[Trait, ...]) -> Iterator[Trait]:
    """An address or a status, except in the vacation note of whoever answers for a postmaster."""
    daemon = any(trait.weight >= _BY_A_SERVER for trait in machine)
    absent = ABSENT_TEXT.search(words[:_OPENING]) is not None
    if (daemon or said or not absent) and _STATUS_OR_ADDRESS.search(words[:_OPENING]):
        yield Trait("the text names an address or a status", 1)


def _persons_traits(mail: InboundMail, words: str, machine: tuple[Trait, ...]) -> Iterator[Trait]:
    """A question or a wish is a person's; so are, where no server shows, a form, a file, and an answered subject.

    James keeps the subject of the letter that it gives back, and many servers quote the form in it.
    """
    if phrases.A_PERSON_ASKS.search(words[:_OPENING]):
        yield Trait("the text asks something", -2)
    if answers_or_forwards(subject_of(mail)) and not (_by_server(machine) and _is_servers_name(mail)):
        yield Trait("a forwarded or answered subject", -3)
    if not (_by_server(machine) or _is_servers_name(mail) or _recipients(mail, "unknown")):
        # A redirect takes a person's sender away; a server that speaks under no name of its own tells whose mail it was.
        yield Trait("it names nobody who did not get a mail", -3)
    if not _by_server(machine) and (_OF_THE_FORM.search(words) or any(map(_is_own_file, mail.attachments))):
        yield Trait("it brings a form or a file", -3)


def _is_servers_name(mail: InboundMail) -> bool:
    return any(trait.weight > 1 for trait in _sender_traits(mail, None))


def _is_own_file(part: Attachment) -> bool:
    return not part.inline and part.content_type.partition("/")[0] not in ("message", "text", "image")


def _recipients(mail: InboundMail, told: Action) -> tuple[FailedRecipient, ...]:
    reported = [recipient for report in report_texts(mail) for recipient in recipients_of_report(report)]
    if reported:
        return tuple(reported)
    text = mail.plain[0] if mail.plain else first_text(mail)
    # Exim and Gmail name there whom they gave up, or still try.
    named = recipients_named(
        mail.header("x-failed-recipients") or "", text, "delayed" if told == "delayed" else "failed"
    )
    return named or recipients_of_text(text, _not_meant(mail), told)


def _not_meant(mail: InboundMail) -> frozenset[str]:
    """The notice's own sender and recipients: the text may name them too."""
    sender = (mail.sender,) if mail.sender else ()
    return frozenset(address.key for address in (*sender, *mail.to, *mail.cc))
