"""Whether there is a message at all in some bytes, and whether anybody without a key can read it."""

from __future__ import annotations

import re
from typing import Final

from mailgate.domain.mail import Attachment, InboundMail
from mailgate.domain.message import cms, pgp
from mailgate.domain.message.fingerprint import split_message

_HEADER_LINE: Final = re.compile(rb"^([!-9;-~]{1,70})[ \t]*:", re.MULTILINE)
_ENVELOPE_HEADERS: Final = frozenset({
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"received", b"return-path", b"reply-to", b"sender",
    b"mime-version", b"content-type", b"delivered-to", b"in-reply-to", b"references", b"x-mailer", b"bcc",
})  # fmt: skip
_LOOKED_AT: Final = 16 * 1024
_MAX_NULS: Final = 2

_PGP_ARMOUR: Final = b"-----BEGIN PGP MESSAGE-----"
_SMIME_NAME: Final = "smime.p7m"
# What stands in front of an armour in a page: the start of a line, however that is made.
_ARMOUR_IN_PAGE: Final = re.compile(r"(?:^|>)\s*-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_QUOTE_IN_PAGE: Final = re.compile(r"<blockquote", re.IGNORECASE)


def no_message(raw: bytes) -> str | None:
    """Why the bytes are no e-mail message, in English, or None where they may be one."""
    if not raw.strip():
        return "the file is empty"
    if envelope_headers(raw) == 0:
        return "it is no e-mail message: it has none of the headers that every message has"
    head = split_message(raw[:_LOOKED_AT])[0]
    if head.count(0) > _MAX_NULS:
        return "it is no e-mail message but a binary file"
    return None


def envelope_headers(raw: bytes) -> int:
    """How many different headers, such as only messages have, stand in the first block of lines."""
    head = split_message(raw[:_LOOKED_AT])[0]
    return len({name.lower() for name in _HEADER_LINE.findall(head)} & _ENVELOPE_HEADERS)


def encryption(mail: InboundMail) -> str | None:
    """How a mail is encrypted, in English, or None where its text can be read.

    A letter may carry an encrypted file and be readable itself; what is encrypted as a whole says so by its type or by
    an armour in the text, whatever notice a relay has put beside it.
    """
    if mail.content_type == "multipart/encrypted" or _has(mail, "application/pgp-encrypted"):
        return "it is encrypted (PGP/MIME)"
    if _armour_in_text(mail):
        return "it is encrypted (PGP in the text)"
    text = _has_text(mail)
    enveloped = [one for one in mail.attachments if cms.kind_of(one.content) == "encrypted"]
    if any(not text or _is_the_mail_itself(one) for one in enveloped):
        return "it is encrypted (S/MIME)"
    if not text and any(_is_pgp(one) for one in mail.attachments):
        return "it is encrypted (PGP)"
    return None


def _has(mail: InboundMail, content_type: str) -> bool:
    return any(attachment.content_type == content_type for attachment in mail.attachments)


def _has_text(mail: InboundMail) -> bool:
    return any(text.strip() for text in (*mail.plain, *mail.html))


def _is_the_mail_itself(attachment: Attachment) -> bool:
    return attachment.name.lower() == _SMIME_NAME


def _armour_in_text(mail: InboundMail) -> bool:
    """An encrypted message in the text; in a page alone, unless that quotes, when the armour may be somebody else's."""
    text = "\n".join(mail.plain)
    if text.strip():
        return pgp.armoured_kind(text.encode("utf-8", "replace")) == "encrypted"
    return any(_ARMOUR_IN_PAGE.search(page) and not _QUOTE_IN_PAGE.search(page) for page in mail.html)


def _is_pgp(attachment: Attachment) -> bool:
    """The armour tells, or the name with the first packet."""
    content = attachment.content
    if content[:200].lstrip().startswith(_PGP_ARMOUR):
        return pgp.armoured_kind(content) == "encrypted"
    return attachment.name.lower().endswith(pgp.SUFFIXES) and pgp.bare_kind(content) == "encrypted"
