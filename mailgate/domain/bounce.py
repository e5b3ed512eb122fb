"""Delivery status notifications, standard (RFC 3464) and not: whether a mail is one, and of which letter.

The recipients are read by ``deliverystatus``.  A notification is told by its sender and shape as well as by its words,
so that a person who forwards one, or asks about one, stays a person.
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
)
from mailgate.domain.machines.ownwords import own_words
from mailgate.domain.machines.traits import Trait
from mailgate.domain.mail import InboundMail
from mailgate.domain.polish.words import fold, squeeze

__all__ = ["Action", "Bounce", "FailedRecipient", "bounce_of"]

_DECISIVE = 4
_MOST_LOOKED_AT = 100_000
_OPENING = 1_000

_REPORT_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_FORWARDED = re.compile(r"(?:\[[^\]]{0,40}\]\s*)?(?:re|odp|aw|pd|fw|fwd|wg)(?:\[\d+\])?\s*:")
_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|microsoftexchange[0-9a-f]{20,}|bounces?)(?:[-+].*)?"
)
_POSTMASTER = re.compile(r"postmaster|mail[-_.]?(?:router|system)|poczta-zwrot")
_STATUS_OR_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]|\b[45]\.\d{1,3}\.\d{1,3}\b|\b[45][05]\d\b")
_RETURNED_ID = re.compile(
    r"^[> \t]*(?:x-original-)?message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery status notification; ``message_ids`` are those of our letter as far as it quotes them."""

    recipients: tuple[FailedRecipient, ...]
    message_ids: tuple[str, ...]
    traits: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """True unless every recipient is merely delayed or was delivered; unknown counts as failed."""
        return not self.recipients or any(recipient.action == "failed" for recipient in self.recipients)


def bounce_of(mail: InboundMail, envelope_sender: str | None) -> Bounce | None:
    """The notification that a mail is, or None.

    ``envelope_sender`` is "" for the null sender; where it is None, Return-Path is looked at.  Whose the Message-IDs
    are is for the register to tell.
    """
    if "disposition-notification" in (mail.header("content-type") or "").lower():
        return None
    words = own_words(mail)
    machine = (*_shape_traits(mail), *_sender_traits(mail, envelope_sender))
    traits = (*machine, *_word_traits(squeeze(fold(mail.subject[:1_000])), words))
    if not machine or sum(trait.weight for trait in traits) < _needed(machine):
        return None
    return Bounce(_recipients(mail, words), _message_ids(mail), tuple(trait.words for trait in traits))


def _needed(machine: tuple[Trait, ...]) -> int:
    """A redirect gives people's mail a null sender as well: where nothing else speaks for a server, all words must."""
    return _DECISIVE if any(trait.weight > 1 for trait in machine) else _DECISIVE + 2


def _shape_traits(mail: InboundMail) -> Iterator[Trait]:
    """What only mail servers make."""
    content_type = (mail.header("content-type") or mail.content_type).lower()
    if content_type.startswith("multipart/report") and "delivery-status" in content_type:
        yield Trait("multipart/report of delivery-status (RFC 3464)", _DECISIVE + 3)
    elif _reports(mail):
        yield Trait("a delivery-status part", 2)
    if mail.header("x-failed-recipients"):
        yield Trait("X-Failed-Recipients header", _DECISIVE)
    if mail.header("x-mddsn-message") or mail.header("x-ms-exchange-message-is-ndr") is not None:
        yield Trait("a header of notifications of MDaemon or Exchange", 3)


def _sender_traits(mail: InboundMail, envelope_sender: str | None) -> Iterator[Trait]:
    local = mail.sender.address.rpartition("@")[0].lower() if mail.sender else ""
    name = fold(mail.sender.name[:200]) if mail.sender else ""
    if _DAEMON.fullmatch(local):
        yield Trait("sent by a mailer daemon", 3)
    elif _POSTMASTER.fullmatch(local) or phrases.SENDER_NAME.search(name):
        yield Trait("sent by a postmaster", 2)
    return_path = mail.header("return-path") if envelope_sender is None else envelope_sender
    if return_path is not None and return_path.strip() in ("", "<>"):
        yield Trait("null envelope sender", 1)


def _word_traits(subject: str, words: str) -> Iterator[Trait]:
    """What subject and opening say; a forwarded subject, a question or a wish is a person's."""
    if _FORWARDED.match(subject):
        yield Trait("a forwarded or answered subject", -3)
    elif phrases.SUBJECT.match(subject):
        yield Trait("subject of a delivery notification", 2)
    if phrases.TEXT.search(words[:_OPENING]):
        yield Trait("text of a delivery notification", 2)
    if _STATUS_OR_ADDRESS.search(words[:_OPENING]):
        yield Trait("the text names an address or a status", 1)
    if phrases.A_PERSON_ASKS.search(words[:_OPENING]):
        yield Trait("the text asks something", -2)


def _reports(mail: InboundMail) -> tuple[str, ...]:
    """The delivery-status parts of the mail itself, not those of a notification that somebody attached."""
    parts = (part for part in mail.attachments if part.content_type in _REPORT_TYPES and not part.path)
    texts = (text for text in mail.plain if re.match(r"\s*Reporting-MTA\s*:", text, re.IGNORECASE))
    return (*map(_decoded, (part.content for part in parts)), *texts)


def _recipients(mail: InboundMail, words: str) -> tuple[FailedRecipient, ...]:
    reported = [recipient for report in _reports(mail) for recipient in recipients_of_report(report)]
    if reported:
        return tuple(reported)
    text = mail.plain[0] if mail.plain else words
    delayed = phrases.DELAY.search(f"{fold(mail.subject[:1_000])}\n{words[:_OPENING]}") is not None
    named = recipients_named(mail.header("x-failed-recipients") or "", text, delayed)
    return named or recipients_of_text(text, _not_meant(mail), delayed)


def _not_meant(mail: InboundMail) -> frozenset[str]:
    """The notice's own sender and recipients: the text may name them too."""
    sender = (mail.sender,) if mail.sender else ()
    return frozenset(address.key for address in (*sender, *mail.to, *mail.cc))


def _message_ids(mail: InboundMail) -> tuple[str, ...]:
    """The Message-ID of the returned letter, and that which the notification answers.

    The references of either are looked at only where nothing else is told: they name the letters before this one.
    """
    returned = [
        _returned_id(_headers_of(part.content)) for part in mail.attachments if part.content_type in _RETURNED_TYPES
    ]
    written = [_returned_id(text[:_MOST_LOOKED_AT]) for text in (*mail.plain, *_reports(mail))]
    told = dict.fromkeys(found for found in (*returned, *written, *mail.in_reply_to) if found)
    return tuple(told) or mail.references[-1:]


def _returned_id(text: str) -> str | None:
    found = _RETURNED_ID.search(text)
    return found[1] if found else None


def _headers_of(message: bytes) -> str:
    return re.split(r"\r?\n\r?\n", _decoded(message).lstrip(), maxsplit=1)[0]


def _decoded(content: bytes) -> str:
    return content[:_MOST_LOOKED_AT].decode("utf-8", "replace")
